"""Logs are lines of JSON that name their request and hold no secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from runward.telemetry import bind_correlation_id, configure_logs, current_correlation_id, new_correlation_id


@pytest.fixture(autouse=True)
def _restored_logs() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    structlog.reset_defaults()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_our_logs_and_the_libraries_have_one_format_and_the_request_id(tmp_path: Path) -> None:
    log = tmp_path / "log"
    configure_logs(as_json=True, file=log, environment="production")

    with bind_correlation_id("request-1"):
        structlog.get_logger("runward.test").info("ours", port=1)
        logging.getLogger("library").warning("theirs %s", 2)
    structlog.get_logger("runward.test").info("outside")

    ours, theirs, outside = lines(log)
    assert (ours["event"], ours["port"], ours["level"]) == ("ours", 1, "info")
    assert theirs["event"] == "theirs 2"
    assert ours["correlation_id"] == theirs["correlation_id"] == "request-1"
    assert "correlation_id" not in outside
    assert {line["environment"] for line in (ours, theirs, outside)} == {"production"}


def test_level_holds(tmp_path: Path) -> None:
    log = tmp_path / "log"
    configure_logs(level="warning", as_json=True, file=log)

    structlog.get_logger().info("no")
    structlog.get_logger().warning("yes")

    assert [line["event"] for line in lines(log)] == ["yes"]


@pytest.mark.parametrize("as_json", [True, False])
def test_traceback_shows_no_local_variables(tmp_path: Path, *, as_json: bool) -> None:
    log = tmp_path / "log"
    configure_logs(as_json=as_json, file=log)
    password = "hunter" + "2"

    try:
        raise ValueError(len(password))
    except ValueError:
        structlog.get_logger().exception("failed")

    assert "ValueError" in log.read_text()
    assert password not in log.read_text()


def test_ids_differ_and_are_bound_only_within_the_block() -> None:
    first, second = new_correlation_id(), new_correlation_id()
    assert first != second
    with bind_correlation_id(first):
        with bind_correlation_id(second):
            assert current_correlation_id() == second
        assert current_correlation_id() == first
    assert current_correlation_id() is None
