"""Turning what a compiler printed into findings, by the rule its definition gives."""

from __future__ import annotations

import re
from itertools import islice

from runward.domain.diagnostic import Diagnostic
from runward.languages.definition import DiagnosticRule

# A hostile source can make a compiler print a finding per byte; nobody reads more than these.
MOST = 200
LONGEST_MESSAGE = 2000


def parse(rule: DiagnosticRule | None, output: str, exit_code: int | None) -> tuple[Diagnostic, ...]:
    """Return the findings in the output; a failure that matches no pattern becomes one finding without a place."""
    found = [_diagnostic(rule, match) for match in islice(rule.pattern.finditer(output), MOST)] if rule else []
    if exit_code != 0 and not any(item.severity == "error" for item in found):
        message = output.strip()[:LONGEST_MESSAGE] or f"the checker failed with exit status {exit_code}"
        found.append(Diagnostic(severity="error", message=message))
    return tuple(found)


def _diagnostic(rule: DiagnosticRule, match: re.Match[str]) -> Diagnostic:
    groups = match.groupdict()
    message = ": ".join(" ".join(text.split()) for name in ("message", "detail") if (text := groups.get(name)))
    severity = groups.get("severity") or rule.severity
    return Diagnostic(
        severity=rule.severities.get(severity, severity),
        message=message[:LONGEST_MESSAGE],
        line=_number(groups.get("line")),
        column=_column(groups, rule.first_column),
        path=_path(groups.get("path")),
        code=groups.get("code"),
    )


def _column(groups: dict[str, str | None], first: int) -> int | None:
    # Some tools give no number, but draw a caret under the place.
    caret = groups.get("caret")
    if caret is not None:
        return len(caret) + 1
    number = _number(groups.get("column"))
    return None if number is None else number - first + 1


def _number(text: str | None) -> int | None:
    return int(text) if text and len(text) < 10 else None


def _path(text: str | None) -> str | None:
    return text.removeprefix("/box/").removeprefix("./") if text else None
