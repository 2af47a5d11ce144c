#: stdout_bytes = 20000
#: says = ["^o{20000}$", "^e{20000}$"]
import os

for _ in range(20000):
    os.write(1, b"o")
    os.write(2, b"e")
