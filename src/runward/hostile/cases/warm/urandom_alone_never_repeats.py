#: repeat = 4
#: distinct = true
import os

print(os.urandom(8))
