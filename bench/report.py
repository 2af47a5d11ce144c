"""Everything that one run of the benchmark found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.contestant import Absent
from bench.machine import Machine
from bench.memory import ReadySlots
from bench.queue.report import QueueReport
from bench.sample import Group
from bench.slot import SlotCost
from bench.target import Verdict

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found, on what, and how busy it was; ``settings`` are those that change the numbers."""

    date: str
    machine: Machine
    load_before: str
    load_after: str
    settings: Mapping[str, int | bool]
    groups: Sequence[Group]
    verdicts: Sequence[Verdict]
    absent: Sequence[Absent]
    slots: Sequence[ReadySlots]
    slot_cost: SlotCost | None
    queue: QueueReport | None

    def to_json(self) -> str:
        """Return all of it as JSON; a saved one can serve as a baseline (baseline.py)."""
        found = {
            "format": FORMAT,
            "date": self.date,
            "machine": asdict(self.machine),
            "load": {"before": self.load_before, "after": self.load_after},
            "settings": dict(self.settings),
            "targets": [{**asdict(each), "met": each.met} for each in self.verdicts],
            "workloads": [group.to_json() for group in self.groups],
            "absent": [asdict(each) for each in self.absent],
            "ready_slots": [{**asdict(each), "median": asdict(each.median)} for each in self.slots],
            "queue": self.queue.to_json() if self.queue else None,
            "slot_cost": asdict(self.slot_cost) if self.slot_cost else None,
        }
        return json.dumps(found, indent=1) + "\n"
