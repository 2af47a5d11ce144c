#: outcome = "memory_limit|cpu_time_limit|wall_time_limit|exited"
#: limits = { cpu_time = 2, wall_time = 5, memory_bytes = "128M" }
#: never = ["^done$"]
#: within = 8
x = 9**9**9
print("done")
