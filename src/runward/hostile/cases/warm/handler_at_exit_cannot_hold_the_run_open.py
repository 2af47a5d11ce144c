#: outcome = "cpu_time_limit"
#: limits = { cpu_time = 1, wall_time = 20 }
#: stdout = "leaving\n"
import atexit


@atexit.register
def hold():
    while True:
        pass


print("leaving", flush=True)
