#: collect = ["*.txt"]
#: artifacts = { "plain.txt" = "mine" }
import os

os.mkdir("/box/folder.txt")
with open("/box/plain.txt", "w") as file:
    file.write("mine")
