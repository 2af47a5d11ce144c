"""The hostile suite once more, as an ordinary user in a delegated control group, by the command that operators have.

Collected for root only (conftest.py): only root can delegate.  Whoever is an ordinary user already has run the suite as
one in test_hostile.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runward.hostile.case import SCALE
from tests.ordinary_user import IDS_OF_ITS_OWN, runward_as_user


@pytest.mark.parametrize(
    ("id_range", "chosen"),
    [
        pytest.param("", (), id="one-id-for-all-slots"),
        pytest.param(IDS_OF_ITS_OWN, ("processes/", "files/", "kernel/"), id="ids-of-its-own-for-each-slot"),
    ],
)
def test_every_promise_holds_for_an_ordinary_user(repository: Path, id_range: str, chosen: tuple[str, ...]) -> None:
    ran = runward_as_user(
        repository,
        *("doctor", "--hostile", "--json"),
        *(f"--only={word}" for word in chosen),
        id_range=id_range,
        timeout_seconds=1800 * SCALE,
        environment={"RUNWARD_HOSTILE_SCALE": f"{SCALE}"},
    )
    assert ran.stdout, ran.stderr[-5000:]
    report = json.loads(ran.stdout)
    assert not report["root"]
    broken = [f"{trial['program']} {trial['kind']}: {trial}" for trial in report["trials"] if trial["state"] != "holds"]
    assert not broken, "\n".join([*broken, ran.stderr[-5000:]])
    assert report["left_behind"] == []
    assert ran.returncode == 0
