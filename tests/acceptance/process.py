"""The all-in-one server as a process of its own, on a free port and a folder that outlives it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RUNWARD = [sys.executable, "-c", "from runward.cli import main; main()"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A server that runs."""

    url: str
    process: subprocess.Popen[str]

    def stop(self) -> int:
        """Ask it to stop; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        """End it as a power failure would."""
        self.process.kill()
        self.process.wait(60)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Process]:
    """Run the server within the block; what it keeps is in the folder."""
    environment = {**os.environ, "RUNWARD_READY_SLOTS": "2", "RUNWARD_DATA_DIR": f"{folder}/data", **settings}
    process = subprocess.Popen(
        [*RUNWARD, "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found, f"the server did not say where it is: {first!r}"
        yield Process(url=found[0], process=process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        process.stdout.close()
