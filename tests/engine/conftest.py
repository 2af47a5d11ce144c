"""An engine with every language of this host, opened once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from runward.engine import Engine, ExecutionSpec, InputFile
from runward.languages import Registry
from runward.settings import Settings, load_settings
from runward.wiring import open_engine, open_registry

PROGRAMS = Path(__file__).parent / "programs"
LANGUAGES = ("c", "cpp", "csharp", "go", "java", "javascript", "python", "rust", "typescript")


@pytest.fixture(scope="session")
def settings() -> Settings:
    # Every test compiles for itself; what is kept has tests of its own.
    return load_settings(RUNWARD_COMPILE_CACHE_MB=0)


@pytest.fixture(scope="session")
def registry(settings: Settings) -> Registry:
    return open_registry(settings)


@pytest.fixture(scope="session")
async def engine(settings: Settings, registry: Registry) -> AsyncIterator[Engine]:
    async with open_engine(settings, registry=registry) as engine:
        yield engine


def program(folder: Path, *, without: tuple[str, ...] = (), **parts: Any) -> ExecutionSpec:
    """Return the specification of the program whose files stand in a folder; the one above it names the language."""
    files = tuple(
        InputFile(path=str(path.relative_to(folder)), content=path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and str(path.relative_to(folder)) not in without
    )
    return ExecutionSpec(language=folder.parent.name, files=files, **parts)


def python(source: str, **parts: Any) -> ExecutionSpec:
    """Return the specification of a Python program."""
    return ExecutionSpec(language="python", files=(InputFile(path="main.py", content=source.encode()),), **parts)


def c(source: str, **parts: Any) -> ExecutionSpec:
    """Return the specification of a C program."""
    return ExecutionSpec(language="c", files=(InputFile(path="main.c", content=source.encode()),), **parts)
