#: repeat = 2
#: concurrent = true
#: says = ["^seen: nothing$"]
# A lock on one's own file, as a database takes it, works; and no other run holds one there.
import fcntl
import os
import struct
import time

LOCK = struct.Struct("hhqqi4x")
file = os.open("/tmp/database", os.O_RDWR | os.O_CREAT)
fcntl.fcntl(file, fcntl.F_SETLK, LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0))
time.sleep(0.5)
kind, *_ = LOCK.unpack(fcntl.fcntl(file, fcntl.F_GETLK, LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0)))
print("seen:", "nothing" if kind == fcntl.F_UNLCK else "ESCAPED: the lock of another run", flush=True)
time.sleep(0.5)
