"""What a compiler or checker says about one place in a program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding of a compiler; line and column count from 1, None where the tool gives none."""

    severity: str
    message: str
    line: int | None = None
    column: int | None = None
    path: str | None = None
    code: str | None = None
