#: says = ["^net: EPERM$", "^mnt: EPERM$", "^user: EPERM$", "^pidfd: EPERM$"]
import ctypes
import os

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)


def setns(fd, kind):
    if libc.setns(fd, kind) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


for name, kind in (("net", 0x40000000), ("mnt", 0x20000), ("user", 0x10000000)):
    attempt(name, lambda name=name, kind=kind: setns(os.open(f"/proc/self/ns/{name}", os.O_RDONLY), kind))
attempt("pidfd", lambda: setns(os.pidfd_open(1), 0x20000))
