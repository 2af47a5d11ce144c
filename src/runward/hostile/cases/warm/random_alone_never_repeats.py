#: repeat = 4
#: distinct = true
import random

print(random.random())
