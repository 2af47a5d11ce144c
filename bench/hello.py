"""A language's hello-world that prints a number of its own: no cache can have seen it, and a mix-up shows."""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import dataclass

from runward.languages import Language

_GREETED = "world"
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A program in one file, and what it prints."""

    name: str
    text: str
    output: str


def hello_from(language: Language, greeted: str) -> Source:
    """Return the definition's hello-world, greeting somebody else."""
    hello = language.hello
    if _GREETED not in hello.source or _GREETED not in hello.stdout:
        raise ValueError(f"the hello-world of {language.name} does not greet the {_GREETED}")
    text = hello.source.replace(_GREETED, greeted)
    name = language.source_name_for(text.encode())
    return Source(name=name, text=text, output=hello.stdout.replace(_GREETED, greeted))


def new_name() -> str:
    """Return a name that nobody has been greeted by, today or ever: a compile cache outlives this process."""
    return f"{os.getpid()}-{time.time_ns()}-{next(_NUMBERS)}"
