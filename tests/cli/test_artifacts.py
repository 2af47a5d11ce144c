"""Artifacts are saved below the folder and nowhere else, whatever they are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runward.cli.artifacts import ArtifactRefused, save_artifacts
from runward.engine import Artifact


def artifact(path: str, content: bytes | None = b"new") -> Artifact:
    return Artifact(path=path, size_bytes=3, content=content)


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "a//x", "./x", "..", "", "a/", "x\0y"])
def test_name_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ArtifactRefused):
        save_artifacts([artifact(path)], tmp_path / "out")

    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_link_on_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "out/way").symlink_to(tmp_path / "else")

    with pytest.raises(ArtifactRefused):
        save_artifacts([artifact("way/x")], tmp_path / "out")

    assert list((tmp_path / "else").iterdir()) == []


def test_link_and_pipe_in_the_files_place_are_replaced(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"old")
    out = tmp_path / "out"
    out.mkdir()
    (out / "link").symlink_to(victim)
    os.mkfifo(out / "pipe")

    save_artifacts([artifact("link"), artifact("pipe")], out)

    assert victim.read_bytes() == b"old"
    assert (out / "link").read_bytes() == (out / "pipe").read_bytes() == b"new"


def test_name_that_is_no_text_is_saved(tmp_path: Path) -> None:
    save_artifacts([artifact(os.fsdecode(b"a/\xff"))], tmp_path)

    assert Path(os.fsdecode(os.fsencode(tmp_path) + b"/a/\xff")).read_bytes() == b"new"


def test_one_that_was_too_large_is_left_out(tmp_path: Path) -> None:
    save_artifacts([artifact("x", None)], tmp_path)

    assert list(tmp_path.iterdir()) == []
