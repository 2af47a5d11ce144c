"""Making a Language of its TOML file; everything in it is checked here, once, before anything relies on it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Step
from runward.languages.definition import (
    Checks,
    DiagnosticRule,
    EntryRule,
    HeapRule,
    Hello,
    InstallWay,
    Invalid,
    Language,
    MemoryRule,
    Part,
    Preparation,
    Recipe,
    Toolchain,
    VersionRule,
    WarmKind,
    WarmStart,
)
from runward.languages.document import Table, read_document

ID = re.compile(r"[a-z][a-z0-9]*")
INSTALL_KINDS = ("apt", "wheels", "npm")


def read_language(path: Path) -> Language:
    """Return the language that the file defines; DefinitionError says what is wrong with it."""
    top = read_document(path)
    language = Language(
        id=_identifier(top),
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        name=top.text("name"),
        aliases=top.texts("aliases", ()),
        extensions=_extensions(top),
        source_name=top.text("source_name"),
        time_factor=top.number("time_factor", 1.0),
        limits=_limits(top),
        hello=_hello(top.table("hello")),
        toolchains=_toolchains(top),
        install=tuple(_install_way(table) for table in top.tables("install")),
        entry=_entry(top.find_table("entry")),
        compiled_extensions=top.mapping("compiled_extensions"),
        checks=_checks(top.find_table("checks")),
        imports=_imports(top),
    )
    top.close()
    return language


def _identifier(top: Table) -> str:
    identifier = top.text("id")
    if not ID.fullmatch(identifier):
        raise top.error("id", "must be lower-case letters and digits, and start with a letter; names go into `aliases`")
    return identifier


def _extensions(top: Table) -> tuple[str, ...]:
    extensions = top.texts("extensions")
    if not extensions or not all(extension.startswith(".") for extension in extensions):
        raise top.error("extensions", 'must hold at least one extension, each with its dot, as in [".py"]')
    return extensions


def _imports(top: Table) -> tuple[re.Pattern[str], ...]:
    try:
        patterns = tuple(re.compile(text, re.MULTILINE) for text in top.texts("imports", ()))
    except re.error as error:
        raise top.error("imports", f"must be regular expressions: {error}") from error
    if any("name" not in pattern.groupindex for pattern in patterns):
        raise top.error("imports", "must each have a group called `name` for what is imported")
    return patterns


def _hello(table: Table) -> Hello:
    hello = Hello(source=table.text("source"), stdout=table.text("stdout"))
    table.close()
    return hello


def _checks(table: Table | None) -> Checks | None:
    if table is None:
        return None
    checks = Checks(
        stdin=table.text("stdin"),
        invalid=_invalid(table.table("invalid")),
        busy=table.text("busy"),
        hungry=table.text("hungry"),
    )
    table.close()
    return checks


def _invalid(table: Table) -> Invalid:
    line, column = int(table.number("line")), int(table.number("column", 0))
    if line < 1:
        raise table.error("line", "must be a line's number, from one up: where the checker must find the error")
    invalid = Invalid(source=table.text("source"), line=line, column=column or None)
    table.close()
    return invalid


def _limits(top: Table) -> dict[Step, LimitRequest]:
    table = top.find_table("limits")
    if table is None:
        return {}
    found = {step: _limit_request(inner) for step in Step if (inner := table.find_table(step)) is not None}
    table.close()
    return found


def _limit_request(table: Table) -> LimitRequest:
    """Return limits as the file gives them: times in seconds as ``…_seconds``, memory in MiB as ``…_mib``."""
    values: dict[str, timedelta | int | float] = {}
    for field in fields(LimitRequest):
        if field.name.endswith("_time"):
            if (seconds := table.number(f"{field.name}_seconds", 0)) > 0:
                values[field.name] = timedelta(seconds=seconds)
        elif field.name.endswith("_bytes"):
            if (mib := table.number(field.name.replace("_bytes", "_mib"), 0)) > 0:
                values[field.name] = int(mib * MIB)
        elif (number := table.number(field.name, 0)) > 0:
            values[field.name] = number if field.name == "cpus" else int(number)
    table.close()
    return LimitRequest(**values)  # type: ignore[arg-type]  # each value has just been made of its field's type


def _toolchains(top: Table) -> tuple[Toolchain, ...]:
    found = tuple(_toolchain(table) for table in top.tables("toolchain"))
    if not found:
        raise top.error("toolchain", "is missing; add at least one [[toolchain]]")
    return found


def _toolchain(table: Table) -> Toolchain:
    parts = tuple(_part(name, inner) for name, inner in table.table("parts").named_tables())
    names = [part.name for part in parts]
    steps = {step: _recipe(inner, names) for step in Step if (inner := table.find_table(step)) is not None}
    for step in (Step.RUN, Step.VALIDATE):
        if step not in steps:
            raise table.error(step, f"is missing; say how to {step} a program")
    version_of = table.text("version_of", names[0] if names else "")
    if not any(part.name == version_of and part.version for part in parts):
        raise table.error("version_of", "must name a part that has a version table")
    toolchain = Toolchain(
        name=table.text("name"),
        version_of=version_of,
        parts=parts,
        steps=steps,
        preparation=_preparation(table.find_table("prepare")),
    )
    table.close()
    return toolchain


def _part(name: str, table: Table) -> Part:
    part = Part(
        name=name,
        candidates=table.texts("candidates"),
        executable=table.flag("executable", default=True),
        follow_links=table.flag("follow_links", default=True),
        newest=table.flag("newest", default=False),
        ask=table.texts("ask", ()),
        answer=table.text("answer", "{answer}"),
        depends=table.texts("depends", ()),
        home=int(table.number("home", 1)),
        files=table.texts("files", ()),
        version=_version(table.find_table("version")),
    )
    table.close()
    return part


def _version(table: Table | None) -> VersionRule | None:
    if table is None:
        return None
    pattern = table.pattern("pattern")
    if pattern.groups != 1:
        raise table.error("pattern", "must have exactly one group: the version")
    minimum = table.text("minimum", "0")
    if not re.fullmatch(r"\d+(\.\d+)*", minimum):
        raise table.error("minimum", 'must be numbers with dots, as in "1.24"')
    command = table.texts("command")
    table.close()
    return VersionRule(command=command, pattern=pattern, minimum=tuple(int(number) for number in minimum.split(".")))


def _recipe(table: Table, part_names: list[str]) -> Recipe:
    recipe = Recipe(
        argv=table.texts("argv"),
        prepared_arguments=table.texts("prepared_arguments", ()),
        prepared_flags=table.pattern("prepared_flags", r"[\s\S]*"),
        environment=table.mapping("environment"),
        prepared_environment=table.mapping("prepared_environment"),
        reads=table.texts("reads", ()),
        parts=table.texts("parts", ()),
        outputs=table.texts("outputs", ()),
        files=table.mapping("files"),
        heap=_heap(table.find_table("heap")),
        memory_exhausted=_memory_rule(table.find_table("memory_exhausted")),
        diagnostics=_diagnostics(table.find_table("diagnostics")),
        warm=_warm_start(table.find_table("warm")),
    )
    if not recipe.argv:
        raise table.error("argv", "must not be empty")
    if unknown := [name for name in recipe.parts if name not in part_names]:
        raise table.error("parts", f"names {unknown[0]!r}, which is no part; parts are: {', '.join(part_names)}")
    table.close()
    return recipe


def _warm_start(table: Table | None) -> WarmStart | None:
    if table is None:
        return None
    kind = table.text("kind")
    if kind not in list(WarmKind):
        raise table.error("kind", f"must be one of {', '.join(WarmKind)}")
    start = WarmStart(
        kind=WarmKind(kind),
        argv=table.texts("argv", ()),
        command=(),
        environment={},
        additions=table.mapping("environment"),
        program=_text_beside(table, "program"),
        rehearsal=_text_beside(table, "rehearsal"),
        place=table.text("place", ""),
        cold_prefixes=table.texts("cold_prefixes"),
        cold_arguments=table.texts("cold_arguments", ()),
        memory_bytes=int(table.number("memory_mib", 64) * MIB),
        processes=int(table.number("processes", 16)),
        most_ready=int(table.number("most_ready", 0)) or None,
    )
    table.close()
    return start


def _text_beside(table: Table, key: str) -> str:
    """Return the text of the file beside the definition that the key names; without the key, nothing."""
    name = table.text(key, "")
    return _read_beside(table, name) if name else ""


def _read_beside(table: Table, name: str) -> str:
    try:
        return table.path.with_name(name).read_text(encoding="utf-8")
    except OSError as error:
        raise table.error(name, f"must be a file beside the definition: {error}") from error


def _heap(table: Table | None) -> HeapRule | None:
    if table is None:
        return None
    rule = HeapRule(
        share=table.number("share"),
        reserve_bytes=int(table.number("reserve_mib", 0) * MIB),
        least_bytes=int(table.number("least_mib", 8) * MIB),
    )
    if not 0 < rule.share <= 1:
        raise table.error("share", "must be above 0 and at most 1")
    table.close()
    return rule


def _memory_rule(table: Table | None) -> MemoryRule | None:
    if table is None:
        return None
    rule = MemoryRule(
        stderr=re.compile(table.pattern("stderr").pattern.encode(), re.MULTILINE),
        exit_codes=table.integers("exit_codes"),
        signals=table.integers("signals"),
    )
    table.close()
    return rule


def _diagnostics(table: Table | None) -> DiagnosticRule | None:
    if table is None:
        return None
    pattern = table.pattern("pattern")
    if "message" not in pattern.groupindex:
        raise table.error("pattern", "must have a group (?P<message>…)")
    rule = DiagnosticRule(
        pattern=pattern,
        severity=table.text("severity", "error"),
        severities=table.mapping("severities"),
        first_column=int(table.number("first_column", 1)),
    )
    table.close()
    return rule


def _preparation(table: Table | None) -> Preparation | None:
    if table is None:
        return None
    use = table.texts("use")
    if unknown := [name for name in use if name not in list(Step)]:
        raise table.error("use", f"names {unknown[0]!r}, which is no step; steps are: {', '.join(Step)}")
    one = table.texts("argv", ())
    preparation = Preparation(
        commands=(one,) if one else table.text_lists("commands"),
        depends=table.texts("depends", ()),
        environment=table.mapping("environment"),
        files={**table.mapping("files"), **{name: _read_beside(table, name) for name in table.texts("sources", ())}},
        use=tuple(Step(name) for name in use),
    )
    table.close()
    return preparation


def _install_way(table: Table) -> InstallWay:
    kinds = [kind for kind in INSTALL_KINDS if kind in table.content]
    if len(kinds) != 1:
        raise table.error("apt", f"an [[install]] has exactly one of {', '.join(INSTALL_KINDS)}")
    way = InstallWay(
        kind=kinds[0],
        packages=table.texts(kinds[0]),
        into=table.text("into", ""),
        after=table.texts("after", ()),
    )
    if way.kind != "apt" and not ID.fullmatch(way.into):
        raise table.error("into", "must name the folder for these packages, in lower-case letters and digits")
    table.close()
    return way


def _entry(table: Table | None) -> EntryRule | None:
    if table is None:
        return None
    rule = EntryRule(
        package=table.pattern("package"),
        name=table.pattern("name"),
        start=table.pattern("start"),
        file_name=table.pattern("file_name"),
    )
    for key, pattern in (("name", rule.name), ("package", rule.package), ("file_name", rule.file_name)):
        if "name" not in pattern.groupindex:
            raise table.error(key, "must have a group (?P<name>…)")
    table.close()
    return rule
