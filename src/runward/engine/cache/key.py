"""The name of a compile step's answer: a digest of all that can change it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple

from runward.engine.step import StepOrder

# Entries of another form have other names.
_FORM = 1


def key_of(order: StepOrder, identity: bytes) -> str:
    """Return the key of a compile step; ``identity`` is the runtime's.

    Every limit is part of it: a step that would be ended by a tighter one has another answer.
    """
    command = order.command
    head = [
        _FORM,
        list(command.argv),
        sorted(order.environment.items()),
        [list(order.collect), order.max_files],
        [str(limit) for limit in astuple(order.limits)],
    ]
    digest = hashlib.sha256()
    for part in (json.dumps(head).encode(), identity):
        digest.update(len(part).to_bytes(8, "little") + part)
    for file in sorted(order.files, key=lambda file: file.path):
        assert isinstance(file.content, bytes), "nothing is compiled before the compile step"
        name = file.path.encode("utf-8", "surrogatepass")
        lengths = len(name).to_bytes(8, "little") + len(file.content).to_bytes(8, "little")
        digest.update(lengths + (b"x" if file.executable else b"-") + name)
        digest.update(file.content)
    return digest.hexdigest()
