#: repeat = 2
#: concurrent = true
#: says = ["^seen: (nothing|PermissionError|OSError)$"]
# A read lock needs no right to write, and asking which locks there are needs none at all.
import fcntl
import os
import struct
import time

LOCK = struct.Struct("hhqqi4x")
file = os.open(os.path.join(os.path.dirname(os.__file__), "this.py"), os.O_RDONLY)
try:
    fcntl.fcntl(file, fcntl.F_SETLK, LOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, 0, 1, 0))
    time.sleep(0.5)
    kind, *_ = LOCK.unpack(fcntl.fcntl(file, fcntl.F_GETLK, LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0)))
    print("seen:", "nothing" if kind == fcntl.F_UNLCK else "ESCAPED: the lock of the other run", flush=True)
    time.sleep(0.5)
except OSError as error:
    print("seen:", type(error).__name__)
