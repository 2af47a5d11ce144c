"""Finding a toolchain on this host: every candidate its definition names, the best that serves."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runward.languages.command import ReadPath, fill
from runward.languages.definition import Part, Toolchain
from runward.languages.probe import Probe, ProbeError

# Folders that belong to no toolchain alone: one bound whole would show the guest other people's files.
SHARED_HOMES = (Path("/"), Path("/usr"), Path("/usr/local"))
# The sandbox lays its own file systems over these; what lies there on the host is shown elsewhere.
HIDDEN = ("/tmp/", "/box/", "/dev/", "/proc/", "/sys/", "/run/")  # noqa: S108  (names of the sandbox's, none is opened)
ELSEWHERE = "/opt/runward"
DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where to look: the folders of PATH, the managed folders, the user's home."""

    path: tuple[Path, ...]
    toolchains: tuple[Path, ...]
    home: Path | None

    @classmethod
    def of_this_process(cls, toolchains: Sequence[Path]) -> Places:
        """Return the places that the environment names."""
        folders = os.environ.get("PATH", "").split(":") + DEFAULT_PATH.split(":")
        path = tuple(dict.fromkeys(Path(folder) for folder in folders if folder.startswith("/")))
        home = os.environ.get("HOME", "")
        return cls(path=path, toolchains=tuple(toolchains), home=Path(home) if home.startswith("/") else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPart:
    """A part of a toolchain as it lies on this host."""

    name: str
    path: Path
    home: Path
    version: str
    reads: tuple[ReadPath, ...]

    def inside(self, path: Path) -> str:
        """Return where a path of the toolchain's folder is within a step's root."""
        return show(path, home=self.home, name=self.name).inside


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundToolchain:
    """A toolchain all of whose parts are here."""

    toolchain: Toolchain
    parts: dict[str, FoundPart]

    @property
    def version(self) -> str:
        """Return the version that stands for the language's."""
        return self.parts[self.toolchain.version_of].version


class NotFoundError(Exception):
    """The toolchain is not here; the message says which part, and why."""


def find_toolchain(toolchain: Toolchain, *, places: Places, probe: Probe) -> FoundToolchain:
    """Return the toolchain with the best of each part's candidates; NotFoundError tells what is missing."""
    parts: dict[str, FoundPart] = {}
    for part in toolchain.parts:
        parts[part.name] = _find_part(part, parts, places=places, probe=probe)
    return FoundToolchain(toolchain=toolchain, parts=parts)


def show(path: Path, *, home: Path, name: str) -> ReadPath:
    """Return how a host path is shown in a root: in its place, unless the sandbox has something of its own there."""
    if not f"{path}/".startswith(HIDDEN):
        return ReadPath(source=str(path))
    return ReadPath(source=str(path), target=str(Path(ELSEWHERE, name, path.relative_to(home))))


def version_key(version: str) -> tuple[int, ...]:
    """Return the version's numbers, for comparing."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _find_part(part: Part, known: dict[str, FoundPart], *, places: Places, probe: Probe) -> FoundPart:
    refusals: list[str] = []
    found: list[FoundPart] = []
    for candidate in _candidates(part, known, places):
        try:
            found.append(_examine(part, candidate, known, probe=probe, places=places))
        except (ProbeError, NotFoundError) as error:
            refusals.append(str(error))
            continue
        if not part.newest:
            break
    if not found:
        raise NotFoundError(refusals[0] if refusals else f"{part.name} was not found")
    return max(found, key=lambda item: version_key(item.version))


def _examine(part: Part, candidate: Path, known: dict[str, FoundPart], *, probe: Probe, places: Places) -> FoundPart:
    path = candidate
    values = {name: str(other.path) for name, other in known.items()}
    if part.ask:
        depends = [place for pattern in part.depends for place in _expand(pattern, places)]
        command = [fill(word, values | {part.name: str(candidate)}) for word in part.ask]
        answer = probe.ask(command, about=candidate, depends=depends).splitlines()
        path = Path(fill(part.answer, {"answer": answer[-1] if answer else ""}))
    if part.follow_links:
        path = path.resolve()
    _check_usable(part, path)
    home = path.parents[min(part.home, len(path.parents) - 1)]
    if "." in part.files and home in SHARED_HOMES:
        raise NotFoundError(f"{path} does not lie in a folder of its own")
    version = _version(part, path, values, probe)
    return FoundPart(name=part.name, path=path, home=home, version=version, reads=_reads(part, home))


def _version(part: Part, path: Path, values: dict[str, str], probe: Probe) -> str:
    rule = part.version
    if rule is None:
        return ""
    output = probe.ask([fill(word, values | {part.name: str(path)}) for word in rule.command], about=path)
    found = rule.pattern.search(output)
    if found is None:
        raise NotFoundError(f"{path} does not tell its version")
    version = found[1]
    if version_key(version) < rule.minimum:
        raise NotFoundError(f"{path} is version {version}; {'.'.join(map(str, rule.minimum))} or later is needed")
    return version


def _check_usable(part: Part, path: Path) -> None:
    wanted = os.R_OK | (os.X_OK if part.executable else 0)
    if not path.is_file() or not os.access(path, wanted):
        raise NotFoundError(f"{path} cannot be {'executed' if part.executable else 'read'} by this user")
    # Root may read anything, but the program in the box is another user.
    others = stat.S_IROTH | (stat.S_IXOTH if part.executable else 0)
    if os.geteuid() == 0 and path.stat().st_mode & others != others:
        raise NotFoundError(f"{path} is closed to other users; make it readable for all: chmod a+rX {path}")


def _reads(part: Part, home: Path) -> tuple[ReadPath, ...]:
    paths = [home] if "." in part.files else [found for name in part.files for found in sorted(home.glob(name))]
    return tuple(show(path, home=home, name=part.name) for path in paths)


def _candidates(part: Part, known: dict[str, FoundPart], places: Places) -> Iterator[Path]:
    seen: set[Path] = set()
    homes = {f"{name}.home": str(other.home) for name, other in known.items()}
    for pattern in part.candidates:
        for path in _expand(fill(pattern, homes), places):
            # Not is_file: it raises where a folder on the way is closed to this user.
            if path not in seen and os.access(path, os.F_OK) and path.is_file():
                seen.add(path)
                yield path


def _expand(pattern: str, places: Places) -> list[Path]:
    if pattern.startswith("PATH:"):
        return [folder / pattern.removeprefix("PATH:") for folder in places.path]
    if pattern.startswith("~/"):
        return _glob(places.home, pattern.removeprefix("~/")) if places.home else []
    if pattern.startswith("{toolchains}/"):
        rest = pattern.removeprefix("{toolchains}/")
        return [path for folder in places.toolchains for path in _glob(folder, rest)]
    return _glob(Path("/"), pattern.removeprefix("/"))


def _glob(folder: Path, pattern: str) -> list[Path]:
    """Return what the pattern meets, the highest version first."""
    try:
        return sorted(folder.glob(pattern), key=lambda path: version_key(str(path)), reverse=True)
    except OSError:
        return []
