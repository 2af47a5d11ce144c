#: outcome = "output_limit"
#: limits = { output_bytes = "64K", wall_time = 5 }
#: stdout = "first\n"
#: truncated = "stderr"
#: within = 5
import sys

print("first", flush=True)
while True:
    sys.stderr.write("y" * 10_000)
