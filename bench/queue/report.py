"""What the queue's measurements say, as numbers to reach and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.markdown import lines_of
from bench.queue.inside import Call
from bench.queue.measuring import Listening, Saving, Spread, Way

DIRECTLY = "the engine, called directly"
AT_ONCE = "run at once (`POST /executors/python/execute`)"
EMBEDDED = "queued, embedded (SQLite)"
# How much each may add to the engine's own time, in milliseconds.
MAY_ADD_MS = {EMBEDDED: 3.0}
CELERY_MAY_ADD_MS = 15.0
SAVES_A_SECOND = 1000.0
BEHIND_MS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReport:
    """All that was measured of the queue; the first of the calls, and of the ways, is the one without it."""

    calls: Sequence[Call]
    ways: Sequence[Way]
    saving: Saving
    listening: Listening

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "calls": [{"name": call.name, "ms": asdict(Spread.of(call.times))} for call in self.calls],
            "ways": [
                {"name": way.name, "note": way.note, "ms": asdict(Spread.of(way.times)), "per_second": way.rates}
                for way in self.ways
            ],
            "saving": asdict(self.saving),
            "listening": asdict(self.listening),
        }

    def to_markdown(self) -> str:
        """Return it as Markdown."""
        parts = (self._targets(), self._calls(), self._times(), self._rates(), self._rest(), self._notes())
        return "\n\n".join(parts)

    def _targets(self) -> str:
        base = Spread.of(self.calls[0].times).p50
        rows = []
        for call in self.calls[1:]:
            reach, added = MAY_ADD_MS.get(call.name, CELERY_MAY_ADD_MS), Spread.of(call.times).p50 - base
            rows.append((f"{call.name}: adds at p50", f"≤ {reach:g} ms", f"{added:.1f} ms", _met(added <= reach)))
        saves, late = self.saving.per_second, self.listening.spread.most
        rows.append(
            ("saves of a session (SQLite)", f"≥ {SAVES_A_SECOND:g}/s", f"{saves:.0f}/s", _met(saves >= SAVES_A_SECOND))
        )
        what = f"the last of {self.listening.listeners} listeners behind, at most"
        rows.append((what, f"≤ {BEHIND_MS:g} ms", f"{late:.1f} ms", _met(late <= BEHIND_MS)))
        return "The queue: numbers to reach\n\n" + lines_of(("what", "reach", "measured", "met"), rows)

    def _calls(self) -> str:
        table = _table(
            "Python hello, called from within a process",
            "to the engine",
            [(call.name, call.times) for call in self.calls],
        )
        return "From the call to the result: milliseconds\n\n" + table

    def _times(self) -> str:
        table = _table("Python hello over HTTP", "to run at once", [(way.name, way.times) for way in self.ways])
        return "From the request to the result: milliseconds\n\n" + table

    def _rates(self) -> str:
        clients = list(self.ways[0].rates)
        rows = [(way.name, *(f"{way.rates[each]:.0f}" for each in clients)) for way in self.ways]
        return "Runs per second\n\n" + lines_of(("clients at once", *map(str, clients)), rows)

    def _rest(self) -> str:
        saving, listening = self.saving, self.listening
        return (
            f"Saves while {saving.runs_meanwhile} programs ran: {saving.per_second:.0f} a second by {saving.clients} "
            f"clients, p50 {saving.spread.p50:.1f} ms, p99 {saving.spread.p99:.1f} ms.\n\n"
            f"{listening.listeners} listeners, each to one of {listening.programs} programs that say a line every "
            f"{listening.pause_seconds:g} s, over server-sent events on loopback; from the moment that the program writes "
            f"the line to the moment that a listener has it: p50 {listening.spread.p50:.1f} ms, "
            f"p95 {listening.spread.p95:.1f} ms, p99 {listening.spread.p99:.1f} ms, at most {listening.spread.most:.1f} ms, "
            f"of {listening.spread.count} lines heard. One process listens for all of them."
        )

    def _notes(self) -> str:
        return "\n".join(f"- {way.name}: {way.note}." for way in self.ways)


def _table(what: str, base: str, rows: Sequence[tuple[str, Sequence[float]]]) -> str:
    first = Spread.of(rows[0][1]).p50
    lines = []
    for name, found in rows:
        spread = Spread.of(found)
        times = (spread.p50, spread.p95, spread.p99, spread.most)
        lines.append((name, f"{spread.p50 / first:.2f}", *(f"{each:.1f}" for each in times), str(spread.count)))
    return lines_of((what, base, "p50", "p95", "p99", "most", "runs"), lines)


def _met(met: bool) -> str:  # noqa: FBT001  (one word for one truth)
    return "yes" if met else "**no**"
