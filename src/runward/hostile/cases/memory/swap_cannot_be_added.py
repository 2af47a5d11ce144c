#: answers = { "swapon swapoff" = "EPERM|ENOSYS" }
#: limits = { disk_bytes = "32M" }
import ctypes

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)


def call(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


with open("/box/swap", "wb") as file:
    file.write(b"\0" * (16 << 20))
attempt("swapon", lambda: call(libc.swapon(b"/box/swap", 0)))
attempt("swapoff", lambda: call(libc.swapoff(b"/box/swap")))
