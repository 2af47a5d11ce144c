#: collect = ["**/*"]
#: says = ["^closed$"]
import os

os.mkdir("/box/closed")
for path in ("/box/closed/in.txt", "/box/unreadable.txt", "/box/plain.txt"):
    with open(path, "w") as file:
        file.write("mine")
os.chmod("/box/unreadable.txt", 0)
os.chmod("/box/closed", 0)
print("closed")
