#: outcome = "wall_time_limit"
#: limits = { wall_time = 1 }
#: stdout = "leaving\n"
#: within = 3
import threading
import time

threading.Thread(target=time.sleep, args=(600,)).start()
print("leaving", flush=True)
