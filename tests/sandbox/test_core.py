"""The C core under AddressSanitizer and UBSan: its parser fuzzed, and all of it at its real work."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from signal import Signals

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import runward.sandbox
from runward.domain.errors import RequestError
from runward.domain.limits import MIB, Limits
from runward.sandbox import BoxFile, Command, Facts, Sandbox, Terminal
from runward.sandbox.request import pack, seal
from tests.sandbox.conftest import assert_works, order, run, send_order, shell, supervisor_settings
from tests.sandbox.corpus import COMMAND, COMMANDS

SOURCES = Path(runward.sandbox.__file__).parent / "core"
SANITIZE = ["-std=gnu17", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# Init ends with its memory in hand on purpose; and nothing may be asked of the environment, which is empty.
OPTIONS = (
    'const char *__asan_default_options(void);\nconst char *__asan_default_options(void) { return "detect_leaks=0"; }\n'
)
# Each mutation takes some microseconds; a night's fuzzing is a matter of this number.
MUTATIONS = int(os.environ.get("RUNWARD_TEST_MUTATIONS", "300000"))


@pytest.fixture(scope="session")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parser alone, behind a program that feeds it."""
    target = tmp_path_factory.mktemp("core") / "fuzz_request"
    compile_c(target, [SOURCES / "fuzz_request.c", SOURCES / "request.c"])
    return target


@pytest.fixture(scope="module")
async def sanitized(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """A sandbox whose zygotes and inits are built with the sanitizers: a fault of theirs ends them, and so the run."""
    folder = tmp_path_factory.mktemp("sanitized")
    (folder / "options.c").write_text(OPTIONS)
    sources = [path for path in sorted(SOURCES.glob("*.c")) if not path.name.startswith("fuzz_")]
    compile_c(folder / "runward-core", [*sources, folder / "options.c"])
    sandbox = Sandbox(supervisor_settings(core=str(folder / "runward-core")))
    await sandbox.open()
    yield sandbox
    await sandbox.close()


def compile_c(target: Path, sources: list[Path]) -> None:
    command = ["cc", *SANITIZE, "-Wall", "-Wextra", "-Werror", f"-I{SOURCES}", "-o", str(target), *map(str, sources)]
    subprocess.run(command, check=True)


def show(parser: Path, request: bytes) -> list[str] | None:
    """Return what the parser read of a request; None where it refused it."""
    done = subprocess.run([parser, "show"], input=request, capture_output=True, check=False)
    assert (done.returncode, done.stderr) in ((0, b""), (1, b"")), done.stderr.decode()
    return [os.fsdecode(line) for line in done.stdout.split(b"\0")[:-1]] if done.returncode == 0 else None


def expected(command: Command, limits: Limits) -> list[str]:
    """Return what show() must tell of a command."""
    limit = (
        *(int(limits.cpu_time.total_seconds()) + 10, limits.file_bytes, limits.open_files, limits.stack_bytes),
        *(limits.processes + 8, 0, 65536, int(limits.wall_time.total_seconds() * 1e9), command.max_artifacts),
        (1 if command.warm else 0) + (2 if command.terminal else 0),
    )
    lines = ["limits " + " ".join(map(str, limit))]
    lines += [f"argument {size(text)} {text}" for text in command.argv]
    lines += [f"variable {size(f'{name}={value}')} {name}={value}" for name, value in command.environment.items()]
    numbers = iter(range(1000))
    for file in command.files:
        place = f"-1 {len(file.content)}" if isinstance(file.content, bytes) else f"{next(numbers)} 0"
        lines.append(f"file {755 if file.executable else 644} {place} {file.path}")
    return lines + [f"pattern {size(pattern)} {pattern}" for pattern in command.collect]


def size(text: str) -> int:
    return len(os.fsencode(text))


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
names = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=20)
paths = st.lists(names.filter(lambda name: name not in (".", "..")), min_size=1, max_size=4).map("/".join)
files = st.builds(BoxFile, path=paths, content=st.binary(max_size=100) | st.just(0), executable=st.booleans())
commands = st.builds(
    Command,
    argv=st.lists(texts, min_size=1, max_size=5),
    environment=st.dictionaries(names.filter(lambda name: "=" not in name), texts, max_size=4),
    files=st.lists(files, max_size=5),
    collect=st.lists(texts, max_size=4),
    max_artifacts=st.integers(0, 65536),
    warm=st.booleans(),
    terminal=st.none() | st.just(Terminal()),
)


def test_a_wall_time_that_no_number_holds_is_the_longest_there_is(parser: Path) -> None:
    shown = show(parser, pack(COMMAND, Limits(wall_time=timedelta.max))[0])

    assert shown is not None
    assert str(2**64 - 1) in shown[0].split()


@given(command=commands)
@settings(max_examples=60, deadline=None)
def test_the_parser_reads_what_was_packed(parser: Path, command: Command) -> None:
    assert show(parser, pack(command, Limits())[0]) == expected(command, Limits())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_fuzzing_starts_from_sound_requests(parser: Path, name: str) -> None:
    assert show(parser, pack(COMMANDS[name], Limits())[0]) == expected(COMMANDS[name], Limits())


@given(
    path=st.lists(st.sampled_from(["", ".", "..", "a", "..a", "x" * 255, "x" * 256, "żółć" * 40]), min_size=1).map(
        "/".join
    )
)
@settings(max_examples=60, deadline=None)
def test_both_sides_agree_on_which_paths_stay_in_the_work_folder(parser: Path, path: str) -> None:
    # Past pack(), which would not have it: another path is packed, and this one put in its place.
    request = pack(with_file("placeholder"), Limits())[0].replace(string(b"placeholder"), string(path.encode()))

    try:
        pack(with_file(path), Limits())
        allowed = True
    except RequestError:
        allowed = False

    assert (show(parser, bytes(request)) is not None) == allowed


def string(data: bytes) -> bytes:
    """Return a string as a request holds it."""
    return (len(data) + 1).to_bytes(4, "little") + data + b"\0"


def with_file(path: str) -> Command:
    return Command(argv=("/bin/true",), environment={}, files=[BoxFile(path=path, content=b"")])


def test_the_parser_survives_a_short_fuzzing(parser: Path) -> None:
    request, seed = pack(COMMAND, Limits())[0], random.randrange(1 << 32)

    done = subprocess.run(
        [parser, "mutate", str(seed), str(MUTATIONS)], input=request, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b""), f"seed {seed}: {done.stderr.decode()}"


def test_the_fuzzing_would_find_a_parser_that_reads_too_far(tmp_path: Path) -> None:
    sound = (SOURCES / "request.c").read_text()
    broken = sound.replace("size > (uint64_t)(c->end - c->at)", "size > (uint64_t)(c->end - c->at) + 1")
    assert broken != sound, "the parser's bound has been written anew; break that here"
    (tmp_path / "request.c").write_text(broken)
    compile_c(tmp_path / "fuzz", [SOURCES / "fuzz_request.c", tmp_path / "request.c"])

    done = subprocess.run(
        [tmp_path / "fuzz", "mutate", "1", "20000"], input=pack(COMMAND, Limits())[0], capture_output=True, check=False
    )

    assert done.returncode != 0
    assert b"heap-buffer-overflow" in done.stderr


async def test_the_whole_core_runs_programs_without_a_fault(sanitized: Sandbox) -> None:
    await assert_works(sanitized)
    made = await shell(
        sanitized,
        "mkdir -p a/b; for f in x a/y a/b/z; do echo $f > $f.txt; done; ln -s /etc/passwd link.txt; mkfifo pipe.txt",
        collect=["**/*.txt"],
    )
    assert made.files == {b"x.txt": b"x\n", b"a/y.txt": b"a/y\n", b"a/b/z.txt": b"a/b/z\n"}
    assert (await shell(sanitized, "kill -9 $$")).facts.status == 9
    assert (await run(sanitized, "/no/such/program")).facts.stage == 3
    deep = await shell(sanitized, "for i in $(seq 60); do mkdir d && cd d; done; echo > deep.txt", collect=["**/*.txt"])
    assert deep.files == {}


async def test_the_whole_core_takes_files_by_descriptor_without_a_fault(sanitized: Sandbox) -> None:
    content = seal(b"x" * 100_000)
    sent = [BoxFile(path=f"f/{number}", content=content) for number in range(199)]

    ran = await shell(sanitized, "cat f/* | wc -c", files=sent)
    os.close(content)

    assert int(ran.stdout) == 199 * 100_000


async def test_the_whole_core_gives_a_terminal_and_signals_without_a_fault(sanitized: Sandbox) -> None:
    script = "trap 'echo $(stty size) >&2; exit 3' USR1; test -t 0 && echo ready; while :; do sleep 0.01; done"
    content = seal(b"x")
    command = Command(
        argv=("/bin/sh", "-c", script),
        environment={"PATH": "/usr/bin:/bin"},
        files=[BoxFile(path="x", content=content)],
        terminal=Terminal(rows=5, columns=7),
    )

    running = await sanitized.start("native", command, Limits())
    os.close(content)
    try:
        os.set_blocking(running.stdout, True)
        assert await asyncio.to_thread(os.read, running.stdout, 100) == b"ready\r\n"
        running.signal(Signals.SIGUSR1)
        facts = await running.next_report()
        said = os.read(running.stdout, 100)
    finally:
        running.close()

    assert isinstance(facts, Facts)
    assert (facts.stage, os.waitstatus_to_exitcode(facts.status)) == (0, 3)
    assert said.endswith(b"5 7\r\n")  # behind what the shell says of its child, which got the signal too


async def test_the_whole_core_kills_without_a_fault(sanitized: Sandbox) -> None:
    limits = Limits(wall_time=timedelta(seconds=0.3))

    ran = await shell(sanitized, "sleep 100 & (setsid sleep 100 &) ; sleep 100", limits=limits)

    assert (ran.facts.exceeded, ran.facts.status) == ("wall_time", 9)


async def test_none_is_ended_before_its_wall_time_has_passed_however_long_its_files_took(sanitized: Sandbox) -> None:
    limits = Limits(wall_time=timedelta(seconds=0.1))
    large = BoxFile(path="large", content=b"x" * (48 * MIB))

    ran = await shell(sanitized, "while :; do sleep 0.01; done", files=[large], limits=limits)

    assert (ran.facts.exceeded, ran.facts.status) == ("wall_time", 9)
    assert ran.facts.wall_ns > 100_000_000


async def test_the_whole_core_refuses_changed_requests_without_a_fault(sanitized: Sandbox) -> None:
    chance, sound = random.Random(4), pack(with_file("a/b"), Limits())[0]

    async def one() -> None:
        data = bytearray(sound)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        request = seal(bytes(data))
        answers = await send_order(sanitized, order(), [request])
        os.close(request)
        assert "ended" in answers[-1], (bytes(data), answers)

    for _ in range(40):
        await asyncio.gather(one(), one())
    await assert_works(sanitized)
