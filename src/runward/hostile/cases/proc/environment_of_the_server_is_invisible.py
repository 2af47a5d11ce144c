#: says = ["^looked at \\d+ environments$"]
#: never = ["RUNWARD_"]
import os

looked = 1
print(dict(os.environ))
for name in os.listdir("/proc"):
    try:
        with open(f"/proc/{name}/environ", "rb") as file:
            print(file.read())
            looked += 1
    except OSError:
        continue
print("looked at", looked, "environments")
