#: outcome = "wall_time_limit"
#: limits = { wall_time = 1 }
#: stdout = "begun\n"
#: within = 3
import time

print("begun", flush=True)
time.sleep(600)
