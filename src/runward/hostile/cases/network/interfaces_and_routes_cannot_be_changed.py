#: says = ["^new link: EPERM$", "^loopback up: EPERM$", "^address: EPERM$", "^new route: EPERM$"]
import fcntl
import os
import socket
import struct

from attempt import attempt

route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def ask(kind, body):
    """Send one rtnetlink request that wants an answer, and raise what the answer says."""
    route.send(struct.pack("=IHHII", 16 + len(body), kind, 0x605, 1, 0) + body)
    error = -struct.unpack_from("=i", route.recv(4096), 16)[0]
    if error:
        raise OSError(error, os.strerror(error))


dummy = struct.pack("=HH", 16, 18 | 0x8000) + struct.pack("=HH", 10, 1) + b"dummy\0\0\0"
attempt("new link", lambda: ask(16, struct.pack("=BxHiII", 0, 0, 0, 0, 0) + dummy))
attempt("new route", lambda: ask(24, struct.pack("=BBBBBBBBI", 2, 0, 0, 0, 254, 3, 253, 1, 0)))
attempt("loopback up", lambda: fcntl.ioctl(control, 0x8914, struct.pack("16sh22x", b"lo", 0x41)))
attempt("address", lambda: fcntl.ioctl(control, 0x8916, struct.pack("16sHH4s16x", b"lo", 2, 0, bytes([10, 0, 0, 1]))))
