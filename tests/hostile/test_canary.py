"""The canaries sing when something was changed or reached."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runward.hostile.canary import Canaries


@pytest.fixture
def canaries() -> Iterator[Canaries]:
    with Canaries(Path(tempfile.mkdtemp(prefix="runward-canary-"))) as opened:
        yield opened


def test_untouched_canaries_are_silent(canaries: Canaries) -> None:
    assert canaries.complaints() == []


def test_changed_file_is_told(canaries: Canaries) -> None:
    Path(canaries.values()["PUBLIC"]).write_text("changed")
    assert "public file" in canaries.complaints()[0]


def test_planted_file_is_told(canaries: Canaries) -> None:
    Path(canaries.values()["OPEN_DIR"], "planted").write_text("x")
    assert "planted" in canaries.complaints()[0]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_visitor_is_told(canaries: Canaries, family: socket.AddressFamily) -> None:
    values = canaries.values()
    address = ("127.0.0.1", int(values["TCP_PORT"])) if family is socket.AF_INET else f"\0{values['ABSTRACT']}"
    with socket.socket(family) as visitor:
        visitor.connect(address)
        assert "reached" in canaries.complaints()[0]
