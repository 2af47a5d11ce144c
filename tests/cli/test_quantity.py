"""Sizes and times as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typer

from runward.cli.quantity import parse_size, parse_time


@pytest.mark.parametrize(
    ("text", "size"),
    [("4096", 4096), ("64K", 65536), ("64k", 65536), ("256M", 256 << 20), ("1.5G", 3 << 29), ("1 MiB", 1 << 20)],
)
def test_size(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "seconds"), [("2", 2), ("0.5", 0.5), ("2s", 2), ("500ms", 0.5), ("1m", 60), ("1.5 s", 1.5)]
)
def test_time(text: str, seconds: float) -> None:
    assert parse_time(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "much", "-1", "1T", "1e3", "nan", "1 2"])
def test_nonsense_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="256M"):
        parse_size(text)
    with pytest.raises(typer.BadParameter, match="500ms"):
        parse_time(text if text != "1m" else "x")
