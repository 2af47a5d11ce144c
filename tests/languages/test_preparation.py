"""What is made ahead is made once, whole or not at all, and can be read by the box."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runward.domain.outcome import Step
from runward.languages import DefinitionError, PreparationError, Registry
from runward.languages.preparation import prepare

PREPARE = """
[toolchain.prepare]
argv = ["/usr/bin/env", "cp", "note.txt", "{prepared}/note.txt"]
use = ["run"]
files = { "note.txt" = "for {version}" }
"""


@pytest.fixture
def load(definition: Callable[..., Path], make_tool: Callable[..., Path], tmp_path: Path) -> Callable[..., Registry]:
    """Return a registry whose toy has a preparation."""
    make_tool(tmp_path / "toys" / "1" / "bin" / "toy", "2.1")

    def registry(more: str = PREPARE) -> Registry:
        arguments = ('"{entry}"', '"{prepared_arguments}", "{entry}"')
        path = definition(arguments, ('parts = ["toy"]', 'parts = ["toy"]\nprepared_arguments = ["--with={prepared}"]'))
        path.write_text(path.read_text().replace("\n[toolchain.validate]", f"{more}\n[toolchain.validate]"))
        return Registry.load([path.parent], toolchain_dirs=[tmp_path], cache_dir=tmp_path / "cache")

    return registry


def prepared_in(cache_dir: Path) -> list[Path]:
    """Return what lies beside the locks."""
    return [path for path in (cache_dir / "prepared").iterdir() if path.suffix != ".lock"]


def test_a_preparation_is_made_once_and_found_again(load: Callable[..., Registry]) -> None:
    first = load()
    assert not first.is_prepared("toy")
    folder = first.prepare("toy").prepared
    assert folder is not None
    assert (folder / "note.txt").read_text() == "for 2.1"
    made = (folder / "note.txt").stat().st_mtime_ns
    second = load()
    assert second.is_prepared("toy")
    assert second.prepare("toy").prepared == folder
    assert (folder / "note.txt").stat().st_mtime_ns == made


def test_the_steps_that_use_it_are_given_it(load: Callable[..., Registry]) -> None:
    registry = load()
    before = registry.runtime("toy").run_command(entry="a.toy", sources=["a.toy"], arguments=(), memory_bytes=1 << 27)
    assert not any("--with" in word for word in before.argv)
    runtime = registry.prepare("toy")
    after = runtime.run_command(entry="a.toy", sources=["a.toy"], arguments=(), memory_bytes=1 << 27)
    shown = next(read for read in after.reads if read.source == str(runtime.prepared))
    assert f"--with={shown.inside}" in after.argv
    assert str(runtime.prepared) not in [read.source for read in runtime.reads(Step.VALIDATE)]


def test_the_box_may_read_it(load: Callable[..., Registry]) -> None:
    folder = load().prepare("toy").prepared
    assert folder is not None
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "note.txt").stat().st_mode & 0o777 == 0o644


def test_a_failed_preparation_leaves_nothing_and_says_why(load: Callable[..., Registry], tmp_path: Path) -> None:
    registry = load(PREPARE.replace('"note.txt", "{prepared}', '"absent.txt", "{prepared}'))
    with pytest.raises(PreparationError, match=r"absent\.txt"):
        registry.prepare("toy")
    assert not prepared_in(tmp_path / "cache")
    assert registry.runtime("toy").prepared is None


def test_commands_are_executed_in_turn(load: Callable[..., Registry]) -> None:
    commands = [
        ["/usr/bin/env", "cp", "note.txt", "first.txt"],
        ["/usr/bin/env", "cp", "first.txt", "{prepared}/last.txt"],
    ]
    one = next(line for line in PREPARE.splitlines() if line.startswith("argv"))
    folder = load(PREPARE.replace(one, f"commands = {commands}")).prepare("toy").prepared
    assert folder is not None
    assert [path.name for path in folder.iterdir()] == ["last.txt"]
    assert (folder / "last.txt").read_text() == "for 2.1"


def test_what_it_depends_on_makes_it_another(load: Callable[..., Registry], tmp_path: Path) -> None:
    header = tmp_path / "include" / "header.h"
    header.parent.mkdir()
    header.write_text("int old;")
    more = f'{PREPARE}\ndepends = ["{tmp_path}/*/header.h"]'
    first = load(more).prepare("toy").prepared
    assert load(more).is_prepared("toy")
    header.write_text("long newer;")
    again = load(more)
    assert not again.is_prepared("toy")
    assert again.prepare("toy").prepared != first


def test_flags_that_it_was_not_made_for_get_none_of_it(load: Callable[..., Registry]) -> None:
    more = f'{PREPARE}\n[toolchain.compile]\nargv = ["{{toy}}", "{{prepared_arguments}}", "{{flags}}"]\noutputs = ["main"]\n'
    more += (
        'parts = ["toy"]\nprepared_arguments = ["--with={prepared}"]\nprepared_environment = { WITH = "{prepared}" }\n'
    )
    more += "prepared_flags = '-O2|-W[a-z]+'"
    runtime = load(more.replace('use = ["run"]', 'use = ["compile"]')).prepare("toy")

    def compiled(*flags: str) -> tuple[bool, bool]:
        command = runtime.compile_command(sources=["a.toy"], entry="a.toy", flags=flags, memory_bytes=1 << 27)
        assert command is not None
        assert str(runtime.prepared) in [read.source for read in command.reads]
        return any("--with" in word for word in command.argv), "WITH" in command.environment

    assert compiled() == compiled("-O2", "-Wall") == (True, True)
    assert compiled("-O3") == compiled("-Wall", "-g") == compiled("-O2\n-O3") == (False, False)


@pytest.mark.parametrize("commands", ['["one"]', "[[]]", "[[1]]", '"one"'])
def test_commands_are_lists_of_words(commands: str, load: Callable[..., Registry]) -> None:
    one = next(line for line in PREPARE.splitlines() if line.startswith("argv"))
    with pytest.raises(DefinitionError, match="list of lists"):
        load(PREPARE.replace(one, f"commands = {commands}"))


def test_a_preparation_that_takes_too_long_fails_like_any_other(load: Callable[..., Registry], tmp_path: Path) -> None:
    one = next(line for line in PREPARE.splitlines() if line.startswith("argv"))
    registry = load(PREPARE.replace(one, 'argv = ["/usr/bin/env", "sleep", "60"]'))
    with pytest.raises(PreparationError, match="longer than"):
        prepare(registry.runtime("toy").found, tmp_path / "cache", timeout_seconds=0.1)
    assert not prepared_in(tmp_path / "cache")


def test_two_languages_can_be_prepared_at_the_same_time(load: Callable[..., Registry], tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    os.mkfifo(meeting)  # whoever comes first waits there for the other
    one = next(line for line in PREPARE.splitlines() if line.startswith("argv"))
    words = (["tee", str(meeting)], ["cp", str(meeting), "{prepared}/note.txt"])
    both = [load(PREPARE.replace(one, f"argv = {['/usr/bin/env', *each]}")).runtime("toy").found for each in words]
    with ThreadPoolExecutor(2) as threads:
        folders = list(threads.map(lambda found: prepare(found, tmp_path / "cache", timeout_seconds=60), both))
    assert sorted(map(str, prepared_in(tmp_path / "cache"))) == sorted(map(str, folders))
