"""The options of `runward run`, each a type that bears its own help."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from runward.cli.quantity import parse_size, parse_time
from runward.domain.tier import Tier

_FILES, _INPUTS, _LIMITS, _SERVER = "Files", "Many inputs", "Limits", "On a server"


def _size(text: str) -> object:
    return typer.Option(help=text, parser=parse_size, metavar="SIZE", rich_help_panel=_LIMITS)


def _time(text: str) -> object:
    return typer.Option(help=text, parser=parse_time, metavar="TIME", rich_help_panel=_LIMITS)


def _count(text: str, *, least: int) -> object:
    return typer.Option(help=text, min=least, rich_help_panel=_LIMITS)


Program = Annotated[str, typer.Argument(help="The program, or `-` for standard input.", metavar="FILE")]
Arguments = Annotated[
    list[str] | None, typer.Argument(help="Arguments of the program, after `--`.", metavar="[-- ARGS...]")
]
Language = Annotated[
    str | None, typer.Option("--language", "-l", help="The language; by default FILE's extension tells.")
]
Entry = Annotated[str | None, typer.Option(help="The file to start with, if it is not FILE.")]
Stdin = Annotated[Path | None, typer.Option(help="Standard input from this file instead of ours.", metavar="PATH")]
InTerminal = Annotated[
    bool,
    typer.Option("--terminal", "-t", help="Run it in a terminal, with ours lent to it: every key is the program's."),
]
Env = Annotated[list[str] | None, typer.Option(help="A variable for the program.", metavar="NAME=VALUE")]
Flag = Annotated[list[str] | None, typer.Option(help="A flag for the compiler, such as `--flag=-O3`.")]
Json = Annotated[bool, typer.Option("--json", help="Print the full result as JSON, at the end.")]
TierName = Annotated[
    Tier | None,
    typer.Option(help="How strong a sandbox: `native`, or an OCI runtime of this host (`runsc` is gVisor)."),
]
Server = Annotated[
    str | None,
    typer.Option(
        help="Run it on this server, such as http://localhost:8000, not here.", metavar="URL", rich_help_panel=_SERVER
    ),
]
ApiKey = Annotated[
    str | None,
    typer.Option(help="The server's API key; by default RUNWARD_API_KEY's.", metavar="KEY", rich_help_panel=_SERVER),
]
Validate = Annotated[bool, typer.Option("--validate", help="Check the program instead of running it.")]

Inputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--input",
        help="Run once for each: this file is standard input, or each file of this folder.",
        metavar="PATH",
        rich_help_panel=_INPUTS,
    ),
]
StopOnFailure = Annotated[
    bool, typer.Option("--stop-on-failure", help="Start no more after a run that failed.", rich_help_panel=_INPUTS)
]
Parallel = Annotated[
    int | None, typer.Option(help="Runs at once; by default one a processor.", min=1, rich_help_panel=_INPUTS)
]

ExtraFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--file",
        help="One more file or folder, in its own place or as TARGET.",
        metavar="PATH[:TARGET]",
        rich_help_panel=_FILES,
    ),
]
Artifacts = Annotated[
    list[str] | None,
    typer.Option(
        "--artifact",
        help="Bring these files out, such as `*.png` or `**/*.csv`.",
        metavar="PATTERN",
        rich_help_panel=_FILES,
    ),
]
OutputDir = Annotated[
    Path | None,
    typer.Option(
        help="The folder they are saved in; without --artifact, all files written.",
        metavar="DIR",
        rich_help_panel=_FILES,
    ),
]

CpuTime = Annotated[timedelta | None, _time("CPU time, such as `2` (seconds), `500ms` or `1m`.")]
WallTime = Annotated[timedelta | None, _time("Wall time; by default three times --time, and 5 s.")]
Memory = Annotated[int | None, _size("Memory, such as `256M` or `1G`.")]
Processes = Annotated[int | None, _count("Processes and threads.", least=1)]
OutputLimit = Annotated[int | None, _size("Output on each stream.")]
FileSize = Annotated[int | None, _size("Any one file.")]
Disk = Annotated[int | None, _size("All files together.")]
OpenFiles = Annotated[int | None, _count("Open files.", least=3)]
