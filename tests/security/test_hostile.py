"""Every hostile case, through the real stack, as whoever runs the tests."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.security.case import CLASSES, load, paths
from tests.security.stack import Stack

ROOTLESS = os.geteuid() != 0
PROGRAMS = paths()


@pytest.mark.parametrize("path", PROGRAMS, ids=[f"{path.parent.name}-{path.stem}" for path in PROGRAMS])
async def test_promise_holds(stack: Stack, path: Path) -> None:
    complaints = await stack.complaints(load(path, rootless=ROOTLESS))
    assert not complaints, "\n".join(complaints)


def test_every_class_has_its_cases() -> None:
    count = Counter(path.parent.name for path in PROGRAMS)
    assert set(count) == set(CLASSES)
    assert min(count.values()) >= 3
    assert sum(count.values()) >= 66
