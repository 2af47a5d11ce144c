"""In which order things are run, and what becomes of a contestant that fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bench.contestant import Role, WrongResult
from bench.schedule import Plan, measure
from bench.task import TaskContestant
from bench.workload import TRUE, Clients

PLAN = Plan(
    rounds=6,
    latency_seconds=60,
    few=(1, 2),
    many=(1, 2, 8),
    window_rounds=2,
    window_seconds=0.001,
    compile_window_seconds=0.001,
)
SELDOM = replace(TRUE, name="seldom", batch=1, every=4)


async def nothing() -> None:
    """Do what is measured here."""


def say(line: str) -> None:
    """Tell nobody."""


def contestant(
    name: str = "one", *, once: Callable[[], Awaitable[None]] = nothing, crowd: bool = False
) -> TaskContestant:
    return TaskContestant(name=name, note="", workload=TRUE, once=once, crowd=crowd)


async def test_each_round_runs_everybody_as_often_as_the_workload_says() -> None:
    (group,) = (await measure([contestant("one"), contestant("other")], PLAN, say=say)).groups

    assert [[len(runs) for runs in row.rounds.values()] for row in group.rows] == [[TRUE.batch] * 6] * 2


async def test_a_workload_that_takes_long_is_in_some_rounds_only() -> None:
    (group,) = (await measure([replace(contestant(), workload=SELDOM)], PLAN, say=say)).groups

    assert list(group.rows[0].rounds) == [0, 4]


async def test_more_than_a_few_clients_are_tried_with_those_that_take_a_crowd() -> None:
    (group,) = (await measure([contestant("one"), contestant("many", crowd=True)], PLAN, say=say)).groups

    assert [[crowd.clients for crowd in row.crowds()] for row in group.rows] == [[1, 2], [1, 2, 8]]


async def test_what_takes_all_processors_by_itself_has_one_client() -> None:
    alone = replace(contestant(), workload=replace(TRUE, clients=Clients.NONE))
    (group,) = (await measure([alone], PLAN, say=say)).groups

    assert group.rows[0].windows == []


async def test_a_quick_plan_has_no_windows_for_what_takes_long() -> None:
    quick = replace(PLAN, compile_window_seconds=0)
    (group,) = (await measure([replace(contestant(), workload=SELDOM)], quick, say=say)).groups

    assert group.rows[0].windows == []


async def test_a_contestant_whose_run_goes_wrong_is_left_out_and_named_and_the_others_go_on() -> None:
    left = iter(range(10))

    async def fail_later() -> None:
        if next(left, None) is None:
            raise WrongResult("it printed nothing")

    good, bad = contestant("good"), replace(contestant("bad", once=fail_later), role=Role.PEER)
    found = await measure([good, bad], PLAN, say=say)

    assert [row.name for row in found.groups[0].rows] == ["good"]
    assert len(found.groups[0].rows[0].rounds) == PLAN.rounds
    assert [(each.name, each.reason) for each in found.absent] == [
        ("bad, true", "a run went wrong: it printed nothing")
    ]


async def test_a_workload_that_nobody_is_left_of_is_not_told() -> None:
    async def fail() -> None:
        raise WrongResult("never")

    assert (await measure([contestant(once=fail)], PLAN, say=say)).groups == []
