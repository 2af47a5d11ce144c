"""What the command line asks for."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.workload import Selection, selectable

BASELINE = Path(__file__).with_name("baseline.json")
DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def parse_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Return the arguments; ends the process where they make no sense."""
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description="Measure the engine and the HTTP face beside bare processes, toolchains and the other sandboxes here.",
        epilog=f"What can be measured alone: {', '.join(selectable())}.",
    )
    parser.add_argument("--quick", action="store_true", help="at most a minute: does it work, and roughly how fast")
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="measure this alone (can be given several times)"
    )
    parser.add_argument("--no-http", action="store_true", help="leave the HTTP face out")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write everything that was found")
    parser.add_argument("--markdown", action="store_true", help=f"write the tables into docs/{DOCUMENT.name}")
    parser.add_argument(
        "--baseline", metavar="FILE", type=Path, nargs="?", const=BASELINE,
        help=f"compare with a run that was saved, by default in bench/{BASELINE.name}",
    )  # fmt: skip
    parser.add_argument(
        "--save-baseline", metavar="FILE", type=Path, nargs="?", const=BASELINE,
        help=f"save this run to be compared with, by default in bench/{BASELINE.name}",
    )  # fmt: skip
    parser.add_argument(
        "--fail-on-regression", action="store_true", help="exit with status 1 if the comparison shows a regression"
    )
    arguments = parser.parse_args(words)
    try:
        arguments.selection = Selection.of(arguments.only)
    except ValueError as error:
        parser.error(str(error))
    if arguments.fail_on_regression and arguments.baseline is None:
        parser.error("--fail-on-regression needs --baseline to compare with")
    if arguments.markdown and arguments.only:
        parser.error("--markdown writes the tables of everything; leave --only out")
    return arguments
