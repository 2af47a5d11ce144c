"""A program at a terminal: what it sees, what keys do, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from runward.domain.errors import RequestError
from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Outcome
from runward.domain.tier import Tier
from runward.engine import Control, Engine, ExecutionSpec, Terminal
from runward.languages import Registry
from runward.settings import load_settings
from runward.wiring import open_engine
from tests.engine.conftest import c, python
from tests.engine.dialogue import Dialogue, talk
from tests.engine.test_running import descriptors

TERMINAL = Terminal(rows=30, columns=100)


def at_terminal(source: str, **parts: object) -> ExecutionSpec:
    return python(source, terminal=TERMINAL, **parts)


def bash(*arguments: str) -> ExecutionSpec:
    """Return an interactive shell; the language's own command would read a script."""
    source = f"import os\nos.execv('/usr/bin/bash', ['bash', '--norc', '--noediting', '-i', *{arguments!r}])"
    return at_terminal(source, environment={"PS1": "ready> ", "HISTFILE": "/dev/null"})


async def test_a_program_has_a_terminal_of_the_size_asked_for(engine: Engine) -> None:
    source = """
import os, sys
print([os.isatty(fd) for fd in range(3)], os.get_terminal_size(), os.environ["TERM"])
print(sys.stdin.isatty(), sys.stdout.line_buffering, os.tcgetpgrp(0) == os.getpgrp() == os.getpid())
print("to standard error", file=sys.stderr)
"""
    result = await engine.run(at_terminal(source))

    assert result.last.stdout.splitlines() == [
        b"[True, True, True] os.terminal_size(columns=100, lines=30) xterm-256color",
        b"True True True",
        b"to standard error",
    ]
    assert (result.last.stderr, result.last.outcome, result.last.warm) == (b"", Outcome.EXITED, False)


async def test_input_is_echoed_and_a_password_is_not(engine: Engine) -> None:
    source = "import getpass\nname = input('name? ')\nsecret = getpass.getpass('word? ')\nprint(name, len(secret))"

    step = await talk(engine, at_terminal(source), (b"name? ", b"Ada\n"), (b"word? ", b"hidden\n"))

    assert step.stdout == b"name? Ada\r\nword? \r\nAda 6\r\n"


async def test_the_end_of_the_input_is_the_key_for_it(engine: Engine) -> None:
    source = "import sys\nprint('reads', flush=True)\nprint([sys.stdin.read()])"

    whole = await talk(engine, at_terminal(source), (b"reads", b"a line\n"), ends=True)
    part = await talk(engine, at_terminal(source), (b"reads", b"part of a line"), ends=True)
    nothing = await engine.run(at_terminal("print(input())"))

    assert whole.stdout.endswith(b"['a line\\n']\r\n")
    assert part.stdout.endswith(b"['part of a line']\r\n")
    assert nothing.last.stdout.splitlines()[-1].startswith(b"EOFError")


async def test_a_typed_end_leaves_the_terminal_open(engine: Engine) -> None:
    source = "import sys\nprint('one', flush=True)\nsys.stdin.read()\nprint('two', flush=True)\nprint(input())"

    step = await talk(engine, at_terminal(source), (b"one", b"\x04"), (b"two", b"still here\n"))

    assert step.stdout == b"one\r\ntwo\r\nstill here\r\nstill here\r\n"


async def test_ctrl_c_interrupts_the_program(engine: Engine) -> None:
    source = """
import termios
mode = termios.tcgetattr(0)
mode[3] |= termios.NOFLSH  # else the key drops what is said at that moment
termios.tcsetattr(0, termios.TCSANOW, mode)
try:
    print("busy", flush=True)
    while True:
        pass
except KeyboardInterrupt:
    print("interrupted")
"""
    step = await talk(engine, at_terminal(source), (b"busy", b"\x03"))

    assert step.stdout == b"busy\r\n^Cinterrupted\r\n"


async def test_ctrl_c_ends_a_program_that_does_not_care(engine: Engine) -> None:
    source = '#include <unistd.h>\nint main(void) { write(1, "busy", 4); pause(); }'

    step = await talk(engine, c(source, terminal=TERMINAL), (b"busy", b"\x03"))

    assert (step.outcome, step.signal, step.stdout) == (Outcome.SIGNALED, 2, b"busy^C")


async def test_ctrl_z_does_not_stop_a_program_that_no_shell_could_continue(engine: Engine) -> None:
    source = "print('one', flush=True)\nprint(input())"

    step = await talk(engine, at_terminal(source), (b"one", b"\x1a"), (b"^Z", b"goes on\n"))

    assert step.stdout.endswith(b"goes on\r\ngoes on\r\n")


async def test_a_new_size_is_told_to_the_program(engine: Engine) -> None:
    # Python handles a signal that comes just before it waits only after the wait; so nothing else is waited for.
    source = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
print("ready", flush=True)
signal.sigwait({signal.SIGWINCH})
print(os.get_terminal_size())
"""

    def resize(control: Control) -> None:
        control.resize(50, 132)

    step = await talk(engine, at_terminal(source), (b"ready", resize))

    assert step.stdout == b"ready\r\nos.terminal_size(columns=132, lines=50)\r\n"


async def test_a_size_given_before_the_program_starts_is_what_it_finds(engine: Engine) -> None:
    control = Control()
    control.resize(11, 22)

    result = await engine.run(at_terminal("import os; print(os.get_terminal_size())"), control=control)

    assert result.last.stdout == b"os.terminal_size(columns=22, lines=11)\r\n"


async def test_a_program_in_raw_mode_gets_every_key_and_what_it_writes_is_left_alone(engine: Engine) -> None:
    source = r"""
#include <stdio.h>
#include <termios.h>
#include <unistd.h>
int main(void) {
    struct termios raw;
    char key;
    tcgetattr(0, &raw);
    cfmakeraw(&raw);
    tcsetattr(0, TCSANOW, &raw);
    write(1, "raw\n", 4);
    while (read(0, &key, 1) == 1 && key != 'q')
        dprintf(1, "<%d>", key);
    return key == 'q' ? 3 : 4;
}
"""
    step = await talk(engine, c(source, terminal=TERMINAL), (b"raw\n", b"a\r\x03\x04\x1a\x1bq"))

    assert step.stdout == b"raw\n<97><13><3><4><26><27>"
    assert step.exit_code == 3


async def test_an_interactive_shell_has_job_control(engine: Engine) -> None:
    # exec: a shell that has begun to fork, by vfork(), could not be stopped before its child goes on, which is stopped too.
    step = await talk(
        engine,
        bash(),
        (b"ready> ", b"stty noflsh\n"),  # else a key's signal drops what was said at that moment
        (b"ready> ", b"sh -c 'echo $((6 * 7)); exec cat'\n"),
        (b"42\r\n", b"\x1a"),
        (b"Stopped", b""),
        (b"ready> ", b"fg\n"),
        (b"cat'\r\n", b"back\n"),
        (b"back\r\nback\r\n", b"\x03"),
        (b"ready> ", b"exit 5\n"),
    )

    assert (step.exit_code, step.outcome) == (5, Outcome.EXITED), step.stdout
    assert b"no job control" not in step.stdout


async def test_one_mebibyte_comes_whole(engine: Engine) -> None:
    source = "import sys\nfor n in range(16384): sys.stdout.write(f'{n:063}\\n')"
    limits = LimitRequest(output_bytes=2 * MIB)

    result = await engine.run(at_terminal(source, limits=limits))

    assert result.last.stdout == b"".join(b"%063d\r\n" % n for n in range(16384))


async def test_a_flood_is_cut_at_the_limit_and_ends_the_program(engine: Engine) -> None:
    result = await engine.run(at_terminal("while True: print('x' * 999)", limits=LimitRequest(output_bytes=100_000)))

    assert (result.outcome, len(result.last.stdout)) == (Outcome.OUTPUT_LIMIT, 100_000)
    assert result.last.stdout_truncated


async def test_input_that_nobody_reads_holds_nothing_up(engine: Engine) -> None:
    lines = b"x" * 99 + b"\n"

    result = await engine.run(at_terminal("import time; time.sleep(0.2); print('done')", stdin=lines * 10_000))

    assert result.outcome is Outcome.EXITED


async def test_all_of_the_input_arrives_however_slowly_it_is_read(engine: Engine) -> None:
    lines = b"".join(b"%098d\n" % n for n in range(3000))
    source = "import sys, hashlib\nprint(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"

    result = await engine.run(at_terminal(source, stdin=lines, limits=LimitRequest(output_bytes=1 * MIB)))

    assert result.last.stdout.endswith(hashlib.sha256(lines).hexdigest().encode() + b"\r\n")


async def test_a_child_that_keeps_the_terminal_does_not_delay_the_result(engine: Engine) -> None:
    source = """
import os, signal, time
if os.fork() == 0:
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_IGN)
    os.write(1, b"child\\n")
    time.sleep(50)
os.read(0, 1)
print("parent")
"""
    step = await talk(engine, at_terminal(source), (b"child", b"\n"))

    assert step.stdout.endswith(b"parent\r\n")
    assert (step.outcome, step.exit_code) == (Outcome.EXITED, 0)


async def test_all_that_was_written_arrives_where_a_child_keeps_the_terminal(engine: Engine) -> None:
    # More than what the terminal hands on at once.  Were it hung up with the program's end, the rest would be lost.
    source = "import os, time\nif os.fork() == 0: time.sleep(50)\nos.write(1, b'x' * 30_000 + b'end')"

    for _ in range(10):
        result = await engine.run(at_terminal(source))

        assert result.last.stdout == b"x" * 30_000 + b"end"


async def test_a_program_that_closes_its_terminal_goes_on(engine: Engine) -> None:
    source = "import os\nfor fd in range(3): os.close(fd)\nopen('end.txt', 'w').write('reached')"

    result = await engine.run(at_terminal(source, artifacts=("end.txt",)))

    assert [artifact.content for artifact in result.artifacts] == [b"reached"]


async def test_cancelling_kills_the_program(engine: Engine) -> None:
    dialogue = Dialogue([])
    spec = at_terminal("print('up', flush=True)\nimport time\ntime.sleep(50)", stdin=dialogue.input())
    up = asyncio.Event()
    task = asyncio.create_task(engine.run(spec, on_event=lambda event: up.set() if "up" in str(event) else None))
    await up.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await engine.run(at_terminal("print(1)"))).last.stdout == b"1\r\n"


async def test_a_hundred_terminals_leave_neither_descriptor_nor_task(engine: Engine) -> None:
    async def one(number: int) -> None:
        if number % 5 == 0:
            task = asyncio.create_task(engine.run(at_terminal("input()", stdin=Dialogue([]).input())))
            await engine.run(at_terminal("print(1)"))
            task.cancel()
            await asyncio.wait({task})
        else:
            await engine.run(at_terminal("print(input())", stdin=b"x\n"))

    await one(0)
    before = descriptors(), len(asyncio.all_tasks())

    for number in range(100):
        await one(number)

    assert (descriptors(), len(asyncio.all_tasks())) == before


async def test_the_compiler_has_no_terminal(engine: Engine) -> None:
    result = await engine.run(c("int main(void) { return missing; }", terminal=TERMINAL))

    assert result.outcome is Outcome.COMPILE_ERROR
    assert b"missing" in result.last.stderr
    assert b"\x1b[" not in result.last.stderr


@pytest.mark.parametrize(("rows", "columns"), [(0, 80), (24, 0), (-1, 80), (24, 1001), (65536, 80)])
def test_a_size_that_no_terminal_has_is_refused(rows: int, columns: int) -> None:
    with pytest.raises(RequestError, match="1 to 1000"):
        Terminal(rows=rows, columns=columns)
    with pytest.raises(RequestError, match="1 to 1000"):
        Control().resize(rows, columns)


async def test_a_tier_without_terminals_refuses_before_anything_is_compiled(registry: Registry) -> None:
    settings = load_settings(RUNWARD_COMPILE_CACHE_MB=0, RUNWARD_TIERS="crun")
    async with open_engine(settings, languages=["c"], registry=registry) as engine:
        with pytest.raises(RequestError, match="the tier crun has no terminals"):
            await engine.run(c("int main(void) {}", terminal=TERMINAL, tier=Tier.CRUN))
