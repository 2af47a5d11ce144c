"""Whatever can change what a compiler answers changes the key, and nothing else does."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from runward.domain.limits import LimitRequest, Limits
from runward.domain.outcome import Step
from runward.engine.cache import key_of
from runward.engine.step import StepOrder
from runward.languages import Registry, StepCommand, identity_of
from runward.sandbox import BoxFile

COMMAND = StepCommand(argv=("/usr/bin/cc", "-O2", "main.c"), environment={}, reads=(), limits=LimitRequest())
ORDER = StepOrder(
    step=Step.COMPILE,
    kind="c.compile",
    command=COMMAND,
    environment={"LANG": "C", "PATH": "/usr/bin"},
    files=(BoxFile(path="main.c", content=b"int x;"), BoxFile(path="a.h", content=b"")),
    limits=Limits(),
    collect=("main",),
    max_files=10,
)


def with_files(*files: BoxFile) -> StepOrder:
    return replace(ORDER, files=files)


def with_argv(*argv: str) -> StepOrder:
    return replace(ORDER, command=replace(COMMAND, argv=argv))


OTHERS = {
    "content": with_files(BoxFile(path="main.c", content=b"int y;"), ORDER.files[1]),
    "path": with_files(BoxFile(path="main.cc", content=b"int x;"), ORDER.files[1]),
    "executable bit": with_files(BoxFile(path="main.c", content=b"int x;", executable=True), ORDER.files[1]),
    "one file less": with_files(ORDER.files[0]),
    "one file more": with_files(*ORDER.files, BoxFile(path="b.h", content=b"")),
    "content that moved into the name": with_files(BoxFile(path="main.cint", content=b" x;"), ORDER.files[1]),
    "content that moved to the next file": with_files(
        BoxFile(path="main.c", content=b""), BoxFile(path="a.h", content=b"int x;")
    ),
    "flag": with_argv("/usr/bin/cc", "-O3", "main.c"),
    "order of flags": with_argv("/usr/bin/cc", "main.c", "-O2"),
    "two words in one": with_argv("/usr/bin/cc", "-O2 main.c"),
    "variable": replace(ORDER, environment={"LANG": "C", "PATH": "/bin"}),
    "variable whose name ends elsewhere": replace(ORDER, environment={"LANG": "C", "PATH/usr": "/bin"}),
    "outputs": replace(ORDER, collect=("main", "*.so")),
    "most outputs": replace(ORDER, max_files=11),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_order_has_another_key(what: str) -> None:
    assert key_of(OTHERS[what], b"gcc") != key_of(ORDER, b"gcc")


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_another_limit_has_another_key(name: str) -> None:
    value: Any = timedelta(seconds=77) if name.endswith("_time") else 77

    assert key_of(replace(ORDER, limits=replace(ORDER.limits, **{name: value})), b"gcc") != key_of(ORDER, b"gcc")


def test_another_runtime_has_another_key() -> None:
    assert key_of(ORDER, b"gcc 12") != key_of(ORDER, b"gcc 13")


def test_the_order_in_which_files_and_variables_are_sent_makes_no_other_key() -> None:
    turned = replace(ORDER, files=ORDER.files[::-1], environment=dict(reversed(ORDER.environment.items())))

    assert key_of(turned, b"gcc") == key_of(ORDER, b"gcc")


TOY = """
id = "toy"
name = "Toy"
extensions = [".toy"]
source_name = "main.toy"

[hello]
source = "hello"
stdout = "hello"

[[toolchain]]
name = "toy"

[toolchain.parts.toy]
candidates = ["{toolchains}/bin/toy"]
home = 1
files = ["bin/toy", "lib"]
version = { command = ["{toy}"], pattern = '(\\d+)', minimum = "1" }

[toolchain.compile]
argv = ["{toy}", "{sources}"]
reads = []
parts = ["toy"]
outputs = ["main"]

[toolchain.run]
argv = ["./main", "{arguments}"]
reads = []

[toolchain.validate]
argv = ["{toy}", "{sources}"]
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Make a toolchain and its definition; return their folder."""
    for folder in ("bin", "lib", "languages"):
        (tmp_path / folder).mkdir()
    for file in ("lib/library", "packages"):
        (tmp_path / file).touch()
    (tmp_path / "bin/toy").write_text("#!/bin/sh\necho toy 1\n")
    (tmp_path / "bin/toy").chmod(0o755)
    (tmp_path / "languages/toy.toml").write_text(TOY)
    return tmp_path


def toy_identity(folder: Path) -> bytes:
    registry = Registry.load([folder / "languages"], toolchain_dirs=[folder])
    return identity_of(registry.runtime("toy"), Step.COMPILE, databases=[str(folder / "packages")])


def renew(path: Path) -> None:
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "tool replaced by one of the same size": lambda toy: renew(toy / "bin/toy"),
    "tool of another version": lambda toy: (toy / "bin/toy").write_text("#!/bin/sh\necho toy 2\n"),
    "file replaced in a folder that the root holds": lambda toy: (toy / "lib/library").rename(toy / "lib/other"),
    "package installed or removed": lambda toy: (toy / "packages").write_text("one more"),
    "definition": lambda toy: (toy / "languages/toy.toml").write_text(TOY + "# other\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_toolchain_or_definition_is_another_runtime(toy: Path, change: str) -> None:
    before = toy_identity(toy)

    CHANGES[change](toy)

    assert toy_identity(toy) != before


def test_the_same_toolchain_is_the_same_runtime_in_the_next_process(toy: Path) -> None:
    assert toy_identity(toy) == toy_identity(toy)
