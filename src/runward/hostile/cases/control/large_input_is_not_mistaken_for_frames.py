#: stdin = "@LONG@"
#: stdout_bytes = 300000
import sys

sys.stdout.write(sys.stdin.read())
