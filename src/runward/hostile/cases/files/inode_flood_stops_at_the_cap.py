#: limits = { cpu_time = 20, disk_bytes = "16M", memory_bytes = "512M" }
#: says = ["^stopped by ENOSPC$"]
import errno
import os

made = 0
try:
    while made < 2_000_000:
        os.close(os.open(f"/box/{made}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError as error:
    print("stopped by", errno.errorcode[error.errno])
print("made", made)
