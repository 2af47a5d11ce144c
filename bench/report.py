"""What was found, as a table for people, as Markdown for the document, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.contestant import Absent
from bench.machine import Machine
from bench.sample import Row, quiet_rounds, summarize
from bench.slot import SlotCost, SlotMemory
from bench.workload import Workload

_MARKS = ("<!-- table: script/bench -->", "<!-- end of the table -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything of one run of the benchmark."""

    date: str
    machine: Machine
    load_before: str
    load_after: str
    clients: tuple[int, ...]
    rows: Sequence[Row]
    absent: Sequence[Absent]
    slots: dict[str, list[SlotMemory]]
    slot_cost: SlotCost | None

    def to_json(self) -> str:
        """Return all of it as JSON."""
        found = {
            "date": self.date,
            "machine": asdict(self.machine),
            "load": {"before": self.load_before, "after": self.load_after},
            "rows": [row.to_json(self.clients, quiet_rounds(self.rows)) for row in self.rows],
            "absent": [asdict(each) for each in self.absent],
            "ready_slots": {name: [asdict(each) for each in slots] for name, slots in self.slots.items()},
            "slot_cost": asdict(self.slot_cost) if self.slot_cost else None,
        }
        return json.dumps(found, indent=2) + "\n"

    def to_markdown(self) -> str:
        """Return all of it as Markdown."""
        parts = [self._machine()]
        parts += (self._table(workload) for workload in Workload)
        parts += [self._slots(), self._notes()]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _machine(self) -> str:
        machine = self.machine
        return (
            f"{self.date}: {machine.processor}, {machine.cores} cores{' (virtual)' if machine.virtual else ''}, "
            f"{machine.memory_mib} MiB, {machine.system}, kernel {machine.kernel}, cgroup {machine.cgroup}. "
            f"Load average before {self.load_before}, after {self.load_after}."
        )

    def _table(self, workload: Workload) -> str:
        rows = [row for row in self.rows if row.workload == workload]
        if not rows:
            return ""
        quiet = quiet_rounds(self.rows)
        bare = _quiet_p50(rows[0], quiet)
        rates = " | ".join(f"{count} client{'s' if count > 1 else ''}" for count in self.clients)
        lines = [
            f"{workload.heading}: milliseconds, and runs per second",
            "",
            f"| | p50 quiet | to bare | p50 | p95 | p99 | least | runs | {rates} |",
            "|---|" + "---:|" * (7 + len(self.clients)),
        ]
        return "\n".join(lines + [self._line(row, quiet, bare) for row in rows])

    def _line(self, row: Row, quiet: Sequence[int], bare: float) -> str:
        found, best = summarize(row.durations), _quiet_p50(row, quiet)
        times = [f"{value:.2f}" for value in (best, best / bare, found.p50, found.p95, found.p99, found.minimum)]
        rates = [f"{rate:.0f}" if (rate := row.rate(count)) is not None else "" for count in self.clients]
        return "| " + " | ".join([row.name, *times, str(found.runs), *rates]) + " |"

    def _slots(self) -> str:
        lines = []
        for name, slots in self.slots.items():
            shares = sorted(slot.pss_kib for slot in slots)
            charged = sorted(slot.charged_kib for slot in slots if slot.charged_kib is not None)
            if shares:
                also = f"; {charged[len(charged) // 2]} KiB charged to its cgroup" if charged else ""
                lines.append(f"- A ready slot, {name}: {shares[len(shares) // 2]} KiB (PSS of its init){also}.")
        if self.slot_cost is not None:
            cost = self.slot_cost
            lines.append(
                f"- To prepare a slot: p50 {cost.make.p50:.2f} ms, p99 {cost.make.p99:.2f} ms; to destroy one: p50 "
                f"{cost.destroy.p50:.2f} ms; both together {cost.cpu_ms:.2f} ms of processor time."
            )
        return "\n".join(lines)

    def _notes(self) -> str:
        notes = {row.name: row.note for row in self.rows}
        lines = [f"- {name}: {note}." for name, note in notes.items()]
        lines += (f"- {each.name} is missing: {each.reason}." for each in self.absent)
        return "\n".join(lines)


def _quiet_p50(row: Row, quiet: Sequence[int]) -> float:
    return summarize([each for number in quiet for each in row.rounds[number]]).p50


def write_document(path: Path, markdown: str) -> None:
    """Put the table between the marks of a document."""
    start, end = _MARKS
    text = path.read_text()
    if start not in text or end not in text:
        raise ValueError(f"{path} has no lines {start!r} and {end!r} to put the table between")
    pattern = re.escape(start) + ".*?" + re.escape(end)
    path.write_text(re.sub(pattern, lambda _: f"{start}\n{markdown}{end}", text, flags=re.DOTALL))
