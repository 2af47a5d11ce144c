"""A report as Markdown: first the numbers to reach, then all that was measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from bench.machine import Machine
from bench.markdown import lines_of
from bench.memory import SlotMemory
from bench.report import Report
from bench.sample import Crowd, Group, Row, summarize
from bench.target import Measure, Verdict

_MARKS = ("<!-- table: script/bench -->", "<!-- end of the table -->")


def to_markdown(report: Report) -> str:
    """Return all of it as Markdown."""
    parts = [
        _machine(report),
        _verdicts(report.verdicts),
        *map(_group, report.groups),
        _crowds(report.groups),
        report.queue.to_markdown() if report.queue else "",
        _slots(report),
        _notes(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write_document(path: Path, markdown: str) -> None:
    """Put the tables between the marks of a document."""
    start, end = _MARKS
    text = path.read_text()
    if start not in text or end not in text:
        raise ValueError(f"{path} has no lines {start!r} and {end!r} to put the table between")
    pattern = re.escape(start) + ".*?" + re.escape(end)
    path.write_text(re.sub(pattern, lambda _: f"{start}\n{markdown}{end}", text, flags=re.DOTALL))


def describe(machine: Machine) -> str:
    """Return the machine in a line."""
    return (
        f"{machine.processor}, {machine.cores} cores{' (virtual)' if machine.virtual else ''}, "
        f"{machine.memory_mib} MiB, {machine.system}, kernel {machine.kernel}, cgroup {machine.cgroup}"
    )


def _machine(report: Report) -> str:
    settings = ", ".join(f"{name} {str(value).lower()}" for name, value in report.settings.items())
    return (
        f"{report.date}: {describe(report.machine)}. Load average before {report.load_before}, "
        f"after {report.load_after}. Settings: {settings}."
    )


def _verdicts(verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return ""
    heads = ("what", "bare", "best peer", "reach", "measured", "met")
    return lines_of(heads, (_verdict(each) for each in verdicts))


def _verdict(verdict: Verdict) -> tuple[str, ...]:
    target = verdict.target
    met = {True: "yes", False: "**no**", None: ""}[verdict.met]
    bare = "" if verdict.bare is None else _quantity(target.measure, verdict.bare)
    peer = "" if verdict.peer is None else f"{_quantity(target.measure, verdict.peer[1])} ({verdict.peer[0]})"
    return (target.what, bare, peer, _reach(target.measure, target.reach), _measured(verdict), met)


def _reach(measure: Measure, value: float) -> str:
    match measure:
        case Measure.P50 | Measure.P99:
            return f"≤ {value:g} ms"
        case Measure.TIMES_BARE:
            return f"≤ {value:g} times bare"
        case Measure.OVER_BARE:
            return f"≤ bare + {value:g} ms"
        case Measure.RATE:
            return f"≥ {value:g}/s"
        case Measure.MEMORY:
            return f"≤ {value:g} MiB"
        case _:
            assert_never(measure)


def _measured(verdict: Verdict) -> str:
    if verdict.value is None or verdict.own is None:
        return verdict.reason
    measure, own = verdict.target.measure, _quantity(verdict.target.measure, verdict.own)
    match measure:
        case Measure.TIMES_BARE:
            return f"{verdict.value:.2f} times bare ({own})"
        case Measure.OVER_BARE:
            return f"bare {verdict.value:+.1f} ms ({own})"
        case Measure.P50 | Measure.P99 | Measure.RATE | Measure.MEMORY:
            return f"{own} ({verdict.note})" if verdict.note else own
        case _:
            assert_never(measure)


def _quantity(measure: Measure, value: float) -> str:
    match measure:
        case Measure.RATE:
            return f"{value:.0f}/s"
        case Measure.MEMORY:
            return f"{value:.2f} MiB"
        case Measure.P50 | Measure.P99 | Measure.TIMES_BARE | Measure.OVER_BARE:
            return f"{_milliseconds(value)} ms"
        case _:
            assert_never(measure)


def _milliseconds(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _group(group: Group) -> str:
    heads = ("", "p50 quiet", "to bare", "p50", "p95", "p99", "least", "runs", "most runs per second")
    return f"{group.workload.heading}: milliseconds\n\n" + lines_of(heads, (_row(group, row) for row in group.rows))


def _row(group: Group, row: Row) -> tuple[str, ...]:
    found, ratio = summarize(row.durations), group.to_bare(row)
    times = [_milliseconds(value) for value in (found.p50, found.p95, found.p99, found.minimum)]
    relative = "" if ratio is None else f"{ratio:.2f}"
    return (row.name, _milliseconds(group.quiet(row).p50), relative, *times, str(found.runs), _most(row.saturation()))


def _most(crowd: Crowd | None) -> str:
    if crowd is None:
        return ""
    rate = f"{crowd.rate:.0f}" if crowd.rate >= 10 else f"{crowd.rate:.1f}"
    return f"{rate} ({crowd.clients} client{'s' if crowd.clients > 1 else ''})"


def _crowds(groups: Sequence[Group]) -> str:
    """Return how cost grows with the number of clients, for those that were tried with more than a few."""
    shown = [(group, row, row.crowds()) for group in groups for row in group.rows if row.crowd]
    if not shown:
        return ""
    heads = ("clients at once", *(str(crowd.clients) for crowd in shown[0][2]))
    rows = ((f"{group.workload.name}: {row.name}", *map(_crowd, crowds)) for group, row, crowds in shown)
    return "Several clients at once: runs per second, and p50 / p99 in milliseconds\n\n" + lines_of(heads, rows)


def _crowd(crowd: Crowd) -> str:
    times = crowd.milliseconds
    return f"{crowd.rate:.0f}; {times.p50:.1f} / {times.p99:.1f}"


def _slots(report: Report) -> str:
    parts = []
    if report.slots:
        heads = ("a ready slot of", "what waits in it", "PSS, KiB", "shared with nobody", "charged to its cgroup")
        rows = [
            (each.language, each.parked if each.started_ahead else "init alone", *_weights(each.median))
            for each in report.slots
        ]
        parts.append(lines_of(heads, rows, left=2))
    if report.slot_cost is not None:
        cost = report.slot_cost
        parts.append(
            f"To prepare a slot: p50 {cost.make.p50:.2f} ms, p99 {cost.make.p99:.2f} ms; to destroy one: p50 "
            f"{cost.destroy.p50:.2f} ms; both together {cost.cpu_ms:.2f} ms of processor time."
        )
    return "\n\n".join(parts)


def _weights(memory: SlotMemory) -> tuple[str, ...]:
    charged = "" if memory.charged_kib is None else str(memory.charged_kib)
    return (str(memory.pss_kib), str(memory.private_kib), charged)


def _notes(report: Report) -> str:
    notes = dict.fromkeys((row.name, row.note) for group in report.groups for row in group.rows)
    lines = [f"- {name}: {note}." for name, note in notes]
    lines += (f"- {each.name} is missing: {each.reason}." for each in report.absent)
    return "\n".join(lines)
