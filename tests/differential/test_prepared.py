"""A program cannot tell that headers were precompiled: each is compiled with and without, and all must be the same."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runward.domain.outcome import Outcome
from runward.engine import Engine, ExecutionResult, ExecutionSpec, InputFile
from runward.languages import Registry, default_cache_dir
from runward.settings import load_settings
from runward.wiring import open_engine

PROGRAMS = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "compiled").glob("*.cpp"))}
# The compiler draws these by lot, and names them in what it says of linking.
TEMPORARY = re.compile(rb"(?<=/tmp/cc)\w{6}")
# The very first line of a file may be its only include, and a header of the program's own may bear a library's name.
FILES = {
    "own/vector": b"#pragma once\n#include <iostream>\nnamespace std { struct vector { int own = 1; }; }\n",
    "first.h": b"#pragma once\n#include <iostream>\ninline int helped() { return 4; }\n",
    "second.cpp": b"#include <vector>\nint second() { return std::vector<int>(3).size(); }\n",
    "broken.cpp": b"\n\n#include <string>\nint broken() { return std::string(5, 6, 7, 8); }\n",
}
USES_OWN = b"#include <vector>\n\nint main() { std::cout << std::vector().own; }\n"
USES_FIRST = b'#include "first.h"\n\nint main() { std::cout << helped() << __INCLUDE_LEVEL__; }\n'
USES_SECOND = b"#include <iostream>\n\nint second();\nint main() { std::cout << second(); }\n"
# What is compiled: the main file, the files beside it, and the flags.
CASES: dict[str, tuple[bytes, tuple[str, ...], tuple[str, ...]]] = {
    **{name: (source, (), ()) for name, source in PROGRAMS.items()},
    "own header of a library's name": (USES_OWN, ("own/vector",), ("-Iown",)),
    "own header that includes one": (USES_FIRST, ("first.h",), ()),
    "several files": (USES_SECOND, ("second.cpp",), ()),
    "several files, one of them wrong": (USES_SECOND, ("second.cpp", "broken.cpp"), ()),
    "forced include": (PROGRAMS["hello"], ("first.h",), ("-include", "first.h")),
    **{
        f"{name} {flags}": (PROGRAMS[name], (), tuple(flags.split()))
        for name, flags in [
            ("hello", "-O0"),
            ("contest", "-O3"),
            ("hello", "-Os"),
            ("hello", "-g"),
            ("hello", "-std=gnu++17"),
            ("hello", "-std=c++20"),
            ("vector_first", "-std=c++11"),
            ("hello", "-std=gnu++23"),
            ("hello", "-static"),
            ("hello", "-s"),
            ("hello", "-H"),
            ("hello", "-v"),
            ("hello", "-E"),
            ("hello", "-M"),
            ("hello", "-MMD"),
            ("hello", "-S"),
            ("hello", "-fsanitize=undefined"),
            ("hello", "-fno-exceptions"),
            ("vector_first", "-fno-rtti -fwrapv"),
            ("vector_first", "-march=x86-64-v3"),
            ("vector_first", "-flto"),
            ("threads", "-pthread"),
            ("vector_first", "-D_GLIBCXX_DEBUG"),
            ("vector_first", "-D_GLIBCXX_ASSERTIONS -DMINE=1"),
            ("contest", "-DNDEBUG"),
            ("contest", "-DONLINE_JUDGE -Wall -Wextra"),
            ("hello", "-U_GNU_SOURCE"),
            ("hello", "-D_FORTIFY_SOURCE=2"),
            ("warnings", "-Wall -Wextra -Wpedantic"),
            ("warnings", "-Wall -Werror"),
            ("warning_within_a_header", "-Wall -Wextra"),
            ("warning_within_a_header", "-w"),
            ("error_within_a_header", "-fmax-errors=1"),
            ("pragma_system_header", "-Wall"),
            ("pragma_diagnostic", "-Wall -Winvalid-pch"),
            ("hello", "-Winvalid-pch"),
            ("hello", "-l nothing"),
            ("hello", "-fdiagnostics-format=json"),
            ("hello", "-unknown"),
        ]
    },
}


@pytest.fixture(scope="module")
async def plain_engine() -> AsyncIterator[Engine]:
    async with open_engine(load_settings(), languages=["cpp"], registry=Registry.load(cache_dir=None)) as engine:
        yield engine


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(cache_dir=default_cache_dir())


@pytest.fixture(scope="module")
async def prepared_engine(registry: Registry) -> AsyncIterator[Engine]:
    async with open_engine(load_settings(), languages=["cpp"], registry=registry) as engine:
        yield engine


async def run(engine: Engine, name: str) -> ExecutionResult:
    source, beside, flags = CASES[name]
    files = [("main.cpp", source), *((path, FILES[path]) for path in beside)]
    spec = ExecutionSpec(
        language="cpp",
        files=tuple(InputFile(path=path, content=content) for path, content in files),
        entry="main.cpp",
        stdin=b"one two two three",
        compiler_flags=flags,
        artifacts=("main",),
    )
    return await engine.run(spec)


def told(result: ExecutionResult) -> list[object]:
    return [
        step and (step.outcome, step.exit_code, step.signal, step.stdout, TEMPORARY.sub(b"", step.stderr))
        for step in (result.compile, result.run)
    ]


@pytest.mark.parametrize("name", CASES)
async def test_precompiled_headers_change_neither_messages_nor_the_program(
    name: str, plain_engine: Engine, prepared_engine: Engine
) -> None:
    plain, prepared = await asyncio.gather(run(plain_engine, name), run(prepared_engine, name))

    assert told(prepared) == told(plain)
    assert [each.content for each in prepared.artifacts] == [each.content for each in plain.artifacts]


@pytest.mark.parametrize(
    "name", ["hello", "several files", "comments_before_the_include", "contest -DONLINE_JUDGE -Wall -Wextra"]
)
async def test_precompiled_headers_are_taken_where_they_fit(
    name: str, plain_engine: Engine, prepared_engine: Engine
) -> None:
    # Who reads a file first is charged for the kernel's copy of it.
    await run(prepared_engine, name)
    plain, prepared = await asyncio.gather(run(plain_engine, name), run(prepared_engine, name))

    assert plain.compile is not None
    assert prepared.compile is not None
    # A compiler that reads the headers' text holds far more memory of its own than one that maps what came of it.
    assert prepared.compile.usage.memory_peak_bytes < 0.6 * plain.compile.usage.memory_peak_bytes


@pytest.mark.parametrize(
    "place", ["compile", "include/iostream.gch", "include/planted.gch", "include/planted/vector.gch"]
)
@pytest.mark.parametrize("option", ["-o", "-MF"])
async def test_nothing_that_a_compile_writes_reaches_what_was_prepared(
    place: str, option: str, prepared_engine: Engine, registry: Registry
) -> None:
    folder = registry.prepare("cpp").prepared
    assert folder is not None
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    # A header that one run planted would be in every later program.
    source = InputFile(path="main.cpp", content=PROGRAMS["hello"])
    flags = ("-MD", option, str(folder / place))

    result = await prepared_engine.run(ExecutionSpec(language="cpp", files=(source,), compiler_flags=flags))

    assert result.compile is not None
    assert result.compile.outcome is Outcome.COMPILE_ERROR
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


async def test_a_build_leaves_the_prepared_cache_as_it_was(registry: Registry) -> None:
    folder = registry.prepare("go").prepared
    assert folder is not None
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    go = registry.get("go")
    source = InputFile(path=go.source_name, content=go.hello.source.encode())

    async with open_engine(load_settings(), languages=["go"], registry=registry) as engine:
        result = await engine.run(ExecutionSpec(language="go", files=(source,)))

    assert result.run is not None
    assert result.run.stdout == go.hello.stdout.encode()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
