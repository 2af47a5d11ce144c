"""Folders of the tests that others get into: servers that become another user, say."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def let_others_in(folder: Path) -> Path:
    """Let everybody get to the folder and read it, and return it.  pytest makes its own for their owner alone."""
    for path in (folder, *folder.parents):
        if path == Path(tempfile.gettempdir()) or path.stat().st_uid != os.getuid():
            break
        path.chmod(0o755)
    return folder


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Yield a temporary folder that others get into."""
    with tempfile.TemporaryDirectory(prefix="runward-") as folder:
        yield let_others_in(Path(folder))
