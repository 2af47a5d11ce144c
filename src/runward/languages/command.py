"""A step's command as the sandbox is given it, and the placeholders it is made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runward.domain.limits import LimitRequest
from runward.languages.definition import MemoryRule

PLACEHOLDER = re.compile(r"\{([a-z_.0-9]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPath:
    """A file or folder of the host that a step's root must hold, read-only; ``target`` is where, if elsewhere."""

    source: str
    target: str | None = None

    @property
    def inside(self) -> str:
        """Return the path within the root."""
        return self.target or self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCommand:
    """What one step executes.

    ``argv[0]`` is an absolute path, or ``./name`` within the work folder.  ``reads`` depends on runtime and step alone.
    ``files`` are put into the work folder where the caller sent none of that name.  ``outputs`` are patterns of what
    the compile step hands to the run step.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    reads: tuple[ReadPath, ...]
    limits: LimitRequest
    outputs: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    memory_exhausted: MemoryRule | None = None


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders filled; a name in braces that is not known stays as it is."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def fill_all(
    templates: Sequence[str], values: Mapping[str, str], lists: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Return the templates filled; one that is nothing but a list's placeholder becomes all of that list."""
    return tuple(_filled(templates, values, lists))


def _filled(templates: Sequence[str], values: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for template in templates:
        whole = PLACEHOLDER.fullmatch(template)
        if whole and whole[1] in lists:
            yield from lists[whole[1]]
        else:
            yield fill(template, values)
