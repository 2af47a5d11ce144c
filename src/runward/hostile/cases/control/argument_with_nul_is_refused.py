#: arguments = ["good\u0000evil"]
#: refused = "."
import sys

print("ESCAPED: took", sys.argv)
