#: limits = { disk_bytes = "16M", file_bytes = "64M", memory_bytes = "256M" }
#: says = ["^full: ENOSPC$"]
import errno

held = 0
for folder in ("/box", "/tmp", "/dev/shm"):
    try:
        with open(f"{folder}/fill", "wb", buffering=0) as file:
            while True:
                held += file.write(b"x" * 65536)
    except OSError as error:
        print("full:", errno.errorcode[error.errno])
print("held", held >> 20, "MiB")
if held > 17 << 20:
    print(f"ESCAPED: {held} bytes on disk, with a limit of 16 MiB")
