#: exit_code = 4
#: says = ["^took it: 0$"]
# Megabytes of what looks like a length and a body, wherever a descriptor may be, by every call that sends.
import os
import socket
import struct
import sys

took = 0
frame = struct.pack("=I", 0x7FFFFFFF) + b"R" * (1 << 20)
for fd in range(3, 1024):
    try:
        os.set_blocking(fd, False)
        took += os.write(fd, frame) > 0
    except OSError:
        pass
    try:
        took += socket.socket(fileno=os.dup(fd)).send(frame, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL) > 0
    except OSError:
        pass
print("took it:", took)
sys.exit(4)
