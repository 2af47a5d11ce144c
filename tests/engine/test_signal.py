"""Signals that a caller sends to a program while it runs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from signal import Signals

import pytest

from runward.domain.errors import RequestError
from runward.domain.outcome import Outcome, Step
from runward.engine import Control, Engine, ExecutionSpec, StepEnded, StepStarted, Terminal
from runward.languages import Registry
from runward.settings import load_settings
from runward.wiring import open_engine
from tests.engine.conftest import c, python
from tests.engine.dialogue import Act, Dialogue, talk

# Says the name of each signal that comes, as many as it is told to wait for.  It does not use handlers: Python calls one whose signal
# comes just before it waits for something else only after that.
CATCHER = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, CAUGHT)
print("ready", flush=True)
for _ in range(int(sys.argv[1])):
    print(signal.Signals(signal.sigwait(CAUGHT)).name, flush=True)
"""
CAUGHT = sorted(
    {
        *(Signals.SIGHUP, Signals.SIGINT, Signals.SIGQUIT, Signals.SIGTERM, Signals.SIGUSR1, Signals.SIGUSR2),
        *(Signals.SIGALRM, Signals.SIGPIPE, Signals.SIGWINCH, Signals.SIGTSTP, Signals.SIGTTIN, Signals.SIGTTOU),
        Signals.SIGCONT,
    }
)
COLD = {"PYTHONUNBUFFERED": "1"}  # with this Python is executed, not forked


def sending(number: int) -> Act:
    """Return what sends a signal, when it is its turn."""
    return lambda control: control.signal(number)


def catcher(*, times: int, **parts: object) -> ExecutionSpec:
    source = CATCHER.replace("CAUGHT", str([int(number) for number in CAUGHT]))
    return python(source, arguments=(str(times),), **parts)


@pytest.fixture(scope="module")
async def tiered(registry: Registry) -> AsyncIterator[Engine]:
    """An engine whose programs run in a container of crun."""
    settings = load_settings(RUNWARD_TIER="crun")
    async with open_engine(settings, languages=["python"], registry=registry) as engine:
        yield engine


@pytest.mark.parametrize("environment", [{}, COLD], ids=["warm", "cold"])
async def test_every_signal_that_may_be_sent_arrives(engine: Engine, environment: dict[str, str]) -> None:
    names = [number.name.encode() for number in CAUGHT]
    turns = zip([b"ready", *names[:-1]], map(sending, CAUGHT), strict=True)

    step = await talk(engine, catcher(times=len(CAUGHT), environment=environment), *turns)

    assert step.stdout.split() == [b"ready", *names]
    assert (step.outcome, step.exit_code) == (Outcome.EXITED, 0)


async def test_a_signal_reaches_a_program_in_a_container(tiered: Engine) -> None:
    step = await talk(tiered, catcher(times=1), (b"ready", sending(signal.SIGUSR1)))

    assert step.stdout == b"ready\nSIGUSR1\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
async def test_a_signal_that_ends_the_program_is_told_exactly(engine: Engine, number: Signals) -> None:
    source = '#include <unistd.h>\nint main(void) { write(1, "up", 2); pause(); }'

    step = await talk(engine, c(source), (b"up", sending(number)))

    assert (step.outcome, step.signal) == (Outcome.SIGNALED, number)


async def test_an_interrupt_is_a_keyboard_interrupt(engine: Engine) -> None:
    source = "import time\nprint('up', flush=True)\nwhile True: pass"

    step = await talk(engine, python(source), (b"up", sending(signal.SIGINT)))

    assert step.stderr.endswith(b"KeyboardInterrupt\n")
    assert (step.outcome, step.signal) == (Outcome.SIGNALED, signal.SIGINT)


async def test_a_program_can_be_stopped_and_continued(engine: Engine) -> None:
    # The child, of another group, sees its parent stop, and tells; so nobody has to wait and hope.
    source = """
import os, signal, time
parent = os.getpid()
if os.fork() == 0:
    os.setpgid(0, 0)
    print("up", flush=True)
    while open(f"/proc/{parent}/stat").read().split()[2] != "T":
        time.sleep(0.01)
    print("stopped", flush=True)
    os._exit(0)
print("child", os.waitstatus_to_exitcode(os.wait()[1]))
"""
    step = await talk(
        engine, python(source), (b"up", sending(signal.SIGSTOP)), (b"stopped", sending(signal.SIGCONT)), ends=True
    )

    assert step.stdout == b"up\nstopped\nchild 0\n"


async def test_the_children_of_a_program_get_the_signal_and_daemons_do_not(engine: Engine) -> None:
    source = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
def child(leave):
    if os.fork() == 0:
        if leave:
            os.setsid()
        os.write(1, b"up\\n")
        signal.sigwait([signal.SIGUSR1])
        os._exit(4 if leave else 3)
child(leave=False)
child(leave=True)
print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""
    step = await talk(engine, python(source), (b"up", b""), (b"up", sending(signal.SIGUSR1)))

    assert step.stdout == b"up\nup\n3\n"


async def test_a_signal_at_a_terminal_goes_to_the_program_that_was_started(engine: Engine) -> None:
    step = await talk(engine, catcher(times=1, terminal=Terminal()), (b"ready", sending(signal.SIGUSR2)))

    assert step.stdout == b"ready\r\nSIGUSR2\r\n"


@pytest.mark.parametrize("number", [0, -1, 65, 300, signal.SIGSEGV, signal.SIGXCPU, signal.SIGCHLD, signal.SIGRTMIN])
def test_a_signal_that_nobody_may_send_is_refused(number: int) -> None:
    with pytest.raises(RequestError, match="SIGTERM"):
        Control().signal(number)


async def test_signals_before_the_start_and_after_the_end_do_nothing(engine: Engine) -> None:
    control = Control()
    control.signal(signal.SIGKILL)

    def listen(event: object) -> None:
        if isinstance(event, StepStarted | StepEnded):
            control.signal(signal.SIGKILL)

    result = await engine.run(c("int main(void) { return 6; }"), on_event=listen, control=control)
    control.signal(signal.SIGKILL)

    assert (result.outcome, result.last.step, result.last.exit_code) == (Outcome.EXITED, Step.RUN, 6)
    assert (await engine.run(python("print(1)"))).outcome is Outcome.EXITED


async def test_signals_from_the_first_moment_on_are_a_verdict_or_come_too_early(engine: Engine) -> None:
    source = "import time\nprint('up', flush=True)\ntime.sleep(50)"

    async def one(environment: dict[str, str]) -> None:
        dialogue = Dialogue([(b"up", sending(signal.SIGTERM))])
        spec = python(source, environment=environment, stdin=dialogue.input())
        task = asyncio.create_task(engine.run(spec, on_event=dialogue.listen, control=dialogue.control))
        while not task.done():
            dialogue.control.signal(signal.SIGTERM)
            await asyncio.sleep(0)
        assert (task.result().outcome, task.result().last.signal) == (Outcome.SIGNALED, signal.SIGTERM)

    for _ in range(15):
        await one({})
        await one(COLD)


async def test_a_flood_of_signals_does_not_keep_the_program_from_being_killed(engine: Engine) -> None:
    dialogue = Dialogue([(b"ready", b"")])
    spec = catcher(times=1_000_000, stdin=dialogue.input())
    task = asyncio.create_task(engine.run(spec, on_event=dialogue.listen, control=dialogue.control))
    while b"ready" not in dialogue.heard:
        await dialogue.spoken()
    for _ in range(100_000):
        dialogue.control.signal(signal.SIGUSR1)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await engine.run(python("print(1)"))).outcome is Outcome.EXITED
