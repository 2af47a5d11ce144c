"""The numbers to reach, and whether they are."""

from __future__ import annotations

import pytest

from bench.contestant import ENGINE, Role
from bench.memory import ReadySlots
from bench.target import (
    PLAIN_SLOTS,
    PYTHON_SLOTS,
    STARTED_SLOTS,
    TARGETS,
    Measure,
    Target,
    Verdict,
    judge,
    wanted_targets,
)
from bench.workload import MEMORY, WORKLOADS, Selection
from runward.sandbox.zygote import CORE
from tests.bench.findings import group, ready, row

BARE = row("bare process", Role.BARE, 10, rates=[(1, 90), (2, 170)])
PEERS = (row("slower", Role.PEER, 30, rates=[(2, 50)]), row("faster", Role.PEER, 12, rates=[(2, 60)]))


def judged(measure: Measure, reach: float, own: float) -> Verdict:
    found = group(BARE, *PEERS, row(ENGINE, Role.OWN, own, rates=[(1, 100), (4, 300)]))
    return judge(Target(what="it", of="python", measure=measure, reach=reach), {"python": found}, [])


@pytest.mark.parametrize("measure", [Measure.P50, Measure.P99])
def test_a_time_is_reached_up_to_the_number_itself(measure: Measure) -> None:
    assert judged(measure, 2, 2).met is True
    assert judged(measure, 2, 2.1).met is False


def test_a_time_stands_beside_the_bare_one_and_the_fastest_peer() -> None:
    verdict = judged(Measure.P50, 2, 1.5)

    assert (verdict.value, verdict.bare, verdict.peer) == (1.5, 10, ("faster", 12))


def test_a_multiple_of_bare_is_of_the_same_quiet_rounds() -> None:
    found = group(row("bare process", Role.BARE, 10, 10, 10, 10), row(ENGINE, Role.OWN, 99, 4, 99, 99))
    target = Target(what="it", of="python", measure=Measure.TIMES_BARE, reach=0.5)

    verdict = judge(target, {"python": found}, [])

    assert (verdict.value, verdict.own, verdict.bare, verdict.met) == (0.4, 4, 10, True)


def test_a_number_over_bare_is_the_difference_and_may_be_negative() -> None:
    assert judged(Measure.OVER_BARE, 10, 19).value == 9
    assert judged(Measure.OVER_BARE, 10, 19).met is True
    assert judged(Measure.OVER_BARE, 10, 21).met is False
    assert judged(Measure.OVER_BARE, 10, 4).value == -6


def test_a_rate_must_be_at_least_the_number_at_whatever_number_of_clients() -> None:
    verdict = judged(Measure.RATE, 250, 1)

    assert (verdict.value, verdict.note, verdict.bare, verdict.peer) == (300, "4 clients", 170, ("faster", 60))
    assert verdict.met is True
    assert judged(Measure.RATE, 301, 1).met is False


def test_a_number_beside_bare_says_so_when_nothing_bare_was_measured() -> None:
    target = Target(what="it", of="python", measure=Measure.TIMES_BARE, reach=1.2)

    verdict = judge(target, {"python": group(row(ENGINE, Role.OWN, 1))}, [])

    assert (verdict.met, verdict.reason) == (None, "nothing bare to compare with was measured")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: str(target.what))
def test_what_was_not_measured_is_neither_met_nor_missed(target: Target) -> None:
    verdict = judge(target, {}, [])

    assert verdict.met is None
    assert verdict.reason


SLOTS = [
    ready("python", "python3.11", 3000, 9000, 3072),
    ready("cpp", CORE.name, 200),
    ready("go", CORE.name, 512),
    ready("javascript", "node", 20 * 1024),
]


@pytest.mark.parametrize(("of", "mib"), [(PYTHON_SLOTS, 3), (PLAIN_SLOTS, 0.5), (STARTED_SLOTS, 20)])
def test_memory_is_the_median_slot_of_the_heaviest_language(of: str, mib: float) -> None:
    verdict = judge(Target(what="it", of=of, measure=Measure.MEMORY, reach=1), {}, SLOTS)

    assert verdict.value == mib
    assert verdict.met is (mib <= 1)


def test_a_cold_python_slot_is_like_any_other() -> None:
    slots: list[ReadySlots] = [ready("python", CORE.name, 100)]

    assert judge(Target(what="it", of=PYTHON_SLOTS, measure=Measure.MEMORY, reach=4), {}, slots).met is None
    assert judge(Target(what="it", of=PLAIN_SLOTS, measure=Measure.MEMORY, reach=1), {}, slots).met is True


def test_every_target_is_of_something_that_is_measured() -> None:
    workloads = {workload.name for workload in WORKLOADS}

    for target in TARGETS:
        known = {PYTHON_SLOTS, PLAIN_SLOTS, STARTED_SLOTS} if target.measure is Measure.MEMORY else workloads
        assert target.of in known, target.what


def test_a_selection_is_judged_by_its_own_targets_alone() -> None:
    assert wanted_targets(Selection()) == list(TARGETS)
    assert {target.of for target in wanted_targets(Selection.of(["cpp"]))} == {"cpp-first", "cpp-again"}
    assert {target.measure for target in wanted_targets(Selection.of([MEMORY]))} == {Measure.MEMORY}
