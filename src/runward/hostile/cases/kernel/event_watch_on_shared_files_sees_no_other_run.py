#: repeat = 2
#: concurrent = true
#: says = ["^opened: (1|E\\w+)$"]
# Both runs watch one file of the shared, read-only root, and open it once: each may see itself, not the other.
import ctypes
import errno
import os
import random
import time

SHARED = os.path.join(os.path.dirname(os.__file__), "this.py").encode()
OPENED, EVENT_BYTES = 0x20, 16
libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init1(os.O_NONBLOCK)
if watch < 0 or libc.inotify_add_watch(watch, SHARED, OPENED) < 0:
    print("opened:", errno.errorcode[ctypes.get_errno()], flush=True)
    time.sleep(1)
else:
    seen, now = 0, time.monotonic()
    end, mine = now + 2, now + random.uniform(0.5, 1)
    while time.monotonic() < end:
        if time.monotonic() > mine:
            open(SHARED, "rb").close()
            mine = end
        time.sleep(0.005)
        try:
            seen += len(os.read(watch, 4096)) // EVENT_BYTES  # at once: events that are alike and unread become one
        except BlockingIOError:
            continue
    print("opened:", seen, flush=True)
