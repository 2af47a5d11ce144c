#: limits = { memory_bytes = "48M", cpu_time = 20 }
#: says = ["^read enough$"]
import os

LIMIT = 96 << 20
seen = 0
for folder, _, names in os.walk("/usr"):
    for name in names:
        try:
            with open(os.path.join(folder, name), "rb", buffering=0) as file:
                while block := file.read(1 << 20):
                    seen += len(block)
        except OSError:
            continue
        if seen > LIMIT:
            break
    if seen > LIMIT:
        break
print("read enough" if seen > LIMIT else f"cannot try: only {seen} bytes to read")
