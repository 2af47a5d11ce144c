#: repeat = 3
#: stdout = "found 0\n"
#: limits = { memory_bytes = "256M", cpu_time = 20 }
# First looks for the mark of an earlier run in all memory it can read, then leaves its own mark all over the place.
import re

HALVES = (b"".join([b"left-beh", b"ind-by-"]), b"".join([b"an-earl", b"ier-run"]))


def found():
    count = 0
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
            at = block.find(HALVES[0])
            while at >= 0:
                count += block[at + len(HALVES[0]) : at + len(HALVES[0]) + len(HALVES[1])] == HALVES[1]
                at = block.find(HALVES[0], at + 1)
    return count


print("found", found(), flush=True)
kept = [HALVES[0] + HALVES[1] for _ in range(1000)] + [bytearray((HALVES[0] + HALVES[1]) * 100_000)]
if found() < 1000:
    print("cannot try: the search does not even find its own mark")
