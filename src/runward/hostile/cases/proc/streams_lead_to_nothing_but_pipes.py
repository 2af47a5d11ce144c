#: says = ["^0: (pipe|null)$", "^1: pipe$", "^2: pipe$", "^terminal: False$"]
import os
import stat

for fd in range(3):
    mode = os.fstat(fd)
    kind = "pipe" if stat.S_ISFIFO(mode.st_mode) else "file" if stat.S_ISREG(mode.st_mode) else "other"
    if stat.S_ISCHR(mode.st_mode) and os.major(mode.st_rdev) == 1:
        kind = "null"
    print(f"{fd}: {kind}")
print("terminal:", any(os.isatty(fd) for fd in range(3)))
