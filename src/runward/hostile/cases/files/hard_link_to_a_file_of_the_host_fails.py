#: says = ["^passwd: E\\w+$", "^libc: E\\w+$"]
#: collect = ["*.txt"]
#: artifacts = {}
import os

from attempt import attempt

LIBC = next(line.split()[-1] for line in open("/proc/self/maps") if "libc.so" in line)
attempt("passwd", lambda: os.link("/etc/passwd", "/box/passwd.txt"))
attempt("libc", lambda: os.link(LIBC, "/box/libc.txt"))
