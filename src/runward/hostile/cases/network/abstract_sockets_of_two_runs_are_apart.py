#: repeat = 3
#: concurrent = true
#: stdout = "bound\nvisitors: 1\n"
# Each binds the same name, and knocks at it once: were the name one for all, only one could bind it, and get three.
import socket
import time

NAME = "\0the same for all"
server = socket.socket(socket.AF_UNIX)
server.bind(NAME)
server.listen()
print("bound", flush=True)
time.sleep(0.3)
socket.socket(socket.AF_UNIX).connect(NAME)
time.sleep(0.3)
server.setblocking(False)
visitors = 0
try:
    while server.accept():
        visitors += 1
except BlockingIOError:
    print("visitors:", visitors)
