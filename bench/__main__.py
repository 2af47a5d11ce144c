"""`python -m bench`: see the package."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.arguments import DOCUMENT, parse_arguments
from bench.baseline import Baseline, NoBaseline, compare, describe_changes
from bench.contestant import Absent
from bench.crew import Crew
from bench.lineup import bench_settings, open_lineup
from bench.machine import describe_machine, load
from bench.memory import ReadySlots, weigh_slots
from bench.own import open_sandbox
from bench.peer import find_tool
from bench.queue.lineup import measure_queue
from bench.report import Report
from bench.sample import Group
from bench.schedule import FULL, QUICK, Plan, measure
from bench.slot import SlotCost, measure_slots
from bench.table import to_markdown, write_document
from bench.target import judge, wanted_targets
from bench.workload import COMPILED, JAVASCRIPT_HELLO, MEMORY, PYTHON_HELLO, QUEUE, SLOTS, TRUE, Selection
from runward.wiring import open_registry

_PACKAGES = {"bwrap": "bubblewrap", "crun": "crun", "runc": "runc"}


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _install_peers() -> None:
    """Bring missing peers with apt, if this is root; what is missing afterwards is said in the table."""
    missing = [package for tool, package in _PACKAGES.items() if find_tool(tool) is None]
    if not missing or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    _say(f"installing with apt: {' '.join(missing)}")
    for package in missing:  # one by one: one that apt does not know must not keep the others out
        command = [
            "apt-get",
            "-o",
            "DPkg::Lock::Timeout=600",
            "install",
            "-qq",
            "-y",
            "--no-install-recommends",
            package,
        ]
        subprocess.run(command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, stdout=2, check=False)


async def _bench(plan: Plan, selection: Selection, *, http: bool) -> Report:
    load_before, settings = load(), bench_settings()
    async with open_sandbox(ready_slots=0) as sandbox:
        machine = describe_machine(sandbox.cgroup_version)
    slots, unweighed = await _weigh(plan, selection)
    groups, absent = await _measure(plan, selection, http=http)
    cost = await _slot_cost(plan, selection)
    queue = await measure_queue(quick=plan is QUICK, say=_say) if QUEUE in selection and http else None
    by_name = {group.workload.name: group for group in groups}
    return Report(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine,
        load_before=load_before,
        load_after=load(),
        settings={
            "ready slots": settings.ready_slots,
            "most ready slots": settings.most_ready_slots,
            "concurrency": settings.max_concurrent_executions,
            "warm": settings.warm,
            "compile cache MiB": settings.compile_cache_mb,
        },
        groups=groups,
        verdicts=[judge(target, by_name, slots) for target in wanted_targets(selection)],
        absent=[*absent, *unweighed],
        slots=slots,
        slot_cost=cost,
        queue=queue,
    )


async def _measure(plan: Plan, selection: Selection, *, http: bool) -> tuple[Sequence[Group], list[Absent]]:
    with tempfile.TemporaryDirectory(prefix="runward-bench-") as name:
        async with (
            Crew(max(plan.many)) as crew,
            open_lineup(selection, crew, Path(name), http=http, say=_say) as lineup,
        ):
            measured = await measure(lineup.contestants, plan, say=_say)
            return measured.groups, [*lineup.absent, *measured.absent]


async def _weigh(plan: Plan, selection: Selection) -> tuple[list[ReadySlots], list[Absent]]:
    """Weigh ready slots, before anything else has been started that has some."""
    if MEMORY not in selection:
        return [], []
    if os.geteuid() != 0:
        return [], [Absent(name="memory of a ready slot", reason="only root may look at what waits in one")]
    _say("weighing ready slots")
    settings = bench_settings()
    languages = [PYTHON_HELLO.name, TRUE.name, *((JAVASCRIPT_HELLO.name, *COMPILED) if plan is FULL else ())]
    registry = open_registry(settings)
    return await weigh_slots(settings, [each for each in languages if registry.status(each).available]), []


async def _slot_cost(plan: Plan, selection: Selection) -> SlotCost | None:
    if SLOTS not in selection or os.geteuid() != 0:
        return None
    return await measure_slots(100 if plan is FULL else 10)


def main() -> int:
    """Measure, tell, and compare; return the exit status."""
    arguments = parse_arguments()
    try:
        before = Baseline.read(arguments.baseline) if arguments.baseline else None
    except NoBaseline as error:
        _say(f"script/bench: {error}")
        return 2
    if not arguments.quick:
        _install_peers()
    plan = QUICK if arguments.quick else FULL
    report = asyncio.run(_bench(plan, arguments.selection, http=not arguments.no_http))
    markdown, found = to_markdown(report), report.to_json()
    print(markdown)
    for path in {arguments.json, arguments.save_baseline} - {None}:
        path.write_text(found)
    if arguments.markdown:
        write_document(DOCUMENT, markdown)
    changes = compare(before, Baseline.from_json(found)) if before else []
    if before:
        print(describe_changes(before, changes))
    return 1 if arguments.fail_on_regression and any(change.regressed for change in changes) else 0


if __name__ == "__main__":
    sys.exit(main())
