import random
print(random.x)
import tempfile
