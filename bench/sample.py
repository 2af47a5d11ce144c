"""Durations, and what is told of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Milliseconds of ``runs`` runs; quantiles are of the nearest rank, so each is a duration that was seen."""

    runs: int
    minimum: float
    p50: float
    p95: float
    p99: float
    mean: float


def summarize(nanoseconds: Sequence[int]) -> Summary:
    """Return the summary of at least one duration."""
    ordered = sorted(nanoseconds)

    def rank(share: float) -> float:
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] / 1e6

    return Summary(
        runs=len(ordered),
        minimum=ordered[0] / 1e6,
        p50=rank(0.5),
        p95=rank(0.95),
        p99=rank(0.99),
        mean=sum(ordered) / len(ordered) / 1e6,
    )


@dataclass(slots=True, kw_only=True)
class Row:
    """What was measured of one contestant."""

    name: str
    workload: str
    note: str
    rounds: list[list[int]] = field(default_factory=list)
    windows: dict[int, list[float]] = field(default_factory=dict)

    @property
    def durations(self) -> list[int]:
        """Return the nanoseconds of every run."""
        return [each for one in self.rounds for each in one]

    def add_window(self, clients: int, *, runs: int, seconds: float) -> None:
        """Record how many runs so many clients finished in so many seconds."""
        self.windows.setdefault(clients, []).append(runs / seconds)

    def rate(self, clients: int) -> float | None:
        """Return runs per second, the median of all windows; one client is known from the durations."""
        if clients == 1:
            return 1e9 * len(self.durations) / sum(self.durations)
        rates = sorted(self.windows.get(clients, ()))
        return rates[len(rates) // 2] if rates else None

    def to_json(self, clients: Sequence[int], quiet: Sequence[int]) -> dict[str, object]:
        """Return all of it for a file."""
        return {
            "name": self.name,
            "workload": self.workload,
            "note": self.note,
            "milliseconds": asdict(summarize(self.durations)),
            "milliseconds_quiet": asdict(summarize([each for number in quiet for each in self.rounds[number]])),
            "runs_per_second": {str(count): self.rate(count) for count in clients},
        }


def quiet_rounds(rows: Sequence[Row]) -> list[int]:
    """Return the quarter of the rounds that took all contestants together the least time.

    A machine that does other work as well is never idle for long; these rounds come closest, and are the same for all.
    """
    totals = [sum(sum(row.rounds[number]) for row in rows) for number in range(len(rows[0].rounds))]
    ordered = sorted(range(len(totals)), key=totals.__getitem__)
    return ordered[: math.ceil(len(ordered) / 4)]
