"""The languages: one TOML file each under ``definitions``, and their runtimes on this host.

A ``Registry`` reads the definitions and finds toolchains, each only when first asked for; a ``Runtime`` makes the
commands of a step (never a shell) and says what the step's root must hold; ``plan_install`` brings what is missing.
Imports ``domain`` alone and knows no sandbox: what it hands out are values.  Adding a language needs no Python.
"""

from runward.languages.command import ReadPath, StepCommand
from runward.languages.definition import Checks, Hello, Invalid, Language, MemoryRule, WarmKind
from runward.languages.document import DefinitionError
from runward.languages.identity import identity_of
from runward.languages.install import InstallError, InstallPlan, InstallStep, install, plan_install
from runward.languages.preparation import PreparationError
from runward.languages.registry import (
    LanguageStatus,
    Registry,
    default_cache_dir,
    default_toolchain_dirs,
    install_command,
)
from runward.languages.runtime import Runtime

__all__ = [
    "Checks",
    "DefinitionError",
    "Hello",
    "InstallError",
    "InstallPlan",
    "InstallStep",
    "Invalid",
    "Language",
    "LanguageStatus",
    "MemoryRule",
    "PreparationError",
    "ReadPath",
    "Registry",
    "Runtime",
    "StepCommand",
    "WarmKind",
    "default_cache_dir",
    "default_toolchain_dirs",
    "identity_of",
    "install",
    "install_command",
    "plan_install",
]
