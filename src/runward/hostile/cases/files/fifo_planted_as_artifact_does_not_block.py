#: collect = ["*.txt"]
#: artifacts = { "plain.txt" = "mine" }
#: within = 3
import os

os.mkfifo("/box/fifo.txt")
with open("/box/plain.txt", "w") as file:
    file.write("mine")
