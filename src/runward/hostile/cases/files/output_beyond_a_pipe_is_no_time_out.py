#: limits = { output_bytes = "4M", wall_time = 10 }
#: stdout_bytes = 3145728
import sys

sys.stdout.write("x" * 3145728)
