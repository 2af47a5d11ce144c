import sys
for line in sys.stdin:
    print(repr(line))
print(repr(sys.stdin.read()))
try:
    input()
except EOFError as error:
    print(error)
