"""What can be chosen to be measured alone."""

from __future__ import annotations

import pytest

from bench.workload import WORKLOADS, Selection, selectable


def test_no_names_select_everything() -> None:
    assert all(workload.name in Selection() for workload in WORKLOADS)


def test_a_language_selects_all_that_is_measured_of_it() -> None:
    selection = Selection.of(["go"])

    assert [workload.name for workload in WORKLOADS if workload.name in selection] == ["go-first", "go-again"]
    assert selection.languages() == ["go"]


def test_one_workload_can_be_selected_alone() -> None:
    selection = Selection.of(["java-again", "true"])

    assert [workload.name for workload in WORKLOADS if workload.name in selection] == ["true", "java-again"]


def test_many_inputs_need_the_language_of_their_program() -> None:
    assert Selection.of(["inputs-long"]).languages() == ["cpp"]


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no 'perl' to measure; there are: .*python"):
        Selection.of(["perl"])


def test_all_that_can_be_selected_is_named_once() -> None:
    assert len(set(selectable())) == len(selectable())
    assert {workload.name for workload in WORKLOADS} < set(selectable())
