"""The correlation id: one name for everything that one request caused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from runward.domain.ids import new_id

_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)


def new_correlation_id() -> str:
    """Return an id that no other request has."""
    return new_id().hex


def current_correlation_id() -> str | None:
    """Return the id of the request in hand, None outside of one."""
    return _correlation_id.get()


@contextmanager
def bind_correlation_id(correlation_id: str) -> Iterator[None]:
    """Name everything done within the block, in this task and in those it starts, by this id."""
    token = _correlation_id.set(correlation_id)
    try:
        yield
    finally:
        _correlation_id.reset(token)
