#: collect = ["*.bin"]
#: limits = { disk_bytes = "16M" }
#: says = ["^made 64$"]
import os

with open("0.bin", "wb") as file:
    file.write(b"x" * (8 << 20))
for number in range(1, 64):
    os.link("0.bin", f"{number}.bin")
print("made", len([name for name in os.listdir() if name.endswith(".bin")]))
