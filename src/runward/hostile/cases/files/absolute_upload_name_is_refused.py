#: files = { "@OPEN_DIR@/evil" = "planted by an upload" }
#: refused = "."
print("ESCAPED: the upload was taken")
