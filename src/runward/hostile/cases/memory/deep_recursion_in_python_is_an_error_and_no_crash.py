#: exit_code = 1
#: limits = { memory_bytes = "128M" }
#: stdout = "down\n"
import sys

print("down", flush=True)
sys.setrecursionlimit(20_000)


def down(depth):
    return down(depth + 1) + 1


down(0)
