#: terminal = true
#: exit_code = 0
#: says = ["^left a child that holds the terminal"]
#: never = ["still here"]
#: within = 5
import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(600)
    print("still here", flush=True)
    os._exit(0)
print("left a child that holds the terminal")
