"""The suite survives the end of a worker, and says what it could not find out."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from runward.domain.errors import SandboxError
from runward.domain.outcome import Step
from runward.hostile import Start, Suite, Trial

TRIALS = [
    Trial(case=f"processes/{name}.c", step=Step.RUN, start=Start.COLD)
    for name in ("exit_status_255_is_no_signal", "no_signal_reaches_init", "sigterm_sent_to_itself_is_told_exactly")
]


def workers() -> list[int]:
    """Return the processes that this one has started to work on a suite."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            ours = entry.name.isdigit() and f"\nPPid:\t{os.getpid()}\n" in (entry / "status").read_text()
            if ours and b"runward.hostile.worker" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended since
    return found


async def test_a_worker_that_dies_is_told_and_another_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # a killed worker cannot remove its canaries
    others = set(workers())
    async with Suite(TRIALS, workers=1) as suite:
        first = await suite.result(TRIALS[0])
        (worker,) = set(workers()) - others
        os.kill(worker, signal.SIGKILL)
        second, third = [await suite.result(trial) for trial in TRIALS[1:]]
        left = await suite.finish()
    assert first.holds
    assert "process died" in second.complaints[0]
    assert third.holds
    assert left == []


async def test_platform_that_does_not_start_is_an_error_and_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARD_PRELOAD", "nonsense")
    async with Suite(TRIALS, workers=2) as suite:
        with pytest.raises(SandboxError, match="RUNWARD_PRELOAD"):
            await suite.result(TRIALS[0])


async def test_suite_that_is_left_early_ends_its_workers() -> None:
    others = set(workers())
    async with Suite(TRIALS, workers=2) as suite:
        await suite.result(TRIALS[0])
    assert set(workers()) <= others
