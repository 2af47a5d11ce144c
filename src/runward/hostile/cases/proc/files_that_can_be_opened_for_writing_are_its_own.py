#: says = ["^tried \\d{3,} files$", "^writable: \\[\\]$"]
#: limits = { cpu_time = 20 }
import os
import stat

HARMLESS = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}
tried, writable = 0, []
for top in ("/bin", "/dev", "/etc", "/lib", "/lib64", "/sbin", "/sys", "/usr/bin", "/usr/lib", "/usr/local", "/var", "/run"):
    for folder, folders, names in os.walk(top):
        del folders[12:]  # some of every place: all of them takes minutes where the host's files are slow
        for name in names[:20]:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if path in HARMLESS or path.startswith("/dev/shm") or not (stat.S_ISREG(mode) or stat.S_ISCHR(mode)):
                continue
            tried += 1
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                writable.append(path)
            except OSError:
                continue
print("tried", tried, "files")
print("writable:", writable)
