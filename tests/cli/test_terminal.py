"""`runward run --terminal`: a program has our terminal while it runs, and we have it back however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.api.conftest import Server, StartServer, server, start_server
from tests.cli.screen import Screen

__all__ = ["server", "start_server"]

Runward = Callable[..., "subprocess.CompletedProcess[bytes]"]
Show = Callable[..., Screen]

ASKS = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH, signal.SIGINT])
print(os.isatty(0), os.isatty(1), os.isatty(2), os.environ["TERM"], *os.get_terminal_size(), flush=True)
signal.sigwait([signal.SIGWINCH])
print("now", *os.get_terminal_size(), flush=True)
print("hello,", input("name? "), flush=True)
print("more? ", end="", flush=True)
signal.sigwait([signal.SIGINT])  # input() hears of none that comes just before it reads
print("interrupted", flush=True)
try:
    input("more? ")
except EOFError:
    sys.exit(7)
"""
WAITS = "print('here', flush=True)\nwhile True: input()"


@pytest.fixture
def show(command: list[str], tmp_path: Path) -> Iterator[Show]:
    """Return a function that runs a program at a terminal of its own."""
    with ExitStack() as stack:

        def start(name: str, code: str, *options: str) -> Screen:
            (tmp_path / name).write_text(code)
            run = [*command, "run", name, "--terminal", "--wall", "50", *options]
            return stack.enter_context(Screen(run, folder=tmp_path))

        yield start


@pytest.fixture(params=["here", "on a server"])
def place(request: pytest.FixtureRequest) -> list[str]:
    """Return the options that tell where to run it."""
    if request.param == "here":
        return []
    running: Server = request.getfixturevalue("server")
    return ["--server", running.url]


def test_a_program_has_our_terminal_with_its_keys_and_its_size(show: Show, place: list[str]) -> None:
    screen = show("asks.py", ASKS, *place)

    screen.wait_for(b"True True True vt220 100 30\r\n")
    assert screen.is_raw
    screen.resize(40, 120)
    screen.wait_for(b"now 120 40\r\n")
    screen.wait_for(b"name? ")
    screen.type(b"Adb\x7fa\r")
    screen.wait_for(b"hello, Ada\r\n")
    screen.wait_for(b"more? ")
    screen.type(b"\x03")
    screen.wait_for(b"interrupted\r\n")
    screen.wait_for(b"more? ")
    screen.type(b"\x04")

    assert screen.wait() == 7
    assert screen.modes() == screen.modes_before


def test_the_terminal_comes_back_when_a_limit_ends_the_program(show: Show, place: list[str]) -> None:
    screen = show("waits.py", WAITS, *place, "--wall", "2")

    screen.wait_for(b"here")
    assert screen.is_raw

    assert screen.wait() == 124
    assert screen.modes() == screen.modes_before
    screen.wait_for(b"run step stopped")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_the_terminal_comes_back_when_we_are_killed(show: Show, place: list[str], number: signal.Signals) -> None:
    screen = show("waits.py", WAITS, *place)
    screen.wait_for(b"here")
    assert screen.is_raw

    screen.process.send_signal(number)

    assert screen.wait() == -number
    assert screen.modes() == screen.modes_before


def test_the_terminal_comes_back_when_we_are_interrupted(show: Show, place: list[str]) -> None:
    screen = show("waits.py", WAITS, *place)
    screen.wait_for(b"here")

    screen.process.send_signal(signal.SIGINT)

    assert screen.wait() == 130
    assert screen.modes() == screen.modes_before


def test_the_terminal_comes_back_when_the_server_goes_away(show: Show, start_server: StartServer) -> None:
    lost = start_server()
    screen = show("waits.py", WAITS, "--server", lost.url)
    screen.wait_for(b"here")

    lost.process.kill()

    assert screen.wait() == 125
    assert screen.modes() == screen.modes_before


def test_what_the_terminal_answers_to_a_program_is_not_typed_after_its_end(show: Show) -> None:
    screen = show("ends.py", "print('here', flush=True)\nimport time\ntime.sleep(60)", "--wall", "2")
    screen.wait_for(b"here")
    screen.process.send_signal(signal.SIGSTOP)  # so that it reads nothing any more
    os.waitid(os.P_PID, screen.process.pid, os.WSTOPPED)
    screen.type(b"rm -rf /\r")
    screen.wait_until_typed(9)  # keys take a moment to the terminal's other side
    screen.process.send_signal(signal.SIGTERM)
    screen.process.send_signal(signal.SIGCONT)

    screen.wait()
    assert screen.modes() == screen.modes_before
    assert screen.typed_ahead() == 0


def test_a_program_that_does_not_compile_says_so_at_the_terminal(show: Show, place: list[str]) -> None:
    screen = show("bad.c", "int main(void) { return x; }\n", *place)

    assert screen.wait() == 126
    assert b"bad.c" in screen.seen
    assert screen.modes() == screen.modes_before


def test_without_a_terminal_of_ours_there_is_none_to_lend(runward: Runward, tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text(WAITS)

    done = runward("run", "waits.py", "-t")

    assert done.returncode == 2
    assert b"--terminal is for standard input and output that are a terminal" in done.stderr


@pytest.mark.parametrize("option", [["--json"], ["--validate"], ["--stdin", "waits.py"], ["--input", "waits.py"]])
def test_what_takes_the_place_of_the_terminal_does_not_go_with_it(
    runward: Runward, tmp_path: Path, option: list[str]
) -> None:
    (tmp_path / "waits.py").write_text(WAITS)

    done = runward("run", "waits.py", "--terminal", *option)

    assert done.returncode == 2
    assert b"--terminal goes with none of" in done.stderr
