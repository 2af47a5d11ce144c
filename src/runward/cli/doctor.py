"""`runward doctor`: what this host offers, what is missing, and the command that mends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from runward.cli.exit_status import CHECK_FAILED
from runward.cli.hostile import tell_rest, try_hostile
from runward.domain.errors import RequestError, SandboxError
from runward.languages import LanguageStatus
from runward.sandbox import OPTIONAL_LAYERS, LayerStatus
from runward.sandbox.probe import probe_host
from runward.settings import Settings, load_settings
from runward.wiring import open_engine, open_registry

ALLOW_SETTING = "RUNWARD_ALLOW_MISSING_LAYERS"
_COLOURS = {"ok": "green", "degraded": "yellow", "missing": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The layers, the languages, and whether the server would start."""

    would_start: bool
    layers: tuple[LayerStatus, ...]
    languages: tuple[LanguageStatus, ...]


def doctor(
    *,
    hostile: Annotated[bool, typer.Option("--hostile", help="Try the hostile programs here; takes minutes.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="With --hostile: what bears this in its name: a class, a case, a kind of slot, a language's ending."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="With --hostile: so many at once.", show_default="one for each processor")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, for programs.")] = False,
) -> None:
    """Check this host: the layers of the sandbox, the languages, free disk and memory.

    Everything that is missing comes with the command that mends it.  The exit status is 0 where `runward serve` would
    start, 1 where it would refuse.

    With `--hostile`, programs that try to break out are run through the real sandbox, and after each the host is looked
    at.  The exit status is 0 where every promise holds, 1 where one is broken.  On a slow machine,
    RUNWARD_HOSTILE_SCALE=10 stretches every time tenfold.
    """
    settings = load_settings()
    if hostile:
        raise typer.Exit(_doctor_hostile(settings, only or [], workers, as_json=as_json))
    if only or workers:
        raise RequestError("--only and --workers choose among the hostile programs; give --hostile with them")
    report = examine(settings)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2))
    else:
        show(report, Console())
    raise typer.Exit(0 if report.would_start else 1)


def _doctor_hostile(settings: Settings, only: Sequence[str], workers: int | None, *, as_json: bool) -> int:
    console = None if as_json else Console(highlight=False)
    report = asyncio.run(try_hostile(settings, only=only, workers=workers, console=console))
    if console is None:
        typer.echo(report.describe())
    else:
        tell_rest(report, console)
    return 0 if report.holds else CHECK_FAILED


def examine(settings: Settings) -> Report:
    """Try every layer, and then all of them together, as the server would."""
    layers = allow_missing(probe_host(disk=Path.cwd()), settings)
    if all(layer.status != "missing" for layer in layers):
        layers = (*layers, asyncio.run(_try_whole(settings)))
    would_start = all(layer.status != "missing" for layer in layers)
    return Report(would_start=would_start, layers=layers, languages=tuple(open_registry(settings).statuses()))


def allow_missing(layers: Sequence[LayerStatus], settings: Settings) -> tuple[LayerStatus, ...]:
    """Return the layers; one that is missing is degraded where the settings allow to go without it."""
    allowed = frozenset(settings.allow_missing_layers) & frozenset(OPTIONAL_LAYERS)
    return tuple(
        replace(layer, status="degraded", detail=f"{layer.detail}; {ALLOW_SETTING} allows to go without")
        if layer.status == "missing" and layer.name in allowed
        else layer
        for layer in layers
    )


def show(report: Report, console: Console) -> None:
    """Print the report for people: two tables, then the commands, each on lines of its own to be copied."""
    console.print(_layer_table(report.layers))
    console.print(_language_table(report.languages))
    _print_commands(report, console)
    if report.would_start:
        console.print("The server would start.", style="green")
    else:
        console.print("The server would refuse to start.", style="red")


async def _try_whole(settings: Settings) -> LayerStatus:
    """Start the supervisor, which builds a slot with every layer, and end it again."""
    try:
        async with open_engine(settings, languages=()):
            return LayerStatus(name="slot", status="ok", detail="built with all layers, and removed")
    except SandboxError as error:
        fix = "tell us, with this report: each layer works here alone, but not all together"
        return LayerStatus(name="slot", status="missing", detail=str(error), fix=fix)


def _layer_table(layers: tuple[LayerStatus, ...]) -> Table:
    table = _table("Sandbox and host", "layer")
    for layer in layers:
        table.add_row(layer.name, Text(layer.status, _COLOURS[layer.status]), Text(layer.detail))
    return table


def _language_table(languages: tuple[LanguageStatus, ...]) -> Table:
    table = _table("\nLanguages", "language")
    for language in languages:
        state, found = ("ok", language.version or "") if language.available else ("absent", language.reason)
        table.add_row(language.id, Text(state, "green" if language.available else "dim"), Text(found))
    return table


def _table(title: str, what: str) -> Table:
    table = Table(what, "state", box=None, pad_edge=False, title=title, title_justify="left")
    table.add_column("found", overflow="fold")  # not cut: a path or a reason must be whole
    return table


def _print_commands(report: Report, console: Console) -> None:
    by_command: dict[str, list[str]] = {}
    for layer in report.layers:
        if layer.fix and layer.status != "ok":
            by_command.setdefault(layer.fix, []).append(layer.name)
    console.print()
    for command, names in by_command.items():
        _print_command(f"To mend {', '.join(names)}:", command, console)
    if absent := [language.id for language in report.languages if not language.available]:
        _print_command(f"To add {', '.join(absent)}:", f"runward languages install {' '.join(absent)}", console)
    missing = [layer.name for layer in report.layers if layer.status == "missing"]
    if missing and set(missing) <= set(OPTIONAL_LAYERS):
        text = f"To go without {', '.join(missing)}, at your own risk:"
        _print_command(text, f"{ALLOW_SETTING}={','.join(missing)} runward serve", console)


def _print_command(purpose: str, command: str, console: Console) -> None:
    console.print(Text(purpose, "bold"))
    # Unwrapped: a command that is broken into lines cannot be copied.
    console.print(Text(f"  {command}"), soft_wrap=True)
