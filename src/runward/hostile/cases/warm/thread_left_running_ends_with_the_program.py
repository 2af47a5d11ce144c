#: exit_code = 0
#: never = ["still here"]
#: stdout = "leaving\n"
#: within = 3
import threading
import time


def linger():
    time.sleep(60)
    print("still here")


threading.Thread(target=linger, daemon=True).start()
print("leaving")
