#: stdout = "import: ModuleNotFoundError\nfound: []\n"
#: limits = { cpu_time = 20 }
import os

try:
    import runward

    print("ESCAPED:", runward.__file__)
except ModuleNotFoundError as error:
    print("import:", type(error).__name__)
found = []
for top in ("/", "/usr", "/usr/local", "/usr/lib", "/opt", "/srv", "/home", "/var", "/work", "/app", "/run"):
    if os.path.isdir(top):
        found += [f"{top}/{name}" for name in os.listdir(top) if "runward" in name]
print("found:", found)
