"""The program named on the command line: its files, its language, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from runward.cli.terminal import OurTerminal
from runward.domain.errors import RequestError
from runward.domain.limits import LimitRequest
from runward.domain.tier import Tier
from runward.engine.spec import InputFile
from runward.languages import Language, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line says of a run, wherever that is to be."""

    file: str
    language: str | None
    entry: str | None
    stdin: Path | None
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    compiler_flags: tuple[str, ...]
    extra: tuple[InputFile, ...]
    artifacts: tuple[str, ...]
    limits: LimitRequest
    tier: Tier | None
    terminal: OurTerminal | None
    as_json: bool


def read_file(path: Path) -> bytes:
    """Return the file's content; RequestError says why it cannot be read."""
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise RequestError(f"{path} is a folder; name the file to start with, and send the folder by --file") from None
    except OSError as error:
        raise RequestError(f"cannot read {path}: {error.strerror}") from error


def find_language(file: str, name: str | None, registry: Registry) -> Language:
    """Return the language that was named, or that the file's extension tells."""
    if name is not None:
        return registry.get(name)
    if file == "-":
        raise RequestError("the program comes from standard input; say its language with --language")
    language = registry.find_by_extension(file)
    if language is None:
        raise RequestError(f"the name of {file} does not tell its language; say it with --language")
    return language


def read_extra_files(options: list[str]) -> list[InputFile]:
    """Return the files of every ``PATH[:TARGET]``; a folder means all regular files below it."""
    return [file for option in options for file in _read_extra(option)]


def _read_extra(option: str) -> list[InputFile]:
    path, target = _split(option)
    if not path.is_dir():
        return [_input_file(path, target)]
    found = sorted(each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
    if not found:
        raise RequestError(f"there is no file in {path}")
    return [_input_file(each, str(PurePosixPath(target) / each.relative_to(path).as_posix())) for each in found]


def _split(option: str) -> tuple[Path, str]:
    source, separator, target = option.rpartition(":")
    # A colon may be part of the name.
    path = Path(source) if separator and not Path(option).exists() else Path(option)
    if separator and path == Path(source):
        return path, target
    # In its own place where that is below here, so that packages stay packages.
    within = not path.is_absolute() and ".." not in path.parts
    return path, path.as_posix() if within else path.name


def _input_file(path: Path, target: str) -> InputFile:
    content = read_file(path)
    return InputFile(path=target, content=content, executable=bool(path.stat().st_mode & 0o111))


def parse_environment(options: list[str]) -> dict[str, str]:
    """Return the variables of every ``NAME=VALUE``."""
    variables: dict[str, str] = {}
    for option in options:
        name, separator, value = option.partition("=")
        if not separator or not name:
            raise RequestError(f"{option!r} is no variable; write it like --env NAME=VALUE")
        variables[name] = value
    return variables
