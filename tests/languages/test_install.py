"""An installation says what it will run, runs that, and tells which command failed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from runward.languages import InstallError, InstallPlan, InstallStep, Registry, install, plan_install

PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or "python3"


@pytest.fixture
def toys(definition: Callable[..., Path], tmp_path: Path) -> Callable[[str], Registry]:
    """Return a registry with a toy that is not here, to be installed in the ways given."""

    def load(ways: str) -> Registry:
        path = definition(("[[toolchain]]", f"{ways}\n[[toolchain]]"))
        return Registry.load([path.parent], toolchain_dirs=[tmp_path / "managed"])

    return load


def test_what_is_here_is_not_installed_again(registry: Registry) -> None:
    plan = plan_install(["py", "c"], registry)
    assert plan.steps == ()
    assert plan.present == ("python", "c")


def test_wheels_go_into_the_managed_folder_and_are_never_built(toys: Callable[[str], Registry], tmp_path: Path) -> None:
    (step,) = plan_install(["toy"], toys("[[install]]\nwheels = ['toy-wheel>=2']\ninto = 'toys'")).steps
    assert step.into == tmp_path / "managed" / "toys"
    assert step.argv[-1] == "toy-wheel>=2"
    assert {"--no-build", ":all:"} & set(step.argv)
    assert str(step.into) in step.shown


def test_debian_packages_are_listed_anew_first(toys: Callable[[str], Registry]) -> None:
    steps = plan_install(["toy"], toys("[[install]]\napt = ['toy', 'toy-lib']")).steps
    root = () if os.geteuid() == 0 else ("sudo",)
    assert steps[0].argv == (*root, "apt-get", "update")
    assert steps[1].argv == (*root, "apt-get", "install", "-y", "--no-install-recommends", "toy", "toy-lib")


def test_debian_packages_of_many_languages_come_in_one_call(definition: Callable[..., Path], tmp_path: Path) -> None:
    one = definition(("[[toolchain]]", "[[install]]\napt = ['both', 'one']\n[[toolchain]]"))
    other = (
        one.read_text()
        .replace('id = "toy"', 'id = "other"')
        .replace('"plaything"', '"another"')
        .replace("'one'", "'other'")
    )
    (one.parent / "other.toml").write_text(other)
    registry = Registry.load([one.parent], toolchain_dirs=[tmp_path / "managed"])
    update, install_all = plan_install(["toy", "other"], registry).steps
    assert update.languages == install_all.languages == ("toy", "other")
    assert install_all.argv[-4:] == ("--no-install-recommends", "both", "one", "other")


def test_what_a_language_builds_on_is_brought_first(toys: Callable[[str], Registry]) -> None:
    plan = plan_install(["toy"], toys("[[install]]\nnpm = ['toy']\ninto = 'toys'\nafter = ['python']"))
    assert plan.present == ("python",)
    assert [step.languages for step in plan.steps] == [("toy",)]
    assert "--ignore-scripts" in plan.steps[0].argv


def test_a_language_without_a_way_says_so(toys: Callable[[str], Registry]) -> None:
    with pytest.raises(InstallError, match="install its toolchain by hand"):
        plan_install(["toy"], toys(""))


def test_each_line_is_told_as_it_comes() -> None:
    told: list[str] = []
    step = InstallStep(languages=("toy",), argv=(PYTHON, "-c", "print('one'); print('two')"))
    InstallPlan(steps=(step,), present=()).run(lambda _, line: told.append(line))
    assert told == ["one", "two"]


def test_a_failed_command_is_named_with_its_last_lines() -> None:
    step = InstallStep(languages=("toy",), argv=(PYTHON, "-c", "print('no such package'); raise SystemExit(3)"))
    with pytest.raises(InstallError, match=r"exit status 3: no such package"):
        InstallPlan(steps=(step,), present=()).run()


def test_a_tool_that_is_not_there_is_named() -> None:
    step = InstallStep(languages=("toy",), argv=("/nonexistent/apt-get", "update"))
    with pytest.raises(InstallError, match="cannot be started"):
        InstallPlan(steps=(step,), present=()).run()


def test_installing_what_is_here_prepares_it(registry: Registry) -> None:
    assert install(["python", "java"], registry).present == ("python", "java")
    assert registry.is_prepared("java")
