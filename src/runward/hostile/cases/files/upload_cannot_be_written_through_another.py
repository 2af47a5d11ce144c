#: files = { "a" = "a file", "a/b" = "planted below a file" }
#: refused = "."
print("ESCAPED: the upload was taken")
