"""A runtime's commands do what the definition says, with the real toolchains of this host."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from runward.domain.limits import MIB
from runward.domain.outcome import Step
from runward.languages import Registry, Runtime, StepCommand

MEMORY = 128 * MIB
COMPILE_MEMORY = 1024 * MIB
IDS = sorted(language.id for language in Registry.load().languages)


def execute(command: StepCommand, work: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a step's command in a folder, with its own environment alone."""
    for name, content in command.files.items():
        if not (work / name).exists():
            (work / name).write_bytes(content)
    environment = {**command.environment, "HOME": str(work)}
    return subprocess.run(
        command.argv, cwd=work, env=environment, input=stdin, capture_output=True, text=True, timeout=300, check=False
    )


def lay(work: Path, files: Mapping[str, str]) -> Path:
    """Write the files into the folder."""
    for name, text in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    return work


@pytest.mark.parametrize("language", IDS)
def test_hello_is_said_by_what_the_outputs_alone_hold(registry: Registry, tmp_path: Path, language: str) -> None:
    runtime = registry.prepare(language)
    name, source = runtime.language.source_name, runtime.language.hello.source
    built, ran = lay(tmp_path / "built", {name: source}), lay(tmp_path / "ran", {name: source})
    command = runtime.compile_command(sources=[name], entry=name, flags=(), memory_bytes=COMPILE_MEMORY)
    if command is not None:
        done = execute(command, built)
        assert done.returncode == 0, done.stderr
        for output in (path for pattern in command.outputs for path in built.glob(pattern)):
            shutil.copy(output, ran / output.relative_to(built))
    run = runtime.run_command(entry=name, sources=[name], arguments=(), memory_bytes=MEMORY)
    done = execute(run, ran)
    assert (done.returncode, done.stdout) == (0, runtime.language.hello.stdout), done.stderr


@pytest.mark.parametrize("language", IDS)
def test_hello_is_found_valid(registry: Registry, tmp_path: Path, language: str) -> None:
    runtime = registry.prepare(language)
    name = runtime.language.source_name
    lay(tmp_path, {name: runtime.language.hello.source})
    done = execute(runtime.validate_command(sources=[name], entry=name, memory_bytes=COMPILE_MEMORY), tmp_path)
    assert runtime.parse_diagnostics(done.stdout.encode(), done.stderr.encode(), done.returncode) == ()


@pytest.mark.parametrize("language", IDS)
def test_what_a_step_reads_does_not_depend_on_the_program(registry: Registry, language: str) -> None:
    runtime = registry.runtime(language)
    one = runtime.run_command(entry="a", sources=["a"], arguments=("x",), memory_bytes=MEMORY)
    other = runtime.run_command(entry="b/c", sources=["b/c", "d"], arguments=(), memory_bytes=2 * MEMORY)
    assert one.reads == other.reads == runtime.reads(Step.RUN)


@pytest.mark.parametrize("language", IDS)
def test_no_command_goes_through_a_shell_or_leaves_a_placeholder(registry: Registry, language: str) -> None:
    runtime = registry.runtime(language)
    name = runtime.language.source_name
    commands = [
        runtime.compile_command(sources=[name], entry=name, flags=("-x",), memory_bytes=COMPILE_MEMORY),
        runtime.run_command(entry=name, sources=[name], arguments=("a b; c",), memory_bytes=MEMORY),
        runtime.validate_command(sources=[name], entry=name, memory_bytes=COMPILE_MEMORY),
    ]
    for command in commands:
        if command is None:
            continue
        assert command.argv[0].startswith(("/", "./"))
        assert Path(command.argv[0]).name not in {"sh", "bash", "dash"} - {language}  # unless it is the language
        short = [word for word in (*command.argv, *command.environment.values()) if "\n" not in word]
        assert not [word for word in short if "{" in word]
        assert command.environment["LANG"] == "C.UTF-8"
        assert command.environment["TZ"] == "UTC"


@pytest.fixture
def java(registry: Registry) -> Callable[..., str]:
    """Return the class that Java would be started with."""

    def start(entry: str, source: str | None = None) -> str:
        text = source.encode() if source is not None else None
        command = registry.runtime("java").run_command(
            entry=entry, sources=[entry], arguments=(), memory_bytes=MEMORY, entry_source=text
        )
        return command.argv[-1]

    return start


@pytest.mark.parametrize(
    ("entry", "source", "expected"),
    [
        ("Main.java", None, "Main"),
        ("bank/Main.java", None, "bank.Main"),
        ("src/bank/Main.java", "package bank;\npublic class Main { void main() {} }", "bank.Main"),
        ("Main.java", "class Solution {\n  class Inner {}\n  public static void main(String[] a) {}\n}", "Solution"),
        ("Main.java", "class Node {}\npublic class Main {\n static void main() {}\n}\nclass After {}", "Main"),
        ("Main.java", "record Pair(int a) {}\nfinal class App {\n static void main() {} }", "App"),
        ("Main.java", "void main() {}", "Main"),
    ],
)
def test_java_starts_the_class_that_the_source_names(
    java: Callable[..., str], entry: str, source: str | None, expected: str
) -> None:
    assert java(entry, source) == expected


def test_a_java_source_is_saved_under_its_public_class(registry: Registry) -> None:
    language = registry.get("java")
    assert language.source_name_for(b"import java.util.*;\npublic final class Solution {}") == "Solution.java"
    assert language.source_name_for(b"class Solution {}") == "Main.java"
    assert registry.get("python").source_name_for(b"public class Solution") == "main.py"


@pytest.mark.parametrize(("memory_mib", "heap_mib"), [(128, 64), (256, 192), (1024, 768), (32, 16)])
def test_a_heap_leaves_room_for_the_rest_of_the_runtime(registry: Registry, memory_mib: int, heap_mib: int) -> None:
    command = registry.runtime("java").run_command(
        entry="Main.java", sources=["Main.java"], arguments=(), memory_bytes=memory_mib * MIB
    )
    assert f"-Xmx{heap_mib}m" in command.argv


def compile_c(runtime: Runtime, sources: list[str], flags: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the words of C's compile step."""
    command = runtime.compile_command(sources=sources, entry=sources[0], flags=flags, memory_bytes=COMPILE_MEMORY)
    assert command is not None
    return command.argv


def test_all_sources_are_compiled_and_other_files_are_not(registry: Registry) -> None:
    argv = compile_c(registry.runtime("c"), ["main.c", "util.c", "util.h", "data.txt"])
    assert [word for word in argv if "." in word and not word.startswith(("-", "/"))] == ["main.c", "util.c"]


def test_a_file_named_like_an_option_is_a_file(registry: Registry) -> None:
    argv = compile_c(registry.runtime("c"), ["-fplugin=x.c", "@x.c"])
    assert "./-fplugin=x.c" in argv
    assert "./@x.c" in argv
    assert "-fplugin=x.c" not in argv


def test_flags_follow_the_sources_so_that_libraries_and_a_later_standard_count(registry: Registry) -> None:
    argv = compile_c(registry.runtime("c"), ["main.c"], ("-std=c99", "-lpthread"))
    assert argv[-2:] == ("-std=c99", "-lpthread")
    assert argv.index("main.c") < argv.index("-std=c99")


def test_braces_in_arguments_stay_as_they_are(registry: Registry) -> None:
    command = registry.runtime("python").run_command(
        entry="main.py", sources=["main.py"], arguments=("{entry}", "{arguments}", "{}"), memory_bytes=MEMORY
    )
    assert command.argv[-3:] == ("{entry}", "{arguments}", "{}")


@pytest.mark.parametrize(
    ("language", "exit_code", "signal", "stderr", "exhausted"),
    [
        ("java", 1, None, b'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space', True),
        ("java", 1, None, b"Exception in thread java.lang.IllegalStateException", False),
        ("java", 0, None, b"java.lang.OutOfMemoryError was caught", False),
        ("javascript", None, 6, b"FATAL ERROR: Reached heap limit - JavaScript heap out of memory", True),
        ("cpp", None, 6, b"terminate called after throwing an instance of 'std::bad_alloc'", True),
        ("cpp", None, 11, b"std::bad_alloc", False),
        ("python", 1, None, b"Traceback\nMemoryError\n", True),
        ("python", 1, None, b"NotMemoryError\n", False),
        ("rust", None, 6, b"memory allocation of 99999999999 bytes failed\n", True),
        ("go", 2, None, b"fatal error: runtime: out of memory\n", True),
        ("ruby", 1, None, b"main.rb: failed to allocate memory (NoMemoryError)\n", True),
        ("php", 255, None, b"Fatal error: Allowed memory size of 109051904 bytes exhausted (tried to allocate 9", True),
        ("php", 255, None, b"Fatal error: Uncaught Error: Call to undefined function f()", False),
        ("r", 1, None, b"Error: cannot allocate vector of size 74505.8 Gb\nExecution halted\n", True),
        ("octave", 1, None, b"error: out of memory or dimension too large for Octave's index type\n", True),
        ("fortran", 1, None, b"In file 'main.f90', around line 6: Error allocating 70368744177664 bytes: Cannot", True),
        ("pascal", 203, None, b"Runtime error 203 at $0000000000418DD7\n", True),
        ("pascal", 200, None, b"Runtime error 200 at $0000000000418DD7\n", False),
        ("d", 1, None, b"core.exception.OutOfMemoryError@core/lifetime.d(126): Memory allocation failed\n", True),
        ("nim", 1, None, b"out of memory\n", True),
        ("ada", 1, None, b"\nraised STORAGE_ERROR : System.Memory.Alloc: heap exhausted\n", True),
        ("haskell", 251, None, b"main: Out of memory\n\n", True),
        ("ocaml", 2, None, b"Fatal error: exception Out of memory\n", True),
        ("erlang", 1, None, b"binary_alloc: Cannot allocate 35184372088832 bytes of memory (of type", True),
        ("scheme", 1, None, b"GC Warning: Out of Memory! Heap size: 2 MiB. Returning NULL!\n", True),
        ("csharp", 1, None, b"\nUnhandled Exception:\nSystem.OutOfMemoryException: Insufficient memory", True),
    ],
)
def test_a_runtime_that_ran_out_of_memory_by_itself_is_recognised(
    registry: Registry, language: str, exit_code: int | None, signal: int | None, stderr: bytes, *, exhausted: bool
) -> None:
    name = registry.get(language).source_name
    rule = registry.runtime(language).run_command(entry=name, sources=[name], arguments=(), memory_bytes=MEMORY)
    assert rule.memory_exhausted is not None
    assert rule.memory_exhausted.matches(exit_code=exit_code, signal=signal, stderr=stderr) is exhausted
