#: arguments = ["@LONG@"]
#: refused = "argument"
import sys

print(len(sys.argv[1]))
