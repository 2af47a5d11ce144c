"""The root of the commands; each is imported only when it is called, so that a quick one starts quickly."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from runward import __version__
from runward.cli.exit_status import INTERRUPTED, status_of_error
from runward.domain.errors import RunwardError

_COMMANDS = ("run", "languages", "serve", "api", "worker", "executor", "admin", "doctor")


class _Commands(TyperGroup):
    """Finds a command in the module of its name."""

    # Any: typer brings its own copy of click in one version and not in another.
    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _load(cmd_name) if cmd_name in _COMMANDS else None


def _load(name: str) -> Any:
    module = import_module(f"runward.cli.{name}")
    command: typer.Typer | Callable[..., Any] = getattr(module, name)
    if isinstance(command, typer.Typer):
        return typer.main.get_command(command)
    single = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    single.command(name, epilog=getattr(module, "EPILOG", None))(command)
    return typer.main.get_command(single)


app = typer.Typer(
    name="runward",
    cls=_Commands,
    help="Run code that nobody trusts, safely and fast, on one Linux box.",
    epilog="Start with `runward doctor`, then `runward run hello.py`, or `runward serve` for the HTTP API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:  # noqa: FBT001  (typer calls it so)
    if asked:
        typer.echo(f"runward {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command; tell an error in one line, and exit with its status."""
    _hold_standard_descriptors()
    try:
        app(prog_name="runward")
    except RunwardError as error:
        print(f"runward: {error}", file=sys.stderr)
        _exit(status_of_error(error))
    except KeyboardInterrupt:
        _exit(INTERRUPTED)


def _hold_standard_descriptors() -> None:
    # One that we were started without would be taken by whatever is opened next, and the program's output go there.
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)


def _exit(status: int) -> None:
    # What is still buffered for a pipe that nobody reads must not fail once more at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(status)
