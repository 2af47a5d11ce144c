"""The numbers to reach, as data, and whether what was measured reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bench.contestant import ENGINE, HTTP
from bench.memory import ReadySlots
from bench.sample import Group, Row
from bench.workload import AGAIN, COMPILED, FEW_STEPS, FIRST, INPUTS, MANY_STEPS, MEMORY, PYTHON_HELLO, TRUE, Selection


class Measure(StrEnum):
    """What is held against the number to reach; times are of the quiet rounds, so that other work decides nothing."""

    P50 = "p50"
    P99 = "p99"
    TIMES_BARE = "times bare"
    OVER_BARE = "over bare"
    RATE = "rate"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One number to reach: milliseconds, a multiple, runs per second (at least), or MiB, as the measure says.

    ``of`` names the workload, or for memory the ready slots; ``contestant`` the row.
    """

    what: str
    of: str
    measure: Measure
    reach: float
    contestant: str = ENGINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was measured for a target; without a value, ``reason`` tells why there is none.

    ``bare``, ``peer`` and ``own`` are in the unit of the rows, ``value`` in that of the target.
    """

    target: Target
    value: float | None = None
    own: float | None = None
    bare: float | None = None
    peer: tuple[str, float] | None = None
    note: str = ""
    reason: str = ""

    @property
    def met(self) -> bool | None:
        """Tell whether the number is reached; None where nothing was measured."""
        if self.value is None:
            return None
        return (
            self.value >= self.target.reach if self.target.measure is Measure.RATE else self.value <= self.target.reach
        )


PYTHON_SLOTS, STARTED_SLOTS, PLAIN_SLOTS = "Python", "others that are started ahead", "others"
TARGETS = (
    Target(what="warm Python hello, engine, p50", of=PYTHON_HELLO.name, measure=Measure.P50, reach=2),
    Target(what="warm Python hello, engine, p99", of=PYTHON_HELLO.name, measure=Measure.P99, reach=6),
    Target(
        what="the same over HTTP `POST /executors/python/execute`, p50",
        of=PYTHON_HELLO.name,
        measure=Measure.P50,
        reach=5,
        contestant=HTTP,
    ),
    Target(what="native program (`true`), engine, p50", of=TRUE.name, measure=Measure.P50, reach=2),
    Target(what="isolated Python runs per second, all cores", of=PYTHON_HELLO.name, measure=Measure.RATE, reach=250),
    Target(what="C++ hello from source, first time", of=FIRST["cpp"].name, measure=Measure.TIMES_BARE, reach=1.05),
    Target(what="C++ hello from source, same source again", of=AGAIN["cpp"].name, measure=Measure.P50, reach=5),
    Target(what="Java hello from source, first time", of=FIRST["java"].name, measure=Measure.TIMES_BARE, reach=0.5),
    *(
        target
        for language in ("typescript", "go", "rust", "csharp")
        for name in (COMPILED[language],)
        for target in (
            Target(
                what=f"{name} from source, first time",
                of=FIRST[language].name,
                measure=Measure.TIMES_BARE,
                reach=1.05,
            ),
            Target(what=f"{name} from source, again", of=AGAIN[language].name, measure=Measure.OVER_BARE, reach=10),
        )
    ),
    Target(
        what=f"{INPUTS} inputs of one C++ program, next to no work",
        of=FEW_STEPS.name,
        measure=Measure.TIMES_BARE,
        reach=1.2,
    ),
    Target(
        what=f"{INPUTS} inputs of one C++ program, 20 ms of work",
        of=MANY_STEPS.name,
        measure=Measure.TIMES_BARE,
        reach=1.2,
    ),
    Target(what="memory of a ready slot, Python", of=PYTHON_SLOTS, measure=Measure.MEMORY, reach=4),
    Target(what="memory of a ready slot, others", of=PLAIN_SLOTS, measure=Measure.MEMORY, reach=1),
    Target(what="memory of a ready slot, others started ahead", of=STARTED_SLOTS, measure=Measure.MEMORY, reach=1),
)


def wanted_targets(selection: Selection) -> list[Target]:
    """Return the targets that something selected can answer."""
    return [each for each in TARGETS if (MEMORY if each.measure is Measure.MEMORY else each.of) in selection]


def judge(target: Target, groups: Mapping[str, Group], slots: Sequence[ReadySlots]) -> Verdict:
    """Return whether a target is reached by what was measured."""
    if target.measure is Measure.MEMORY:
        return _judge_memory(target, slots)
    group = groups.get(target.of)
    row = group.find(target.contestant) if group else None
    if group is None or row is None:
        return Verdict(target=target, reason="not measured")
    match target.measure:
        case Measure.P50 | Measure.P99:
            return _judge_time(target, group, row)
        case Measure.TIMES_BARE | Measure.OVER_BARE:
            return _judge_beside_bare(target, group, row)
        case Measure.RATE:
            return _judge_rate(target, group, row)
        case _:
            assert_never(target.measure)


def _judge_time(target: Target, group: Group, row: Row) -> Verdict:
    own = _time(group, row, target.measure)
    bare = _time(group, group.bare, target.measure) if group.bare else None
    return Verdict(target=target, value=own, own=own, bare=bare, peer=_fastest(group, target.measure))


def _judge_beside_bare(target: Target, group: Group, row: Row) -> Verdict:
    if group.bare is None:
        return Verdict(target=target, reason="nothing bare to compare with was measured")
    own, bare = group.quiet(row).p50, group.quiet(group.bare).p50
    value = own / bare if target.measure is Measure.TIMES_BARE else own - bare
    return Verdict(target=target, value=value, own=own, bare=bare, peer=_fastest(group, target.measure))


def _time(group: Group, row: Row, measure: Measure) -> float:
    found = group.quiet(row)
    return found.p99 if measure is Measure.P99 else found.p50


def _fastest(group: Group, measure: Measure) -> tuple[str, float] | None:
    times = [(_time(group, peer, measure), peer.name) for peer in group.peers()]
    best = min(times, default=None)
    return (best[1], best[0]) if best else None


def _judge_rate(target: Target, group: Group, row: Row) -> Verdict:
    most = row.saturation()
    if most is None:
        return Verdict(target=target, reason="not measured with several clients")
    bare = group.bare.saturation() if group.bare else None
    peers = [(crowd.rate, peer.name) for peer in group.peers() if (crowd := peer.saturation())]
    best = max(peers, default=None)
    return Verdict(
        target=target,
        value=most.rate,
        own=most.rate,
        bare=bare.rate if bare else None,
        peer=(best[1], best[0]) if best else None,
        note=f"{most.clients} client{'s' if most.clients > 1 else ''}",
    )


def _judge_memory(target: Target, slots: Sequence[ReadySlots]) -> Verdict:
    of = [each for each in slots if _slots_named(each) == target.of]
    if not of:
        return Verdict(target=target, reason="there are none")
    heaviest = max(of, key=lambda each: each.median.pss_kib)
    mib = heaviest.median.pss_kib / 1024
    return Verdict(target=target, value=mib, own=mib, note=f"{heaviest.language}, the heaviest" if len(of) > 1 else "")


def _slots_named(each: ReadySlots) -> str:
    if each.language == "python" and each.started_ahead:
        return PYTHON_SLOTS
    return STARTED_SLOTS if each.started_ahead else PLAIN_SLOTS
