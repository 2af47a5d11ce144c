"""Asking a tool about itself (its version, where it really lives), and remembering the answer on disk."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

TIMEOUT_SECONDS = 30


class ProbeError(Exception):
    """The tool did not answer; the message says how."""


class Probe:
    """Runs tools' questions; an answer is kept until the tool's file changes (path, time, size)."""

    def __init__(self, cache_dir: Path | None) -> None:
        """Keep answers under the folder; None remembers nothing."""
        self._folder = cache_dir / "probes" if cache_dir else None

    def ask(self, command: Sequence[str], *, about: Path, depends: Sequence[Path] = ()) -> str:
        """Return what the command prints on both streams; ``about`` and ``depends`` are the files it speaks of."""
        key = _key(command, (about, *depends))
        kept = self._find(key)
        if kept is None:
            kept = _run(command)
            self._keep(key, kept)
        return kept

    def _find(self, key: str) -> str | None:
        if self._folder is None:
            return None
        try:
            answer = json.loads((self._folder / key).read_text(encoding="utf-8"))["answer"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return answer if isinstance(answer, str) else None

    def _keep(self, key: str, answer: str) -> None:
        if self._folder is None:
            return
        # A folder that cannot be written only costs time: the tool is asked again.
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._folder, delete=False, encoding="utf-8") as file:
                json.dump({"answer": answer}, file)
            Path(file.name).rename(self._folder / key)
        except OSError:
            return


def _key(command: Sequence[str], files: Sequence[Path]) -> str:
    seen: list[tuple[str, int, int]] = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        seen.append((str(file), status.st_mtime_ns, status.st_size))
    return hashlib.sha256(json.dumps([list(command), seen]).encode()).hexdigest()


def _run(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            env=_environment(),
            cwd="/",
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProbeError(f"{command[0]} does not run: {error}") from error
    output = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
    if done.returncode != 0:
        raise ProbeError(f"{command[0]} failed: {output.splitlines()[0] if output else done.returncode}")
    return output


def _environment() -> dict[str, str]:
    """Return what proxies such as rustup's and pyenv's need, and nothing that changes how a tool behaves."""
    names = ("PATH", "HOME", "PYENV_ROOT", "PYENV_VERSION", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_HOME")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "GOTOOLCHAIN": "local", "DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1"}
