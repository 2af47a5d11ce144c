#: collect = ["*.bin"]
#: limits = { disk_bytes = "16M" }
#: says = ["^made 32$"]
# Each is a hole of the greatest size that is handed out: nothing on disk, but as bytes half a gigabyte.
import os

for number in range(32):
    with open(f"{number}.bin", "wb") as file:
        os.ftruncate(file.fileno(), 16 << 20)
print("made", len([name for name in os.listdir() if name.endswith(".bin")]))
