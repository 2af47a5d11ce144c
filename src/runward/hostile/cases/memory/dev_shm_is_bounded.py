#: outcome = "memory_limit|exited"
#: limits = { memory_bytes = "64M", disk_bytes = "32M", file_bytes = "512M" }
#: says = ["^writing$"]
#: never = ["wrote all"]
import sys

print("writing", flush=True)
chunk = b"x" * (1 << 20)
try:
    with open("/dev/shm/big", "wb") as file:
        for _ in range(160):
            file.write(chunk)
            file.flush()
except OSError as error:
    print(error.strerror)
    sys.exit(0)
print("wrote all")
