#: outcome = "cpu_time_limit|wall_time_limit|process_limit|memory_limit"
#: limits = { cpu_time = 2, wall_time = 4, processes = 24 }
#: says = ["^forking$"]
#: within = 15
# What a refused fork is charged for its stack, the kernel gives back later: that may be over the memory limit first.
import subprocess
import sys

BOMB = "import subprocess, sys\nwhile True:\n    subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[1]])\n"

print("forking", flush=True)
while True:
    try:
        subprocess.Popen([sys.executable, "-c", BOMB, BOMB])
    except OSError:
        pass
