#: repeat = 3
#: stdout = "alone\n"
import os
import time

others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
print("alone" if not others else f"ESCAPED: {others}", flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
