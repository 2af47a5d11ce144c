#: files = { "good\u0000evil" = "planted by an upload" }
#: refused = "."
print("ESCAPED: the upload was taken")
