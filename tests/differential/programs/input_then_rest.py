print(input('?'))
import sys
print(sys.stdin.read())
