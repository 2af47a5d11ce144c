"""Files that the program wrote, saved into a folder and nowhere else."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from runward.domain.errors import RequestError
from runward.engine.result import Artifact


class ArtifactRefused(RequestError):
    """An artifact cannot be saved; the message says which and why."""

    code = "artifact_refused"


def save_artifacts(artifacts: Iterable[Artifact], folder: Path) -> None:
    """Write each below the folder, which is made if it is not there; the names are the guest's, so trust none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ArtifactRefused(f"{folder} cannot be used as the output folder: {error.strerror}") from error
    try:
        for artifact in artifacts:
            if artifact.content is not None:
                _save(root, artifact.path, artifact.content)
    finally:
        os.close(root)


def _save(root: int, path: str, content: bytes) -> None:
    *folders, name = path.split("/")
    if any(part in ("", ".", "..") for part in (*folders, name)) or "\0" in path:
        raise ArtifactRefused(f"the artifact {path!r} would leave the output folder; it was not saved")
    opened: list[int] = []
    try:
        at = root
        for part in folders:
            at = _open_folder(at, part)
            opened.append(at)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=at)
        # O_EXCL, O_NOFOLLOW: what lies there by this name, a link or a pipe, is never written through.
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=at)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
    except OSError as error:
        raise ArtifactRefused(f"the artifact {path!r} cannot be saved: {error.strerror}") from error
    finally:
        for fd in opened:
            os.close(fd)


def _open_folder(at: int, name: str) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o755, dir_fd=at)
    # O_NOFOLLOW: a link in the output folder could lead out of it.
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
