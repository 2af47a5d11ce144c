"""What a runtime's step is made of, in one value: as long as it is the same, so is what the step answers."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from runward.domain.outcome import Step
from runward.languages.runtime import Runtime

# What is deep in a folder, a header say, comes and goes with packages, and these files change with any of them.
PACKAGE_DATABASES = ("/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/lib/apk/db/installed")


def identity_of(runtime: Runtime, step: Step, *, databases: Sequence[str] = PACKAGE_DATABASES) -> bytes:
    """Return all but the program that shapes what the step does: definition, toolchain, and what its root holds.

    Files are known by size and time, folders by the time when something in them was replaced, and what is below that by
    the host's package databases.
    """
    parts = runtime.found.parts
    identity = [
        [runtime.language.id, runtime.language.digest, step],
        [runtime.toolchain, runtime.version, str(runtime.prepared)],
        [[name, part.version, str(part.path), _state(str(part.path))] for name, part in sorted(parts.items())],
        [[read.source, read.target, _state(read.source)] for read in runtime.reads(step)],
        [_state(database) for database in databases],
    ]
    return json.dumps(identity).encode()


def _state(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116  (asked for every program, and three times as fast as a Path)
    except OSError:
        return None  # what is missing the step itself will say
    return status.st_size, status.st_mtime_ns
