#: exit_code = 6
#: says = ["^parent is still there$"]
import os
import signal
import sys

parent = os.getppid()
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGSEGV):
    try:
        os.kill(parent, number)
    except (PermissionError, ProcessLookupError):
        continue
print("parent is still there" if os.getppid() == parent else "ESCAPED: the parent is gone", flush=True)
sys.exit(6)
