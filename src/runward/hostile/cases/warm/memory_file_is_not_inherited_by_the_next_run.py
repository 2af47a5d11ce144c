#: repeat = 2
#: stdout = "clean\n"
import os

names = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{fd}")]
print("ESCAPED" if any("left" in name for name in names) else "clean")
os.set_inheritable(os.memfd_create("left"), True)
