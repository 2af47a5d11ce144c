"""Sound run requests of every shape: what the parser's fuzzing starts from.

``python -m tests.sandbox.corpus FOLDER`` writes them as files, for script/fuzz.
"""

from __future__ import annotations

import sys
from pathlib import Path

from runward.domain.limits import Limits
from runward.sandbox import BoxFile, Command, Terminal
from runward.sandbox.request import pack

COMMAND = Command(
    argv=("/bin/cat", "a/b.txt", "-"),
    environment={"A": "b", "LONG": "x" * 500},
    files=[BoxFile(path="a/b.txt", content=b"content"), BoxFile(path="c", content=0, executable=True)],
    collect=["*.txt", "**/c"],
    max_artifacts=7,
)
COMMANDS = {
    "all": COMMAND,
    "least": Command(argv=("",), environment={}),
    "warm": Command(argv=("/usr/bin/python3", "-u", "main.py"), environment={"PATH": "/usr/bin"}, warm=True),
    "terminal": Command(
        argv=("bash",),
        environment={"TERM": "xterm"},
        files=[BoxFile(path=f"f{number}", content=0) for number in range(2)],
        terminal=Terminal(),
    ),
    "empty_file": Command(argv=("x",), environment={}, files=[BoxFile(path="a", content=b"")]),
    "deep": Command(argv=("x",), environment={}, files=[BoxFile(path="a/" * 40 + "..b", content=b"x")]),
    "descriptors": Command(
        argv=("x",), environment={}, files=[BoxFile(path=f"f{number}", content=0) for number in range(199)]
    ),
    "patterns": Command(argv=("x",), environment={}, collect=["**/*.[ch]", "", "*"], max_artifacts=65536),
}


def main() -> None:
    """Write each request into the folder that the first argument names."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, command in COMMANDS.items():
        (folder / name).write_bytes(pack(command, Limits())[0])


if __name__ == "__main__":
    main()
