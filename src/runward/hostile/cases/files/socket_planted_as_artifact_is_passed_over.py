#: collect = ["*.txt"]
#: artifacts = { "plain.txt" = "mine" }
import socket

listener = socket.socket(socket.AF_UNIX)
listener.bind("/box/socket.txt")
listener.listen()
with open("/box/plain.txt", "w") as file:
    file.write("mine")
