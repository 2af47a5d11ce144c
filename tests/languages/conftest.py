"""What tests of the languages share: the definitions as they ship, and tools that tests make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runward.languages import Registry, default_cache_dir

DEFINITION = """
id = "toy"
name = "Toy"
aliases = ["plaything"]
extensions = [".toy"]
source_name = "main.toy"

[hello]
source = "hello"
stdout = "hello"

[[toolchain]]
name = "toy"

[toolchain.parts.toy]
candidates = ["PATH:toy", "{toolchains}/toys/*/bin/toy", "~/toys/bin/toy"]
newest = true
files = ["bin/toy", "lib"]
version = { command = ["{toy}", "--version"], pattern = 'toy (\\d+\\.\\d+)', minimum = "2" }

[toolchain.run]
argv = ["{toy}", "--heap={heap_mib}", "{entry}", "{arguments}"]
reads = ["/usr/lib"]
parts = ["toy"]
heap = { share = 0.5, reserve_mib = 100, least_mib = 10 }

[toolchain.validate]
argv = ["{toy}", "--check", "{sources}"]
"""


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Return the definitions as they ship, with this host's toolchains."""
    return Registry.load(cache_dir=default_cache_dir())


@pytest.fixture
def definition(tmp_path: Path) -> Callable[..., Path]:
    """Write a small definition with some of its text replaced; return its file."""

    def write(*replacements: tuple[str, str], more: str = "") -> Path:
        text = DEFINITION
        for old, new in replacements:
            assert old in text, f"the definition has no {old!r}"
            text = text.replace(old, new)
        folder = tmp_path / "definitions"
        folder.mkdir(exist_ok=True)
        file = folder / "toy.toml"
        file.write_text(text + more)
        return file

    return write


@pytest.fixture
def make_tool() -> Callable[..., Path]:
    """Write an executable that tells its version, and notes in a log each time it is run."""

    def make(path: Path, version: str, *, mode: int = 0o755) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho asked >> "{path.parent}/log"\necho "toy {version}"\n')
        path.chmod(mode)
        return path

    return make
