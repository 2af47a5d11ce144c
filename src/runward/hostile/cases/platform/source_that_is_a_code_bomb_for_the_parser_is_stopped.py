#: outcome = "exited|memory_limit|cpu_time_limit|wall_time_limit|signaled"
#: limits = { cpu_time = 3, wall_time = 6, memory_bytes = "128M" }
#: within = 8
exec("x = " + "-" * 2_000_000 + "1")
