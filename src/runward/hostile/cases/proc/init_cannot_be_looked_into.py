#: answers = { "environ mem maps fd root cwd exe ns auxv stack syscall task" = "ENOENT|EACCES|EPERM" }
import os

from attempt import attempt


def read(name):
    with open(f"/proc/1/{name}", "rb") as file:
        file.read(64)


for name in ("environ", "mem", "maps", "auxv", "stack", "syscall"):
    attempt(name, lambda name=name: read(name))
for name in ("root", "cwd", "exe"):
    attempt(name, lambda name=name: os.stat(f"/proc/1/{name}"))
for name in ("fd", "task/1/fd"):
    attempt(name.split("/")[0], lambda name=name: os.listdir(f"/proc/1/{name}"))
attempt("ns", lambda: os.readlink("/proc/1/ns/net"))
