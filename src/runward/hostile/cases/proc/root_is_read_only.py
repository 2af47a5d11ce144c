#: says = ["^tried \\d\\d+ folders$", "^writable: /box /dev/shm /tmp$"]
import os

tried, writable = 0, set()
for folder, below, _ in os.walk("/"):
    if folder.startswith(("/proc/", "/usr/share/", "/usr/lib/python3/")):
        below.clear()
        continue
    if folder.count("/") > 4:
        below.clear()
    tried += 1
    path = os.path.join(folder, "planted")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        os.unlink(path)
        writable.add(folder)
    except OSError:
        continue
print("tried", tried, "folders")
print("writable:", *sorted(writable))
