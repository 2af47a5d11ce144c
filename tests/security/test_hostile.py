"""Every hostile case, through the real stack, as whoever runs the tests."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from runward.settings import load_settings
from runward.wiring import open_registry
from tests.security.case import CLASSES, LANGUAGES, load, paths
from tests.security.stack import Stack

ROOTLESS = os.geteuid() != 0


def _programs() -> list[Path]:
    if not ROOTLESS:
        return paths()
    # A toolchain may lie where only the administrator may read; as root, every language must be there.
    statuses = open_registry(load_settings()).statuses()
    there = {status.id for status in statuses if status.available}
    return [path for path in paths() if LANGUAGES[path.suffix][0] in there]


PROGRAMS = _programs()


@pytest.mark.parametrize("path", PROGRAMS, ids=[f"{path.parent.name}-{path.stem}" for path in PROGRAMS])
async def test_promise_holds(stack: Stack, path: Path) -> None:
    complaints = await stack.complaints(load(path, rootless=ROOTLESS))
    assert not complaints, "\n".join(complaints)


def test_every_class_has_its_cases() -> None:
    count = Counter(path.parent.name for path in PROGRAMS)
    assert set(count) == set(CLASSES)
    assert min(count.values()) >= 3
    assert sum(count.values()) >= 66
