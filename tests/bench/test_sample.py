"""What is told of durations."""

from __future__ import annotations

from bench.contestant import Role
from bench.sample import summarize
from tests.bench.findings import group, row


def test_every_quantile_is_a_duration_that_was_seen() -> None:
    found = summarize([number * 1_000_000 for number in range(1, 101)])

    assert (found.minimum, found.p50, found.p95, found.p99, found.runs) == (1, 50, 95, 99, 100)


def test_the_quantiles_of_one_run_are_that_run() -> None:
    found = summarize([3_000_000])

    assert (found.minimum, found.p50, found.p99, found.mean) == (3, 3, 3, 3)


def test_the_quiet_rounds_are_the_same_for_all_rows_of_a_workload() -> None:
    bare = row("bare process", Role.BARE, 1, 9, 1, 9)
    own = row("runward engine", Role.OWN, 2, 1, 20, 1)
    found = group(bare, own)

    assert found.quiet_rounds() == [0]
    assert found.quiet(own).p50 == 2
    assert found.to_bare(own) == 2


def test_a_slow_contestant_does_not_decide_alone_which_rounds_are_quiet() -> None:
    slow = row("runc", Role.PEER, 100, 101, 102, 103)
    quick = [row(name, Role.OWN, 3, 3, 3, 1) for name in ("slot", "engine")]

    assert group(slow, *quick).quiet_rounds() == [3]


def test_a_workload_that_skips_rounds_has_its_quiet_ones_among_those_it_was_in() -> None:
    own = row("runward engine", Role.OWN)
    own.rounds = {0: [5], 4: [3], 8: [4], 12: [9]}

    assert group(own).quiet_rounds() == [4]


def test_without_a_bare_row_there_is_no_ratio() -> None:
    own = row("runward engine", Role.OWN, 1)

    assert group(own).to_bare(own) is None


def test_saturation_is_at_the_number_of_clients_that_got_the_most_done() -> None:
    most = row("runward engine", Role.OWN, 1, rates=[(1, 80), (2, 150), (4, 140)]).saturation()

    assert most is not None
    assert (most.clients, most.rate) == (2, 150)


def test_several_windows_of_as_many_clients_tell_their_median() -> None:
    (crowd,) = row("runward engine", Role.OWN, 1, rates=[(2, 10), (2, 300), (2, 100)]).crowds()

    assert (crowd.rate, crowd.milliseconds.runs) == (100, 410)
