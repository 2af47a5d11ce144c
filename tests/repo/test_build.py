"""The package's build: the core is compiled when it must be, and travels in the wheel as an executable."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build

PROGRAM = "int main(void) { return 42; }\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project whose core is a program that exits with status 42."""
    core = tmp_path / hatch_build.SOURCES
    core.mkdir(parents=True)
    (core / "main.c").write_text(PROGRAM)
    (core / "fuzz_main.c").write_text("this is not part of the core")
    (tmp_path / "hatch_build.py").touch()
    return tmp_path


def built(project: Path) -> Path:
    """Return where the project's executable is."""
    return project / hatch_build.EXECUTABLE


def test_the_core_is_one_runnable_file_and_one_library(project: Path) -> None:
    hatch_build.compile_core(project)

    assert subprocess.run([built(project)], check=False).returncode == 42
    assert built(project).stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in built(project).parent.iterdir()) == ["core", "runward-core", "runward-core.so"]


def test_an_unchanged_core_is_not_compiled_again(project: Path) -> None:
    hatch_build.compile_core(project)
    first = built(project).stat().st_ino

    hatch_build.compile_core(project)

    assert built(project).stat().st_ino == first


def test_a_changed_source_compiles_the_core_again(project: Path) -> None:
    hatch_build.compile_core(project)
    source = project / hatch_build.SOURCES / "main.c"
    source.write_text(PROGRAM.replace("42", "43"))
    later = built(project).stat().st_mtime_ns + 1
    os.utime(source, ns=(later, later))

    hatch_build.compile_core(project)

    assert subprocess.run([built(project)], check=False).returncode == 43


def test_no_sources_means_nothing_to_compile(tmp_path: Path) -> None:
    hatch_build.compile_core(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_warning_ends_the_build_and_keeps_the_old_executable(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hatch_build.compile_core(project)
    (project / hatch_build.SOURCES / "main.c").write_text("int main(void) { int unused; return 44; }\n")

    with pytest.raises(SystemExit, match="compiling the sandbox's core failed"):
        hatch_build.compile_core(project, force=True)

    assert "unused" in capfd.readouterr().err
    assert subprocess.run([built(project)], check=False).returncode == 42


def test_a_linker_without_static_pie_gets_the_next_best_and_the_reason_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    compiler = project / "cc-without-static-pie"
    compiler.write_text('#!/bin/sh\ncase "$*" in *-static-pie*) echo "no rcrt1.o" >&2; exit 1 ;; esac\nexec cc "$@"\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))

    hatch_build.compile_core(project)

    assert "cannot link with -static-pie: no rcrt1.o" in capfd.readouterr().err
    assert subprocess.run([built(project)], check=False).returncode == 42


def test_without_a_compiler_the_message_names_the_packages(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(project))

    with pytest.raises(SystemExit, match="apt-get install gcc libc6-dev"):
        hatch_build.compile_core(project)


def test_the_wheel_is_for_this_platform_and_holds_the_executable(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=repository, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")

    assert wheel.name.endswith(f"-py3-none-linux_{platform.machine()}.whl")
    with zipfile.ZipFile(wheel) as archive:
        executable = archive.getinfo("runward/sandbox/runward-core")
        names = archive.namelist()
    assert "runward/sandbox/runward-core.so" in names
    assert executable.external_attr >> 16 & 0o777 == 0o755
    assert "runward/py.typed" in names
    cases = repository / "src/runward/hostile/cases"
    assert {f"runward/hostile/cases/{path.relative_to(cases)}" for path in cases.glob("*/*.*")} <= set(names)
    assert not [name for name in names if "/core/" in name]
