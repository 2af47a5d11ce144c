"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def lines_of(heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """Return a table whose first ``left`` columns are aligned left, the others right."""
    ruler = "|" + "---|" * left + "---:|" * (len(heads) - left)
    return "\n".join(["| " + " | ".join(heads) + " |", ruler, *("| " + " | ".join(row) + " |" for row in rows)])
