"""Languages are found by any of their names, and toolchains only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runward.domain.errors import LanguageUnavailable, UnknownLanguage
from runward.languages import Registry


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("c++", "cpp"),
        ("C++", "cpp"),
        ("py", "python"),
        ("js", "javascript"),
        ("node", "javascript"),
        ("ts", "typescript"),
        ("golang", "go"),
        ("c#", "csharp"),
        ("cs", "csharp"),
        ("rs", "rust"),
        ("java", "java"),
        (" c ", "c"),
    ],
)
def test_an_alias_names_its_language(registry: Registry, name: str, language: str) -> None:
    assert registry.get(name).id == language


def test_an_unknown_name_is_answered_with_the_known_ones(registry: Registry) -> None:
    with pytest.raises(UnknownLanguage, match="'klingon'; known are: ada, assembly, bash"):
        registry.get("klingon")


@pytest.mark.parametrize(
    ("path", "language"), [("a/b.py", "python"), ("x.CPP", "cpp"), ("m.mjs", "javascript"), ("m.cts", "typescript")]
)
def test_an_extension_tells_the_language(registry: Registry, path: str, language: str) -> None:
    found = registry.find_by_extension(path)
    assert found is not None
    assert found.id == language


def test_no_extension_belongs_to_two_languages(registry: Registry) -> None:
    extensions = [extension for language in registry.languages for extension in language.extensions]
    assert sorted(set(extensions)) == sorted(extensions)


def test_an_extension_nobody_has_finds_nothing(registry: Registry) -> None:
    assert registry.find_by_extension("notes.txt") is None
    assert registry.find_by_extension("Makefile") is None


def test_every_language_is_here_with_the_version_its_toolchain_told(registry: Registry) -> None:
    unavailable = {status.id: status.reason for status in registry.statuses() if not status.available}
    assert unavailable == {}
    assert all(status.version and status.version[0].isdigit() for status in registry.statuses())


def test_an_absent_toolchain_leaves_the_others(definition: Callable[..., Path], registry: Registry) -> None:
    mixed = Registry.load([definition().parent])
    status = mixed.status("toy")
    assert not status.available
    assert status.reason == "toy was not found"
    assert status.install == "runward languages install toy"
    with pytest.raises(LanguageUnavailable, match="runward languages install toy"):
        mixed.runtime("toy")
    assert mixed.runtime("c").version == registry.runtime("c").version


def test_only_the_toolchain_that_is_asked_for_is_sought(
    definition: Callable[..., Path], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    tool = make_tool(tmp_path / "toys" / "1" / "bin" / "toy", "2.1")
    lazy = Registry.load([definition().parent], toolchain_dirs=[tmp_path])
    assert lazy.runtime("c").version
    assert not (tool.parent / "log").exists()
    assert lazy.runtime("toy").version == "2.1"
    assert (tool.parent / "log").exists()


def test_a_version_is_asked_once_and_again_when_the_tool_changes(
    definition: Callable[..., Path], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    tool = make_tool(tmp_path / "toys" / "1" / "bin" / "toy", "2.1")
    folder = definition().parent

    def version() -> str:
        fresh = Registry.load([folder], toolchain_dirs=[tmp_path], cache_dir=tmp_path / "cache")
        return fresh.runtime("toy").version

    assert [version(), version()] == ["2.1", "2.1"]
    assert (tool.parent / "log").read_text() == "asked\n"
    make_tool(tool, "2.10")
    assert version() == "2.10"


def test_what_was_installed_is_seen_after_forgetting(
    definition: Callable[..., Path], make_tool: Callable[..., Path], tmp_path: Path
) -> None:
    late = Registry.load([definition().parent], toolchain_dirs=[tmp_path])
    assert not late.status("toy").available
    make_tool(tmp_path / "toys" / "1" / "bin" / "toy", "3.0")
    late.forget()
    assert late.status("toy").version == "3.0"
