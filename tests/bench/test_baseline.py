"""A saved run, and what has become worse since."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.baseline import Baseline, Change, NoBaseline, compare, describe_changes
from bench.contestant import ENGINE, Role
from bench.sample import Row
from tests.bench.findings import group, ready, report, row


def saved(own: float, *, peer: float = 20, kib: int = 100, more: tuple[Row, ...] = ()) -> Baseline:
    """Return what a run in which bare took 10 ms leaves when it is written and read again."""
    rows = (row("bare process", Role.BARE, 10), row("bwrap", Role.PEER, peer), row(ENGINE, Role.OWN, own), *more)
    return Baseline.from_json(report([group(*rows)], slots=[ready("go", "runward-core", kib)]).to_json())


def test_a_written_run_is_read_as_its_ratios_and_its_memory() -> None:
    found = saved(5)

    assert found.date == "2026-01-02"
    assert found.ratios == {f"python: {ENGINE}": 0.5}
    assert found.memory_kib == {"ready slot: go, runward-core": 100}


def test_a_run_is_compared_with_itself_without_a_regression() -> None:
    changes = compare(saved(5), saved(5))

    assert [change.factor for change in changes] == [1, 1]
    assert not any(change.regressed for change in changes)


def test_a_ratio_that_grew_by_more_than_a_quarter_is_a_regression() -> None:
    assert [change.regressed for change in compare(saved(4), saved(5))] == [False, False]
    assert [change.name for change in compare(saved(4), saved(5.1)) if change.regressed] == [f"python: {ENGINE}"]


def test_heavier_slots_are_a_regression() -> None:
    changes = compare(saved(4, kib=100), saved(4, kib=130))

    assert [change.name for change in changes if change.regressed] == ["ready slot: go, runward-core"]


def test_what_becomes_of_a_peer_is_no_regression_of_ours() -> None:
    assert not any(change.regressed for change in compare(saved(4, peer=20), saved(4, peer=80)))


def test_what_only_one_of_the_runs_measured_is_told_and_no_regression() -> None:
    more = saved(4, more=(row("runward HTTP", Role.OWN, 6),))
    changes = compare(more, saved(4))

    assert changes[-1] == Change(name="python: runward HTTP", before=0.6, now=None)
    assert not any(change.regressed for change in changes)
    assert "not in this run: python: runward HTTP" in describe_changes(more, changes)


def test_the_worst_change_is_told_first() -> None:
    told = describe_changes(saved(4), compare(saved(4, kib=100), saved(8, kib=50))).splitlines()

    assert told[0].startswith("Compared with 2026-01-02 (An invented one, 2 cores): 1 of 2 numbers")
    assert told[2] == f"- python: {ENGINE}: 0.40 → 0.80 (+100%, REGRESSION)"
    assert told[3] == "- ready slot: go, runward-core: 100.00 → 50.00 (-50%, no worse)"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "rows": []}'])
def test_what_is_no_saved_run_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)

    with pytest.raises(NoBaseline, match=r"baseline\.json cannot be compared with"):
        Baseline.read(path)


def test_a_baseline_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(NoBaseline, match=r"missing\.json"):
        Baseline.read(tmp_path / "missing.json")
