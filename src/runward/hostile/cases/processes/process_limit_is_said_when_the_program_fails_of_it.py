#: outcome = "process_limit"
#: limits = { processes = 10 }
#: never = ["^forked 10"]
import os
import signal

forked = 0
while True:
    if os.fork() == 0:
        signal.pause()
    forked += 1
    print("forked", forked, flush=True)
