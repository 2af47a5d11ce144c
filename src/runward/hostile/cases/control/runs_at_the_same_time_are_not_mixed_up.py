#: repeat = 6
#: concurrent = true
#: distinct = true
#: says = ["^whole: True$"]
import os
import sys

mine = os.urandom(8).hex()
for _ in range(2000):
    sys.stdout.write(mine + "\n")
sys.stdout.write("whole: True\n")
