#: collect = ["../../@PUBLIC@", "@PUBLIC@", "../etc/passwd"]
#: artifacts = {}
#: may_refuse = true
print("ran")
