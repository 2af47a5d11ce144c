#: repeat = 2
#: concurrent = true
#: says = ["^watched: (nothing|E\\w+)$"]
# A watch on a file of the shared, read-only root would tell when other runs open it.
import ctypes
import errno
import os
import time

LIBC = next(line.split()[-1] for line in open("/proc/self/maps") if "libc.so" in line)
libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init1(os.O_NONBLOCK)
if watch < 0 or libc.inotify_add_watch(watch, LIBC.encode(), 0x23) < 0:
    print("watched:", errno.errorcode[ctypes.get_errno()], flush=True)
else:
    mine = b""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        try:
            mine += os.read(watch, 4096)
        except BlockingIOError:
            time.sleep(0.05)
    print("watched:", "nothing" if not mine else f"ESCAPED: {len(mine)} bytes of events", flush=True)
