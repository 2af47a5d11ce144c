#: collect = ["*.txt"]
#: artifacts = { "plain.txt" = "mine" }
import os

for number, target in enumerate(["@SECRET@", "@PUBLIC@", "/etc/passwd", "/etc/shadow", "plain.txt", "/proc/1/environ"]):
    os.symlink(target, f"/box/link{number}.txt")
with open("/box/plain.txt", "w") as file:
    file.write("mine")
