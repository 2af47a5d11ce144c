"""What is made once per toolchain and host so that each step is fast: a compiler's cache, a class archive."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from runward.domain.errors import RunwardError
from runward.languages.command import fill
from runward.languages.definition import Preparation
from runward.languages.discovery import FoundToolchain

TIMEOUT_SECONDS = 900


class PreparationError(RunwardError):
    """A toolchain could not be prepared; the language works without, but slowly."""

    code = "preparation_failed"


def prepared_folder(found: FoundToolchain, cache_dir: Path) -> Path | None:
    """Return where the preparation of this toolchain lies or will lie; None where the definition has none."""
    preparation = found.toolchain.preparation
    if preparation is None:
        return None
    # All that shapes the content shapes the name, so a changed toolchain or definition never meets an old folder.
    beside = [path for pattern in preparation.depends for path in sorted(Path("/").glob(pattern.removeprefix("/")))]
    stats = [path.stat() for path in (*(part.path for part in found.parts.values()), *beside)]
    identity = json.dumps(
        [
            _values(found),
            preparation.commands,
            dict(preparation.environment),
            dict(preparation.files),
            [(status.st_size, status.st_mtime_ns) for status in stats],
        ]
    )
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return cache_dir / "prepared" / f"{found.toolchain.name}-{found.version}-{digest}"


def prepare(found: FoundToolchain, cache_dir: Path, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Path | None:
    """Make the preparation unless it is there; return its folder, None where the definition has none.

    The time is each command's.
    """
    folder = prepared_folder(found, cache_dir)
    preparation = found.toolchain.preparation
    if folder is None or preparation is None or folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f".{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _make(preparation, _values(found), folder, timeout_seconds)
    except OSError as error:
        raise PreparationError(f"{folder} cannot be made: {error}; give a cache folder that can be written") from error
    return folder


def _make(preparation: Preparation, values: Mapping[str, str], folder: Path, timeout_seconds: float) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as making:
        result, work = Path(making, "result"), Path(making, "work")
        result.mkdir()
        work.mkdir()
        inner = {**values, "prepared": str(result), "work": str(work)}
        for name, text in preparation.files.items():
            (work / name).write_text(fill(text, inner), encoding="utf-8")
        for command in preparation.commands:
            argv = [fill(word, inner) for word in command]
            try:
                _run(argv, work, _environment(preparation, inner), timeout_seconds)
            except subprocess.TimeoutExpired as error:
                raise PreparationError(f"{' '.join(argv)} took longer than {timeout_seconds:g} s") from error
        _open_to_readers(result)
        result.rename(folder)


def _environment(preparation: Preparation, values: Mapping[str, str]) -> dict[str, str]:
    own = {name: fill(value, values) for name, value in preparation.environment.items()}
    return {"PATH": "/usr/bin:/bin", "HOME": values["work"], "LANG": "C.UTF-8", "TZ": "UTC"} | own


def _run(argv: list[str], work: Path, environment: dict[str, str], timeout_seconds: float) -> None:
    done = subprocess.run(
        argv,
        cwd=work,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout_seconds,
        check=False,
    )
    if done.returncode != 0:
        told = done.stdout.decode("utf-8", "replace").strip()[-500:]
        raise PreparationError(f"{' '.join(argv)} failed with exit status {done.returncode}: {told}")


def _open_to_readers(folder: Path) -> None:
    """Let everyone read: the program in the box is another user."""
    for parent, folders, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            file = Path(parent, name)
            file.chmod(0o755 if os.access(file, os.X_OK) else 0o644)
        folders.sort()


def _values(found: FoundToolchain) -> dict[str, str]:
    values = {"version": found.version}
    for name, part in found.parts.items():
        values |= {name: str(part.path), f"{name}.home": str(part.home), f"{name}.version": part.version}
    return values
