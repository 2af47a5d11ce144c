#: outcome = "wall_time_limit"
#: limits = { wall_time = 1 }
#: says = ["^tick 3$"]
#: within = 3
import time

tick = 0
while True:
    print("tick", tick, flush=True)
    tick += 1
    time.sleep(0.05)
