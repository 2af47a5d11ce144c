#: stdout = "found 0\n"
#: limits = { memory_bytes = "256M", cpu_time = 20 }
# The server's environment holds a token; it is given here backwards, so that the program does not hold it itself.
import re

BACKWARDS = b"@TOKEN_REVERSED@"
found = 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps:
        start, end, mode, name = re.match(r"(\w+)-(\w+) (\S+) \S+ \S+ \S+\s*(.*)", line).groups()
        if "r" not in mode or name.startswith(("/usr", "[v")):
            continue
        memory.seek(int(start, 16))
        try:
            block = memory.read(int(end, 16) - int(start, 16))
        except OSError:
            continue
        found += block[::-1].count(BACKWARDS)
print("found", found)
