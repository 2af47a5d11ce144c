"""The workers: what they run, and that they look at what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.contestant import WrongResult
from bench.crew import ENVIRONMENT, Crew

CAT = {"argv": ["/bin/cat"], "environment": ENVIRONMENT, "count": 2}


@pytest.fixture(scope="module")
async def crew() -> AsyncIterator[Crew]:
    async with Crew(2) as crew:
        yield crew


def printing(text: str, *, expect: str) -> dict[str, object]:
    return {"argv": ["/bin/echo", text], "environment": ENVIRONMENT, "expect": expect, "count": 3}


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_each_worker_tells_how_long_each_of_its_runs_took(crew: Crew) -> None:
    answers = await crew.ask([printing("yes", expect="yes\n")] * 2)

    assert [len(answer) for answer in answers] == [3, 3]
    assert all(each > 0 for answer in answers for each in answer)


async def test_a_wrong_output_fails_the_order_and_the_worker_goes_on(crew: Crew) -> None:
    with pytest.raises(WrongResult, match=r"printed b'no\\n' in place of 'yes\\n'"):
        await crew.ask([printing("no", expect="yes\n"), printing("yes", expect="yes\n")])

    assert len(await crew.ask([printing("yes", expect="yes\n")] * 2)) == 2


async def test_a_status_that_is_not_zero_fails_the_order(crew: Crew) -> None:
    with pytest.raises(WrongResult, match="ended with 1"):
        await crew.ask([{"argv": ["/bin/false"], "environment": ENVIRONMENT, "expect": "", "count": 1}])


async def test_one_run_takes_all_inputs_and_checks_each(crew: Crew, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1\n")
    (tmp_path / "two").write_text("2\n")
    order = {**CAT, "folder": str(tmp_path)}

    (answer,) = await crew.ask([{**order, "inputs": [["one", "1\n"], ["two", "2\n"]]}])

    assert len(answer) == 2
    with pytest.raises(WrongResult, match="in place of"):
        await crew.ask([{**order, "inputs": [["one", "1\n"], ["two", "1\n"]]}])


async def test_a_source_is_built_in_a_folder_of_its_own_that_is_gone_afterwards(crew: Crew, tmp_path: Path) -> None:
    copy = {"argv": ["/bin/cp", "source", "built"], "environment": ENVIRONMENT}
    show = {"argv": ["/bin/cat", "built"], "environment": ENVIRONMENT}
    order = {
        "parent": str(tmp_path),
        "files": {"source": "number {id}\n"},
        "steps": [copy, show],
        "expect": "number {id}\n",
        "count": 2,
    }

    (answer,) = await crew.ask([order])

    assert len(answer) == 2
    assert names_in(tmp_path) == []


async def test_every_source_that_is_built_is_another(crew: Crew, tmp_path: Path) -> None:
    # Each writes its number to a file that must not be there yet.
    once = {"argv": ["/bin/mkdir", f"{tmp_path}/{{id}}-seen"], "environment": ENVIRONMENT}
    order = {"parent": str(tmp_path), "files": {}, "steps": [once], "expect": "", "count": 3}

    await crew.ask([order, order])

    assert len(names_in(tmp_path)) == 6


async def test_whatever_goes_wrong_in_a_worker_is_an_answer(crew: Crew) -> None:
    with pytest.raises(WrongResult, match="argv"):
        await crew.ask([{"steps": [{}], "parent": "/nonexistent", "files": {}, "count": 1}])

    assert len(await crew.ask([printing("yes", expect="yes\n")])) == 1
