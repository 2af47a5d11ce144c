"""A saved run, and what has become worse since: ratios to the bare process, which differ less between machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.contestant import Role
from bench.report import FORMAT

TOLERANCE = 1.25


class NoBaseline(Exception):
    """The file does not hold a run that can be compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is compared of a run, by name: quiet medians as multiples of the bare one's, and KiB of ready slots."""

    date: str
    machine: str
    ratios: Mapping[str, float]
    memory_kib: Mapping[str, float]

    @classmethod
    def from_json(cls, text: str) -> Baseline:
        """Read what Report.to_json wrote; NoBaseline if it did not."""
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                raise NoBaseline(f"it has format {found['format']}, not {FORMAT}; save a new one")
            return cls(
                date=found["date"],
                machine=f"{found['machine']['processor']}, {found['machine']['cores']} cores",
                ratios=_ratios(found["workloads"]),
                memory_kib={f"ready slot: {_slot(each)}": each["median"]["pss_kib"] for each in found["ready_slots"]},
            )
        except (ValueError, KeyError, TypeError) as error:
            raise NoBaseline(f"it is not what `script/bench --json` writes: {error!r}") from error

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Read a file; NoBaseline names it and what is wrong with it."""
        try:
            return cls.from_json(path.read_text())
        except (OSError, NoBaseline) as error:
            raise NoBaseline(f"{path} cannot be compared with: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One number then and now; None where that run did not measure it."""

    name: str
    before: float | None
    now: float | None

    @property
    def factor(self) -> float | None:
        """Return by how much it became worse; below 1 is better."""
        return self.now / self.before if self.now is not None and self.before else None

    @property
    def regressed(self) -> bool:
        """Tell whether it became worse by more than noise explains."""
        return self.factor is not None and self.factor > TOLERANCE


def compare(before: Baseline, now: Baseline) -> list[Change]:
    """Return every number of either run, the worst change first and what cannot be compared last."""
    changes = [
        Change(name=name, before=old.get(name), now=new.get(name))
        for old, new in ((before.ratios, now.ratios), (before.memory_kib, now.memory_kib))
        for name in dict.fromkeys((*old, *new))
    ]
    return sorted(changes, key=lambda change: -(change.factor or 0))


def describe_changes(before: Baseline, changes: Sequence[Change]) -> str:
    """Return the comparison for people."""
    regressed = [change for change in changes if change.regressed]
    compared = [change for change in changes if change.factor is not None]
    head = (
        f"Compared with {before.date} ({before.machine}): {len(regressed)} of {len(compared)} numbers are more than "
        f"{TOLERANCE - 1:.0%} worse. Times are multiples of the bare process, memory is KiB."
    )
    lines = [head, "", *map(_line, compared)]
    missing = [change.name for change in changes if change.now is None]
    return "\n".join(lines + ([f"- not in this run: {', '.join(missing)}"] if missing else [])) + "\n"


def _line(change: Change) -> str:
    assert change.factor is not None
    word = "REGRESSION" if change.regressed else "worse, within noise" if change.factor > 1 else "no worse"
    return f"- {change.name}: {change.before:.2f} → {change.now:.2f} ({change.factor - 1:+.0%}, {word})"


def _ratios(workloads: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the ratios of this project's rows: what becomes of a peer is no regression of ours."""
    return {
        f"{group['workload']}: {row['name']}": row["to_bare"]
        for group in workloads
        for row in group["rows"]
        if row["role"] == Role.OWN and row["to_bare"] is not None
    }


def _slot(found: Mapping[str, Any]) -> str:
    return f"{found['language']}, {found['parked']}"
