#: repeat = 2
#: concurrent = true
#: says = ["^lock: (ok|E\\w+)$"]
#: never = ["EAGAIN"]
import errno
import fcntl
import time

LIBC = next(line.split()[-1] for line in open("/proc/self/maps") if "libc.so" in line)
try:
    with open(LIBC) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("lock: ok", flush=True)
        time.sleep(1)
except OSError as error:
    print("lock:", errno.errorcode[error.errno], flush=True)
    time.sleep(1)
