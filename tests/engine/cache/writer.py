"""Keeps one entry after the other in a folder until it is killed: python writer.py FOLDER SIZE FIRST STEP COUNT."""

from __future__ import annotations

import sys
from pathlib import Path

from runward.engine.cache import CompileCache
from tests.engine.cache.keeping import files_for, key, made

folder, size, first, step, count = Path(sys.argv[1]), *map(int, sys.argv[2:])
cache = CompileCache(folder, size_bytes=size)
print("up", flush=True)
for number in range(first, first + step * count, step):
    with made(files_for(key(number))) as compiled:
        cache.keep(key(number), compiled)
