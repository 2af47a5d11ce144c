#: stdout = "left\n"
#: within = 8
import os
import signal
import sys
import time

if os.fork() == 0:
    os.setsid()
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    for fd in range(3):
        os.close(fd)
    os.chdir("/")
    if os.fork() == 0:
        os.setsid()
        while True:
            time.sleep(0.01)
            if os.fork():
                os._exit(0)
    os._exit(0)
os.wait()
print("left", flush=True)
