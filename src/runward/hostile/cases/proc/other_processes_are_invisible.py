#: says = ["^init and the program: True$", "^pid of the host: ENOENT$"]
import os

from attempt import attempt

pids = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
print("init and the program:", set(pids) <= {1, os.getpid()} and os.getpid() in pids)
attempt("pid of the host", lambda: os.listdir("/proc/@HOST_PID@"))
