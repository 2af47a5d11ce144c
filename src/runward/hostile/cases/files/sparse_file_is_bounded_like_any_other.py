#: limits = { file_bytes = "4M", memory_bytes = "64M" }
#: says = ["^terabyte: EFBIG$", "^beyond: EFBIG$"]
#: collect = ["*.bin"]
import os

from attempt import attempt

file = os.open("/box/sparse.bin", os.O_CREAT | os.O_RDWR)
attempt("terabyte", lambda: os.ftruncate(file, 1 << 40))
attempt("beyond", lambda: os.pwrite(file, b"x", 1 << 40))
