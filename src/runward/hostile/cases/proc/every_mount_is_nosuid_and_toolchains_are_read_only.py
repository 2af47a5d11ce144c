#: says = ["^/: nosuid read-only$", "^/usr: nosuid read-only$", "^/box: nosuid$", "^/tmp: nosuid$", "^/dev/shm: nosuid$", "^/proc: nosuid"]
import os

for path in ("/", "/usr", "/box", "/tmp", "/dev/shm", "/proc"):
    flags = os.statvfs(path).f_flag
    words = ["nosuid"] * bool(flags & os.ST_NOSUID) + ["read-only"] * bool(flags & os.ST_RDONLY)
    print(f"{path}:", *words)
