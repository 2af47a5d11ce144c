"""The tables that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.arguments import DOCUMENT
from bench.contestant import ENGINE, Role
from bench.table import to_markdown, write_document
from bench.target import Measure, Target, Verdict, judge
from tests.bench.findings import group, ready, report, row

PYTHON = group(
    row("bare process", Role.BARE, 10, rates=[(1, 90), (64, 170)]),
    row("bwrap", Role.PEER, 12, rates=[(1, 70)]),
    row(ENGINE, Role.OWN, 1.5, rates=[(1, 400), (64, 300)]),
)
PYTHON.rows[1].crowd = False


def line_for(measure: Measure, reach: float) -> str:
    target = Target(what="it", of="python", measure=measure, reach=reach)
    text = to_markdown(report(verdicts=[judge(target, {"python": PYTHON}, [])]))
    return next(line for line in text.splitlines() if line.startswith("| it |"))


@pytest.mark.parametrize(
    ("measure", "reach", "line"),
    [
        (Measure.P50, 2, "| it | 10.00 ms | 12.00 ms (bwrap) | ≤ 2 ms | 1.50 ms | yes |"),
        (Measure.P50, 1, "| it | 10.00 ms | 12.00 ms (bwrap) | ≤ 1 ms | 1.50 ms | **no** |"),
        (
            Measure.TIMES_BARE,
            0.5,
            "| it | 10.00 ms | 12.00 ms (bwrap) | ≤ 0.5 times bare | 0.15 times bare (1.50 ms) | yes |",
        ),
        (
            Measure.OVER_BARE,
            10,
            "| it | 10.00 ms | 12.00 ms (bwrap) | ≤ bare + 10 ms | bare -8.5 ms (1.50 ms) | yes |",
        ),
        (Measure.RATE, 250, "| it | 170/s | 70/s (bwrap) | ≥ 250/s | 400/s (1 client) | yes |"),
    ],
)
def test_a_target_is_one_line_with_what_was_measured_beside_it(measure: Measure, reach: float, line: str) -> None:
    assert line_for(measure, reach) == line


def test_a_target_without_a_measurement_says_why_and_is_neither_met_nor_missed() -> None:
    target = Target(what="it", of="python", measure=Measure.P50, reach=2)
    text = to_markdown(report(verdicts=[Verdict(target=target, reason="not measured")]))

    assert "| it |  |  | ≤ 2 ms | not measured |  |" in text


def test_the_numbers_to_reach_come_first() -> None:
    target = Target(what="it", of="python", measure=Measure.P50, reach=2)
    text = to_markdown(report([PYTHON], [judge(target, {"python": PYTHON}, [])]))

    assert text.index("| it |") < text.index("Python hello: milliseconds")


def test_growth_is_told_of_those_that_were_tried_with_many_clients() -> None:
    text = to_markdown(report([PYTHON]))

    assert "| clients at once | 1 | 64 |" in text
    assert f"| python: {ENGINE} | 400; 1.0 / 1.0 | 300; 1.0 / 1.0 |" in text
    assert "| python: bwrap |" not in text


def test_a_ready_slot_is_told_with_what_waits_in_it() -> None:
    slots = [ready("python", "python3.11", 3000), ready("go", "runward-core", 200)]
    text = to_markdown(report(slots=slots))

    assert "| python | python3.11 | 3000 | 1500 |  |" in text
    assert "| go | init alone | 200 | 100 |  |" in text


def test_the_json_holds_every_row_target_and_slot() -> None:
    target = Target(what="it", of="python", measure=Measure.P50, reach=2)
    verdicts = [judge(target, {"python": PYTHON}, [])]
    found = json.loads(report([PYTHON], verdicts, [ready("go", "runward-core", 200)]).to_json())

    assert found["machine"]["processor"] == "An invented one"
    assert [(each["target"]["what"], each["value"], each["met"]) for each in found["targets"]] == [("it", 1.5, True)]
    (workload,) = found["workloads"]
    assert [each["name"] for each in workload["rows"]] == ["bare process", "bwrap", ENGINE]
    assert workload["rows"][2]["milliseconds"]["p99"] == 1.5
    assert [each["clients"] for each in workload["rows"][2]["clients"]] == [1, 64]
    assert found["ready_slots"][0]["median"]["pss_kib"] == 200


def test_the_tables_are_put_between_the_marks_and_nothing_else_changes(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("before\n<!-- table: script/bench -->\nold\n<!-- end of the table -->\nafter\n")

    write_document(document, "new \\1\n")

    expected = "before\n<!-- table: script/bench -->\nnew \\1\n<!-- end of the table -->\nafter\n"
    assert document.read_text() == expected


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("nothing\n")

    with pytest.raises(ValueError, match="to put the table between"):
        write_document(document, "new\n")
    assert document.read_text() == "nothing\n"


def test_the_document_has_one_place_for_the_tables() -> None:
    text = DOCUMENT.read_text()

    assert text.count("<!-- table: script/bench -->") == text.count("<!-- end of the table -->") == 1
