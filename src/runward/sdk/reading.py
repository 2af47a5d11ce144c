"""Reading JSON into values: what is not known is left out, what is missing keeps its default."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from runward.sdk.errors import AnswerNotUnderstood

T = TypeVar("T")
Converters = Mapping[str, Callable[[Any], Any]]


def read(kind: type[T], told: Mapping[str, Any], converters: Converters) -> T:
    """Return the dataclass that is told of; a null stays None."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # T is a dataclass, which cannot be said
    values = {name: value for name, value in told.items() if name in names}
    for name, convert in converters.items():
        if values.get(name) is not None:
            values[name] = convert(values[name])
    return kind(**values)


def understand(body: bytes | str, parse: Callable[[Any], T]) -> T:
    """Return what the body tells; AnswerNotUnderstood where it is no JSON, or nothing that we know."""
    try:
        told = json.loads(body)
    except ValueError as error:
        raise AnswerNotUnderstood("the answer is not JSON; is there a Runward server at this URL?") from error
    try:
        return parse(told)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise AnswerNotUnderstood(
            f"the server's answer is not understood ({error}); update it, or this client"
        ) from error


TIMES: Converters = dict.fromkeys(
    ("created_at", "updated_at", "queued_at", "started_at", "finished_at"), datetime.fromisoformat
)
IDS: Converters = {"id": UUID, "execution_id": UUID, "session_id": UUID}
