#: limits = { output_bytes = "64K" }
#: stdout_bytes = 65536
import sys

sys.stdout.write("x" * 65536)
