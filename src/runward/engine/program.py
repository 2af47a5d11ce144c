"""A program as it was sent: its files checked, and the one to start with found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from runward.domain.errors import BlockedImport, RequestError
from runward.engine.policy import EnginePolicy
from runward.engine.spec import ExecutionSpec, InputFile, RunInput
from runward.languages import Language
from runward.sandbox import check_path

MAX_FILES = 1000
# Between the parts of a module's name, in one language or another.
_SEPARATORS = "./:"


def check_program(spec: ExecutionSpec) -> None:
    """Raise RequestError with what to change where the request cannot be carried out by any language."""
    if not spec.files:
        raise RequestError("there is no source file; send at least one")
    _check_files(spec.files, names=set())
    _check_texts("compiler flag", spec.compiler_flags)
    _check_surroundings(spec.environment, spec.arguments, spec.artifacts)


def check_input(given: RunInput, spec: ExecutionSpec) -> None:
    """Raise RequestError with what to change where the program cannot be given this."""
    if given.files:
        _check_files(given.files, names={file.path for file in spec.files})
    _check_surroundings(given.environment, given.arguments or (), given.artifacts or ())


def _check_files(files: Sequence[InputFile], *, names: set[str]) -> None:
    """Check the files that come to those of these names."""
    if (count := len(names) + len(files)) > MAX_FILES:
        raise RequestError(f"there are {count} files; at most {MAX_FILES} are taken")
    for file in files:
        check_path(file.path)
        if file.path in names:
            raise RequestError(f"the file {file.path!r} is there twice")
        names.add(file.path)


def _check_surroundings(environment: Mapping[str, str], arguments: Sequence[str], artifacts: Sequence[str]) -> None:
    for name in environment:
        if not name or "=" in name or "\0" in name:
            raise RequestError(f"{name!r} cannot be the name of a variable")
    _check_texts("variable", tuple(environment.values()))
    _check_texts("argument", arguments)
    for pattern in artifacts:
        if pattern.startswith("/") or ".." in pattern.split("/") or "\0" in pattern or not pattern:
            raise RequestError(f"the artifact pattern {pattern!r} must stay inside the work folder")


def _check_texts(what: str, texts: Sequence[str]) -> None:
    if any("\0" in text for text in texts):
        raise RequestError(f"a NUL character cannot be part of any {what}")


def check_imports(files: Sequence[InputFile], language: Language, policy: EnginePolicy) -> None:
    """Raise BlockedImport for the first import of a module that is blocked, or is not among those that are allowed."""
    blocked, allowed = policy.blocked_imports.get(language.id, frozenset()), policy.allowed_imports.get(language.id)
    if not blocked and allowed is None:
        return
    own = {part for file in files for part in (file.path.partition("/")[0], PurePosixPath(file.path).stem)}
    for file in files:
        if not language.sources_among([file.path]):
            continue
        for name, line in language.imports_in(file.content):
            free = allowed is None or _is_among(name, allowed) or _first_part(name) in own
            if _is_among(name, blocked) or not free:
                raise BlockedImport(module=name, path=file.path, line=line)


def _is_among(name: str, modules: Iterable[str]) -> bool:
    return any(name == module or (name.startswith(module) and name[len(module)] in _SEPARATORS) for module in modules)


def _first_part(name: str) -> str:
    return name.translate(str.maketrans(_SEPARATORS, " " * len(_SEPARATORS))).partition(" ")[0]


def find_entry(spec: ExecutionSpec, language: Language) -> InputFile:
    """Return the file to start with: the one named, the only source, or the one with the usual name."""
    files = {file.path: file for file in spec.files}
    if spec.entry is not None:
        if spec.entry not in files:
            raise RequestError(f"the entry {spec.entry!r} is not among the files: {_names(spec.files)}")
        return files[spec.entry]
    if len(files) == 1:
        return spec.files[0]
    if language.source_name in files:
        return files[language.source_name]
    sources = language.sources_among(tuple(files))
    if len(sources) == 1:
        return files[sources[0]]
    raise RequestError(f"which of the files starts the program? name it as the entry: {_names(spec.files)}")


def _names(files: Sequence[InputFile]) -> str:
    return ", ".join(file.path for file in files[:20])
