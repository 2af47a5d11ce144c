#: repeat = 6
#: concurrent = true
#: distinct = true
import random

print(random.random())
