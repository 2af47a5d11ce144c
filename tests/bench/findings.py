"""Findings made by hand: what is judged, told and compared needs no machine."""

from __future__ import annotations

from collections.abc import Sequence

from bench.contestant import Role, Window
from bench.machine import Machine
from bench.memory import ReadySlots, SlotMemory
from bench.report import Report
from bench.sample import Group, Row
from bench.target import Verdict
from bench.workload import PYTHON_HELLO, Workload

MILLISECOND = 1_000_000
MACHINE = Machine(
    processor="An invented one", cores=2, memory_mib=4096, kernel="6.1", system="Debian", cgroup="v2", virtual=True
)


def row(name: str, role: Role, *milliseconds: float, rates: Sequence[tuple[int, int]] = ()) -> Row:
    """Return a row with one run in each round, and for each pair of clients and runs a window of a second."""
    rounds = {number: [int(each * MILLISECOND)] for number, each in enumerate(milliseconds)}
    windows = [Window(clients=clients, durations=(MILLISECOND,) * runs, seconds=1.0) for clients, runs in rates]
    return Row(name=name, role=role, note=f"what {name} does", crowd=bool(rates), rounds=rounds, windows=windows)


def group(*rows: Row, workload: Workload = PYTHON_HELLO) -> Group:
    """Return a group of rows."""
    return Group(workload=workload, rows=list(rows))


def ready(language: str, parked: str, *kib: int) -> ReadySlots:
    """Return ready slots of these weights."""
    slots = tuple(SlotMemory(pss_kib=each, private_kib=each // 2, charged_kib=None) for each in kib)
    return ReadySlots(language=language, parked=parked, slots=slots)


def report(groups: Sequence[Group] = (), verdicts: Sequence[Verdict] = (), slots: Sequence[ReadySlots] = ()) -> Report:
    """Return a report of these findings."""
    return Report(
        date="2026-01-02",
        machine=MACHINE,
        load_before="0.00 0.00 0.00",
        load_after="1.00 0.50 0.25",
        settings={"ready slots": 2, "warm": True},
        groups=groups,
        verdicts=verdicts,
        absent=(),
        slots=slots,
        slot_cost=None,
        queue=None,
    )
