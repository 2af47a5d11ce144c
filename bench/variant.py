"""The engine under other settings, beside the one under this environment's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.workload import PYTHON_HELLO, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Settings by the names of their variables, and the workloads that are run under them."""

    name: str
    note: str
    settings: Mapping[str, str]
    workloads: tuple[Workload, ...]


VARIANTS = (
    Variant(
        name="cold",
        note="the same, with the interpreter started for each run",
        settings={"RUNWARD_WARM": "false"},
        workloads=(PYTHON_HELLO,),
    ),
)
