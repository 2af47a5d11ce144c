"""`runward languages`: what can be run here, what is missing, and how to bring it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from runward.cli.exit_status import CHECK_FAILED
from runward.domain.errors import RequestError, RunwardError
from runward.engine import Engine
from runward.engine.checks import Check, checks_of, run_check
from runward.languages import InstallStep, LanguageStatus, install, plan_install
from runward.settings import load_settings
from runward.telemetry import configure_logs
from runward.wiring import open_engine, open_registry

languages = typer.Typer(
    name="languages",
    help="List the languages; install their toolchains; check that they work.",
    invoke_without_command=True,
)

Names = Annotated[list[str] | None, typer.Argument(help="Languages, by name or alias.", metavar="[NAME]...")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCheck:
    """How the checks of one language went; ``failed`` names those that did not go well."""

    id: str
    version: str | None
    ok: bool
    failed: tuple[str, ...]
    detail: str


@languages.callback(invoke_without_command=True)
def list_languages(context: typer.Context, *, as_json: Json = False) -> None:
    """List the languages, with the version of each toolchain or the command that installs it."""
    if context.invoked_subcommand is not None:
        return
    statuses = open_registry(load_settings()).statuses()
    if as_json:
        print(json.dumps([asdict(status) for status in statuses], indent=2))
        return
    table = Table("language", "version", "state", box=None, pad_edge=False, expand=True)
    # One row a language, however narrow the terminal is.
    for heading in ("aliases", "extensions"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis", ratio=1)
    for status in statuses:
        state = "[green]ok[/]" if status.available else "[yellow]missing[/]"
        table.add_row(status.id, status.version or "-", state, " ".join(status.aliases), " ".join(status.extensions))
    Console().print(table)
    if missing := [status.id for status in statuses if not status.available]:
        print(f"\nTo bring what is missing: runward languages install {' '.join(missing)}")


@languages.command("install")
def install_languages(
    names: Names = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Install all that are missing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the commands.")] = False,
) -> None:
    """Install toolchains: Debian's and Ubuntu's packages, wheels and npm packages where they serve."""
    if bool(names) == everything:
        raise RequestError("name the languages to install, or give --all for every one that is missing")
    registry = open_registry(load_settings())
    plan = plan_install(names or [], registry)
    for name in plan.present:
        print(f"{name} is here already", file=sys.stderr)
    for step in plan.steps:
        print(step.shown)
    if dry_run:
        return
    install(names or [], registry, _show_progress)
    for name in dict.fromkeys(name for step in plan.steps for name in step.languages):
        print(f"{name} {registry.status(name).version} is installed", file=sys.stderr)


def _show_progress(step: InstallStep, line: str) -> None:
    told_by = step.languages[0] if len(step.languages) == 1 else "apt"
    print(f"{told_by}: {line}", file=sys.stderr)


@languages.command("check")
def check_languages(
    names: Names = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Run the hello-worlds alone.")] = False,
    as_json: Json = False,
) -> None:
    """Prove each language with real programs; exit with 1 where one fails or a toolchain is missing.

    Besides its hello-world: one that reads its input, one with an error in it, one that computes for ever and one that
    takes memory for ever.
    """
    configure_logs(level="warning")
    settings = load_settings()
    registry = open_registry(settings)
    wanted = [registry.get(name).id for name in names or []] or [language.id for language in registry.languages]
    engine = open_engine(settings, languages=wanted, registry=registry)
    checks = asyncio.run(_check_all(engine, wanted, quick=quick, live=not as_json))
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    if not all(check.ok for check in checks):
        raise typer.Exit(CHECK_FAILED)


async def _check_all(engine: Engine, names: list[str], *, quick: bool, live: bool) -> list[LanguageCheck]:
    async with engine:
        checks = []
        async for check in _checks(engine, names, quick=quick):
            checks.append(check)
            if live:
                mark = "ok" if check.ok else "FAILED"
                detail = " ".join(check.detail.split())  # a row a language, whatever a tool printed
                print(f"{check.id:<12} {mark:<7} {check.version or '-':<10} {detail}".rstrip(), flush=True)
        return checks


async def _checks(engine: Engine, names: list[str], *, quick: bool) -> AsyncIterator[LanguageCheck]:
    for name in names:
        wanted = (Check.HELLO,) if quick else checks_of(engine.registry.get(name))
        yield await _check(engine, engine.registry.status(name), wanted)


async def _check(engine: Engine, status: LanguageStatus, wanted: Sequence[Check]) -> LanguageCheck:
    """Run the checks, as many at once as the server's setting allows."""
    if not status.available:
        detail = f"{status.reason}; install it with: {status.install}"
        return LanguageCheck(id=status.id, version=None, ok=False, failed=tuple(wanted), detail=detail)
    told = await asyncio.gather(*(_complaint(engine, status.id, check) for check in wanted))
    failed = {check: complaint for check, complaint in zip(wanted, told, strict=True) if complaint}
    detail = "; ".join(f"{check}: {complaint}" for check, complaint in failed.items())
    return LanguageCheck(id=status.id, version=status.version, ok=not failed, failed=tuple(failed), detail=detail)


async def _complaint(engine: Engine, name: str, check: Check) -> str:
    try:
        await run_check(engine, name, check)
    except RunwardError as error:
        return str(error)
    return ""
