"""Durations, and what is told of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from bench.contestant import Contestant, Role, Window
from bench.workload import Workload


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What so many clients at once found: runs per second, the median of all windows, and each run's time."""

    clients: int
    rate: float
    milliseconds: Summary


@dataclass(slots=True, kw_only=True, eq=False)
class Row:
    """What was measured of one contestant; ``rounds`` are its durations by the number of the round."""

    name: str
    role: Role
    note: str
    crowd: bool = False
    rounds: dict[int, list[int]] = field(default_factory=dict)
    windows: list[Window] = field(default_factory=list)

    @property
    def durations(self) -> list[int]:
        """Return the nanoseconds of every run of one client."""
        return [each for one in self.rounds.values() for each in one]

    def crowds(self) -> list[Crowd]:
        """Return what was found of several clients, fewest first."""
        return [self._crowd(clients) for clients in sorted({window.clients for window in self.windows})]

    def saturation(self) -> Crowd | None:
        """Return how many clients got the most done, with their runs per second."""
        return max(self.crowds(), key=lambda crowd: crowd.rate, default=None)

    def _crowd(self, clients: int) -> Crowd:
        windows = [window for window in self.windows if window.clients == clients]
        rates = sorted(len(window.durations) / window.seconds for window in windows)
        durations = [each for window in windows for each in window.durations]
        return Crowd(clients=clients, rate=rates[len(rates) // 2], milliseconds=summarize(durations))


@dataclass(slots=True, kw_only=True)
class Group:
    """One workload, with a row for each contestant that ran it; the first is the bare one."""

    workload: Workload
    rows: list[Row] = field(default_factory=list)

    def add(self, contestant: Contestant) -> Row:
        """Add an empty row for a contestant."""
        self.rows.append(Row(name=contestant.name, role=contestant.role, note=contestant.note, crowd=contestant.crowd))
        return self.rows[-1]

    @property
    def bare(self) -> Row | None:
        """Return the row that the others are compared with, or None if nothing bare took part."""
        return next((row for row in self.rows if row.role is Role.BARE), None)

    def find(self, name: str) -> Row | None:
        """Return the row of a contestant, or None."""
        return next((row for row in self.rows if row.name == name), None)

    def peers(self) -> list[Row]:
        """Return the rows of the other sandboxes."""
        return [row for row in self.rows if row.role is Role.PEER]

    def quiet(self, row: Row) -> Summary:
        """Return the summary of a row's runs in the quiet rounds."""
        return summarize([each for number in self.quiet_rounds() for each in row.rounds[number]])

    def to_bare(self, row: Row) -> float | None:
        """Return the row's quiet median as a multiple of the bare one's."""
        return self.quiet(row).p50 / self.quiet(self.bare).p50 if self.bare else None

    def quiet_rounds(self) -> list[int]:
        """Return the quarter of the rounds in which all of these contestants together were quickest.

        Each counts alike, as a multiple of its own usual time.  A machine that does other work as well is never idle for
        long; these rounds come closest, the same for all rows.
        """
        usual = {row.name: median(map(sum, row.rounds.values())) for row in self.rows}
        totals = {
            number: sum(sum(row.rounds[number]) / usual[row.name] for row in self.rows)
            for number in self.rows[0].rounds
        }
        ordered = sorted(totals, key=totals.__getitem__)
        return ordered[: math.ceil(len(ordered) / 4)]

    def to_json(self) -> dict[str, object]:
        """Return all of it for a file."""
        return {
            "workload": self.workload.name,
            "heading": self.workload.heading,
            "rows": [self._row_to_json(row) for row in self.rows],
        }

    def _row_to_json(self, row: Row) -> dict[str, object]:
        return {
            "name": row.name,
            "role": row.role,
            "note": row.note,
            "milliseconds": asdict(summarize(row.durations)),
            "milliseconds_quiet": asdict(self.quiet(row)),
            "to_bare": self.to_bare(row),
            "clients": [asdict(crowd) for crowd in row.crowds()],
        }
