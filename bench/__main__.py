"""`python -m bench`: see the package."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.contestant import Absent, Contestant, WrongResult
from bench.crew import Crew
from bench.machine import describe_machine, load
from bench.own import (
    engine_contestant,
    http_contestant,
    open_python_engine,
    open_sandbox,
    open_server,
    slot_contestant,
)
from bench.peer import open_peers
from bench.report import Report, write_document
from bench.schedule import FULL, QUICK, Plan, measure
from bench.slot import SlotMemory, measure_slots, parked_memory
from bench.workload import HELLO_SOURCE
from runward.settings import load_settings

_DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
_PACKAGES = {"bwrap": "bubblewrap", "crun": "crun", "runc": "runc"}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measure the engine beside the other sandboxes here."
    )
    parser.add_argument("--quick", action="store_true", help="a few seconds: does it work, and roughly how fast")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write everything that was found")
    parser.add_argument("--markdown", action="store_true", help=f"write the table into {_DOCUMENT.name}")
    parser.add_argument("--no-http", action="store_true", help="leave the HTTP face out")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _install_peers() -> None:
    """Bring missing peers with apt, if this is root; what is missing afterwards is said in the table."""
    missing = [package for tool, package in _PACKAGES.items() if shutil.which(tool, path="/usr/sbin:/usr/bin") is None]
    if not missing or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    _say(f"installing with apt: {' '.join(missing)}")
    for package in missing:  # one by one: one that apt does not know must not keep the others out
        command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package]
        subprocess.run(command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, stdout=2, check=False)


async def _bench(plan: Plan, *, with_http: bool) -> Report:
    load_before = load()
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="runward-bench-")))
        (folder / "main.py").write_text(HELLO_SOURCE)
        crew = await stack.enter_async_context(Crew(max(plan.clients)))
        peers, absences = await open_peers(crew, folder)
        contestants: list[Contestant] = list(peers)
        absent = list(absences)
        ready = load_settings().ready_slots
        sandbox = await stack.enter_async_context(open_sandbox(ready_slots=ready))
        note = f"all layers, {ready} slots kept ready; what Engine.run does for a step (engine/step.py), without a language"
        contestants.append(slot_contestant(sandbox, name="runward slot", note=note))
        cold = await stack.enter_async_context(open_sandbox(ready_slots=0))
        note = "the same with no slot kept ready: each run waits for its slot to be made"
        contestants.append(slot_contestant(cold, name="runward slot, none ready", note=note))
        engine = await stack.enter_async_context(open_python_engine())
        contestants.append(engine_contestant(engine))
        if with_http:
            try:
                contestants.append(http_contestant(crew, await stack.enter_async_context(open_server())))
            except WrongResult as error:
                absent.append(Absent(name="runward HTTP", reason=str(error)))
        rows = await measure(contestants, plan, say=_say)
        slots = _ready_slots()
        cost = await measure_slots(100 if plan is FULL else 10) if os.geteuid() == 0 else None
        return Report(
            date=datetime.now(UTC).date().isoformat(),
            machine=describe_machine(sandbox.cgroup_version),
            load_before=load_before,
            load_after=load(),
            clients=plan.clients,
            rows=rows,
            absent=absent,
            slots=slots,
            slot_cost=cost,
        )


def _ready_slots() -> dict[str, list[SlotMemory]]:
    """Look at the ready slots of every supervisor that this process started."""
    own = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    supervisors = [pid for pid in own if b"runward.sandbox" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    found = [memory for pid in supervisors for memory in parked_memory(int(pid))]
    return {"init alone": found} if found else {}


def main() -> None:
    """Measure and tell."""
    arguments = _arguments()
    _install_peers()
    report = asyncio.run(_bench(QUICK if arguments.quick else FULL, with_http=not arguments.no_http))
    markdown = report.to_markdown()
    print(markdown)
    if arguments.json:
        arguments.json.write_text(report.to_json())
    if arguments.markdown:
        write_document(_DOCUMENT, markdown)


if __name__ == "__main__":
    main()
