#: repeat = 2
#: concurrent = true
#: says = ["^opened: (1|E\\w+)$"]
# Both runs watch one file of the shared, read-only root, and open it once: each may see itself, not the other.
import ctypes
import errno
import os
import time

SHARED = os.path.join(os.path.dirname(os.__file__), "this.py").encode()
OPENED, EVENT_BYTES = 0x20, 16
libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init1(os.O_NONBLOCK)
if watch < 0 or libc.inotify_add_watch(watch, SHARED, OPENED) < 0:
    print("opened:", errno.errorcode[ctypes.get_errno()], flush=True)
    time.sleep(1)
else:
    time.sleep(0.5)
    open(SHARED, "rb").close()
    time.sleep(0.5)
    print("opened:", len(os.read(watch, 4096)) // EVENT_BYTES, flush=True)
