#: exit_code = 0
#: limits = { processes = 10 }
#: says = ["^coped with \\d of 40$"]
#: never = ["^coped with 40"]
import os
import signal

children = []
for _ in range(40):
    try:
        child = os.fork()
    except BlockingIOError:
        continue
    if child == 0:
        signal.pause()
    children.append(child)
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
print("coped with", len(children), "of 40")
