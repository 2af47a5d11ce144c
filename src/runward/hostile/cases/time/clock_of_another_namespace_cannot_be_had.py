#: answers = { "offsets unshare enter alarm" = "EPERM|ENOENT|EACCES|EINVAL|ENOSYS|ENOTSUP" }
import ctypes
import os

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
NEWTIME, CLOCK_REALTIME_ALARM = 0x80, 8


def call(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


attempt("offsets", lambda: open("/proc/self/timens_offsets", "w").write("monotonic 86400 0\n"))
attempt("unshare", lambda: call(libc.unshare(NEWTIME)))
attempt("enter", lambda: call(libc.setns(os.open("/proc/self/ns/time", os.O_RDONLY), NEWTIME)))
attempt("alarm", lambda: call(libc.timer_create(CLOCK_REALTIME_ALARM, None, ctypes.byref(ctypes.c_void_p()))))
