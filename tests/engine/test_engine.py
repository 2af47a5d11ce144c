"""One execution: what is refused before it runs, what is passed on, and what comes back of the odd ones."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from runward.domain.errors import LimitTooHigh, RequestError, UnknownLanguage
from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Outcome
from runward.engine import Engine, ExecutionResult, ExecutionSpec, InputFile
from tests.engine.conftest import c, python

HELLO = InputFile(path="main.py", content=b'print("hello")')
LIST_FOLDER = """
import os
for folder, folders, names in os.walk("."):
    for name in names:
        path = os.path.join(folder, name)
        print(path, os.stat(path).st_size, os.access(path, os.X_OK))
"""


async def refused(engine: Engine, spec: ExecutionSpec) -> str:
    with pytest.raises(RequestError) as caught:
        await engine.run(spec)
    return str(caught.value)


def printed(result: ExecutionResult) -> str:
    assert result.run is not None, result.compile
    assert (result.run.outcome, result.run.exit_code) == (Outcome.EXITED, 0), result.run
    return result.run.stdout.decode()


@pytest.mark.parametrize(
    ("alias", "language"), [("C++", "cpp"), (" py ", "python"), ("node", "javascript"), ("c#", "csharp")]
)
def test_a_language_is_known_by_its_other_names(engine: Engine, alias: str, language: str) -> None:
    assert engine.registry.get(alias).id == language


async def test_an_unknown_language_is_refused_with_those_there_are(engine: Engine) -> None:
    with pytest.raises(UnknownLanguage) as caught:
        await engine.run(ExecutionSpec(language="klingon", files=(HELLO,)))

    assert "'klingon'" in str(caught.value)
    assert "typescript" in caught.value.known


@pytest.mark.parametrize("name", sorted({field.name for field in fields(LimitRequest)} - {"cpus"}))
async def test_a_limit_above_the_maximum_is_refused_by_its_name(engine: Engine, name: str) -> None:
    maximum = getattr(engine.policy.maximum, name)
    above: Any = maximum + timedelta(seconds=1) if isinstance(maximum, timedelta) else maximum + 1

    with pytest.raises(LimitTooHigh) as caught:
        await engine.run(python("", limits=replace(LimitRequest(), **{name: above})))

    assert (caught.value.name, caught.value.maximum) == (name, maximum)


@pytest.mark.parametrize("name", [field.name for field in fields(LimitRequest)])
async def test_a_limit_of_nothing_is_refused_by_its_name(engine: Engine, name: str) -> None:
    nothing: Any = timedelta(0) if name.endswith("_time") else 0

    assert name in await refused(engine, python("", limits=replace(LimitRequest(), **{name: nothing})))


async def test_a_limit_of_the_compile_step_is_bounded_too(engine: Engine) -> None:
    with pytest.raises(LimitTooHigh):
        await engine.run(c("int main(void) { return 0; }", compile_limits=LimitRequest(memory_bytes=1 << 50)))


async def test_a_program_without_files_is_refused(engine: Engine) -> None:
    assert "no source file" in await refused(engine, ExecutionSpec(language="python", files=()))


async def test_an_entry_that_was_not_sent_is_refused_with_what_was(engine: Engine) -> None:
    told = await refused(engine, ExecutionSpec(language="python", files=(HELLO,), entry="start.py"))

    assert "'start.py'" in told
    assert "main.py" in told


async def test_several_sources_without_a_usual_name_need_an_entry(engine: Engine) -> None:
    files = tuple(InputFile(path=name, content=b"") for name in ("one.py", "two.py"))

    assert "entry" in await refused(engine, ExecutionSpec(language="python", files=files))


@pytest.mark.parametrize(
    "path",
    [
        *("../main.py", "/etc/passwd", "a//b.py", "a/./b.py", "a/../../b.py", "", ".", "..", "folder/"),
        *("nul\0.py", "x" * 256, "x/" * 2100 + "x", "lone\ud800surrogate.py"),
    ],
    ids=lambda path: ascii(path)[:30],
)
async def test_a_file_name_that_leaves_the_work_folder_or_cannot_be_is_refused(engine: Engine, path: str) -> None:
    files = (HELLO, InputFile(path=path, content=b""))

    assert await refused(engine, ExecutionSpec(language="python", files=files))


async def test_a_file_sent_twice_is_refused(engine: Engine) -> None:
    assert "twice" in await refused(engine, ExecutionSpec(language="python", files=(HELLO, HELLO)))


async def test_a_file_in_the_place_of_a_folder_is_refused(engine: Engine) -> None:
    files = (HELLO, InputFile(path="data", content=b""), InputFile(path="data/one", content=b""))

    assert "stand together" in await refused(engine, ExecutionSpec(language="python", files=files))


async def test_a_name_of_odd_but_allowed_bytes_is_kept(engine: Engine) -> None:
    odd = "-rf; $(x) \n\t'\"*\x7f zażółć \udcff.txt"
    spec = python("import os, sys; sys.stdout.buffer.write(b'|'.join(sorted(os.listdir(b'.'))))")

    result = await engine.run(
        ExecutionSpec(language="python", files=(*spec.files, InputFile(path=odd, content=b"")), entry="main.py")
    )

    assert result.run is not None
    assert result.run.stdout == b"|".join(sorted([odd.encode("utf-8", "surrogateescape"), b"main.py"]))


@pytest.mark.parametrize(
    "parts",
    [
        {"arguments": ("nul\0",)},
        {"arguments": ("lone\ud800surrogate",)},
        {"environment": {"A=B": ""}},
        {"environment": {"": "x"}},
        {"environment": {"A": "nul\0"}},
        {"environment": {"A": "lone\ud800surrogate"}},
        {"artifacts": ("/etc/passwd",)},
        {"artifacts": ("a/../../b",)},
        {"artifacts": ("",)},
        {"artifacts": ("lone\ud800surrogate",)},
    ],
    ids=ascii,
)
async def test_what_no_program_can_be_given_is_refused(engine: Engine, parts: dict[str, object]) -> None:
    assert await refused(engine, python("", **parts))


async def test_more_arguments_than_the_kernel_takes_are_the_callers_fault(engine: Engine) -> None:
    assert "too long" in await refused(engine, python("", arguments=("x" * 200_000,)))
    assert "too long" in await refused(engine, python("", arguments=("x" * 100_000,) * 100))


async def test_files_that_do_not_fit_the_disk_limit_are_the_callers_fault(engine: Engine) -> None:
    files = (HELLO, InputFile(path="data.bin", content=bytes(2 * MIB)))
    limits = LimitRequest(disk_bytes=1 * MIB)

    assert "disk limit" in await refused(engine, ExecutionSpec(language="python", files=files, limits=limits))


async def test_files_that_do_not_fit_the_memory_limit_are_a_memory_limit(engine: Engine) -> None:
    files = (HELLO, InputFile(path="data.bin", content=bytes(48 * MIB)))
    limits = LimitRequest(memory_bytes=32 * MIB)

    result = await engine.run(ExecutionSpec(language="python", files=files, limits=limits))

    assert result.outcome is Outcome.MEMORY_LIMIT


async def test_writing_past_the_disk_limit_fails_in_the_program(engine: Engine) -> None:
    source = "import errno\ntry:\n open('x', 'wb').write(bytes(8 << 20))\nexcept OSError as e:\n print(errno.errorcode[e.errno])"

    assert printed(await engine.run(python(source, limits=LimitRequest(disk_bytes=1 * MIB)))) == "ENOSPC\n"


async def test_a_file_is_executable_if_it_was_sent_so(engine: Engine) -> None:
    files = (
        InputFile(path="main.py", content=LIST_FOLDER.encode()),
        InputFile(path="bin/tool", content=b"#!/bin/sh\n", executable=True),
    )

    listed = printed(await engine.run(ExecutionSpec(language="python", files=files)))

    assert sorted(listed.splitlines()) == ["./bin/tool 10 True", f"./main.py {len(LIST_FOLDER)} False"]


async def test_compiler_flags_reach_the_compiler_and_its_warnings_the_caller(engine: Engine) -> None:
    spec = c(
        "#include <stdio.h>\nint main(void) { int unused; puts(WORD); }",
        compiler_flags=('-DWORD="two words"', "-Wall"),
    )

    result = await engine.run(spec)

    assert result.compile is not None
    assert b"unused" in result.compile.stderr
    assert printed(result) == "two words\n"


async def test_a_flag_the_compiler_does_not_know_is_a_compile_error_in_its_words(engine: Engine) -> None:
    result = await engine.run(c("int main(void) {}", compiler_flags=("--no-such-flag",)))

    assert result.outcome is Outcome.COMPILE_ERROR
    assert result.compile is not None
    assert b"no-such-flag" in result.compile.stderr


async def test_warnings_alone_leave_a_program_valid(engine: Engine) -> None:
    validation = await engine.validate(c("int main(void) { int unused; return 0; }"))

    assert validation.valid
    assert [(found.severity, found.line, found.column) for found in validation.diagnostics] == [("warning", 1, 22)]


async def test_validation_says_so_when_the_checker_meets_a_limit(engine: Engine) -> None:
    spec = c("#include </dev/zero>\n", compile_limits=LimitRequest(cpu_time=timedelta(seconds=0.2)))

    validation = await engine.validate(spec)

    assert not validation.valid
    assert any(found.severity == "error" for found in validation.diagnostics)


async def test_standard_output_that_the_program_closes_is_no_end_of_it(engine: Engine) -> None:
    result = await engine.run(
        python("import os\nos.write(1, b'early')\nos.close(1)\nos.write(2, b'late')\nos._exit(3)")
    )

    assert result.run is not None
    assert (result.run.stdout, result.run.stderr, result.run.exit_code) == (b"early", b"late", 3)


@pytest.mark.parametrize("read", ["", "import sys; sys.stdin.buffer.read(70000)"], ids=["not at all", "in part"])
async def test_input_that_the_program_does_not_read_holds_nobody_up(engine: Engine, read: str) -> None:
    result = await engine.run(python(f"{read}\nprint('done')", stdin=bytes(5 * MIB)))

    assert printed(result) == "done\n"


async def test_as_many_artifacts_come_out_as_the_server_lets(engine: Engine) -> None:
    count = engine.policy.artifact_count + 1
    source = f"for n in range({count}): open(f'{{n}}.txt', 'w').write(str(n))"

    result = await engine.run(python(source, artifacts=("*.txt",)))

    assert len(result.artifacts) == count - 1
    assert all(artifact.content == Path(artifact.path).stem.encode() for artifact in result.artifacts)


async def test_a_pattern_may_cross_folders(engine: Engine) -> None:
    source = "import os\nos.makedirs('a/b')\nfor p in ('x.txt', 'a/x.txt', 'a/b/x.txt'): open(p, 'w').write(p)"

    async def found(pattern: str) -> list[str]:
        return [artifact.path for artifact in (await engine.run(python(source, artifacts=(pattern,)))).artifacts]

    assert await found("*.txt") == ["x.txt"]
    assert await found("a/*.txt") == ["a/x.txt"]
    assert await found("**/*.txt") == ["a/b/x.txt", "a/x.txt", "x.txt"]


async def test_many_compiled_files_are_carried_over(engine: Engine) -> None:
    classes = "\n".join(f"class Part{n} {{ static int value() {{ return {n}; }} }}" for n in range(300))
    total = " + ".join(f"Part{n}.value()" for n in range(300))
    source = (
        f"public class Main {{ public static void main(String[] a) {{ System.out.println({total}); }} }}\n{classes}"
    )

    result = await engine.run(
        ExecutionSpec(language="java", files=(InputFile(path="Main.java", content=source.encode()),))
    )

    assert printed(result) == f"{sum(range(300))}\n"
