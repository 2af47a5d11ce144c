"""What ready slots weigh: the memory of everything that waits in them, for each kind of slot."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.hello import hello_from, new_name
from runward.engine import Engine, ExecutionSpec, InputFile
from runward.sandbox.zygote import CORE
from runward.settings import Settings
from runward.wiring import open_engine, open_registry

_FILL_SECONDS = 5.0
_SAME_LOOKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMemory:
    """Of one ready slot, in KiB: its processes' share of their pages (PSS), and the pages that they share with nobody.

    ``charged_kib`` is all that its memory cgroup is charged, kernel memory too, where that is known.
    """

    pss_kib: int
    private_kib: int
    charged_kib: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadySlots:
    """Ready slots of one language in which the same waits: ``parked`` is its executable, the core where nothing does."""

    language: str
    parked: str
    slots: tuple[SlotMemory, ...]

    @property
    def started_ahead(self) -> bool:
        """Tell whether an interpreter or compiler waits in the slot, not only init and its fork."""
        return self.parked != CORE.name

    @property
    def median(self) -> SlotMemory:
        """Return the slot of the median weight."""
        return sorted(self.slots, key=lambda slot: slot.pss_kib)[len(self.slots) // 2]


async def weigh_slots(settings: Settings, languages: Sequence[str]) -> list[ReadySlots]:
    """Start an engine for each language in turn, run a hello so that its slots are made ready, and weigh them."""
    registry = open_registry(settings)
    found: list[ReadySlots] = []
    for language in languages:
        async with open_engine(settings, languages=[language], registry=registry) as engine:
            await _run_hello(engine, language)
            found += await _weigh(language, wanted=settings.ready_slots)
    return found


async def _run_hello(engine: Engine, language: str) -> None:
    known = engine.registry.get(language)
    source = hello_from(known, new_name()) if known.hello.stdout else None  # new: a cache must not spare a slot
    name, text = (source.name, source.text) if source else (known.source_name, known.hello.source)
    await engine.run(ExecutionSpec(language=language, files=(InputFile(path=name, content=text.encode()),)))


async def _weigh(language: str, *, wanted: int) -> list[ReadySlots]:
    """Wait until enough slots are ready and no more are being made; then look at each."""
    deadline = time.monotonic() + _FILL_SECONDS
    slots, same = _slots(), 0
    while same < _SAME_LOOKS and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
        before, slots = slots, _slots()
        same = same + 1 if slots == before and len(slots) >= max(1, wanted) else 0
    parked: dict[str, list[SlotMemory]] = {}
    for cgroup, pids in slots.items():
        parked.setdefault(_parked(pids), []).append(_memory(cgroup, pids))
    return [ReadySlots(language=language, parked=name, slots=tuple(found)) for name, found in parked.items()]


def _slots() -> dict[str, list[int]]:
    """Return the processes of every slot below this process, by the slot's control group."""
    slots: dict[str, list[int]] = {}
    for pid in _descendants(os.getpid()):
        cgroup = _read(pid, "cgroup")
        if "/slot-" in cgroup:
            slots.setdefault(cgroup, []).append(pid)
    return slots


def _descendants(pid: int) -> Iterator[int]:
    for child in map(int, _read(pid, f"task/{pid}/children").split()):
        yield child
        yield from _descendants(child)


def _read(pid: int, name: str) -> str:
    """Return what the kernel tells of a process: nothing of one that has just ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _parked(pids: Sequence[int]) -> str:
    """Return the executable that waits in a slot: the one that is not the core, if there is one."""
    names = [Path(f"/proc/{pid}/exe").readlink().name for pid in pids]
    return next((name for name in names if name != CORE.name), CORE.name)


def _memory(cgroup: str, pids: Sequence[int]) -> SlotMemory:
    rollups = [_rollup(pid) for pid in pids]
    return SlotMemory(
        pss_kib=sum(each["Pss"] for each in rollups),
        private_kib=sum(each["Private_Clean"] + each["Private_Dirty"] for each in rollups),
        charged_kib=_charged_kib(cgroup),
    )


def _rollup(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}


def _charged_kib(cgroup: str) -> int | None:
    for line in cgroup.splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return int(Path(f"/sys/fs/cgroup/memory{path}/memory.usage_in_bytes").read_text()) >> 10
        if controllers == "" and (usage := Path(f"/sys/fs/cgroup{path}/memory.current")).exists():
            return int(usage.read_text()) >> 10
    return None
