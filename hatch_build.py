"""Compile the C core of the sandbox, as a program and as a library, and mark the wheel as platform specific.

The package build runs it as a hatchling hook, for wheels and editable installs alike.  While working on the C sources,
run it by hand: ``.venv/bin/python hatch_build.py`` (``--force`` compiles even when nothing changed).
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("src/runward/sandbox/core")
EXECUTABLE = Path("src/runward/sandbox/runward-core")
LIBRARY = Path("src/runward/sandbox/runward-core.so")
# What stands on both sides of an OCI runtime; of the core it shares what reads a request and raises a wall.
OCI_SOURCES = Path("src/runward/sandbox/oci/core")
OCI_EXECUTABLE = Path("src/runward/sandbox/runward-oci")
OCI_SHARED = ("message.c", "request.c", "root.c", "wall.c")

WARNINGS = ["-Wall", "-Wextra", "-Werror"]
HARDENING = [
    "-fvisibility=hidden",
    "-fstack-protector-strong",
    "-fstack-clash-protection",
    "-D_FORTIFY_SOURCE=2",
    "-Wl,-z,relro,-z,now",
    "-Wl,-z,noexecstack",
]
# The core starts inside an almost empty root: the less it needs to be loaded, the less can be missing there.
LINKING = ["-static-pie", "-static", "-pie"]


class CoreBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is private to hatchling
    """Build the executable before hatchling packs the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the core and name the platform that the wheel is good for."""
        compile_core(Path(self.root))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def compile_core(root: Path, *, force: bool = False) -> None:
    """Compile the core unless both forms are newer than every source; end with a plain message if that fails."""
    sources = [path for path in sorted((root / SOURCES).glob("*.c")) if not path.name.startswith("fuzz_")]
    if not sources:
        return
    oci_sources = [*sorted((root / OCI_SOURCES).glob("*.c")), *(root / SOURCES / name for name in OCI_SHARED)]
    headers = [*(root / SOURCES).glob("*.h"), *(root / OCI_SOURCES).glob("*.h")]
    inputs = [*sources, *oci_sources, *headers, root / "hatch_build.py"]
    if not force and all(is_newer(root / target, inputs) for target in (EXECUTABLE, LIBRARY, OCI_EXECUTABLE)):
        return
    compiler = find_compiler()
    flags = ["-std=gnu17", "-O2", *WARNINGS, *HARDENING, *machine_flags()]
    program = [*flags, "-fPIE", choose_linking(compiler, [*flags, "-fPIE"])]
    link(compiler, program, sources, root / EXECUTABLE)
    link(compiler, program, oci_sources, root / OCI_EXECUTABLE)
    # Warm interpreters load it; of C it takes what they have loaded already.
    link(compiler, [*flags, "-fPIC", "-shared"], sources, root / LIBRARY)
    print(f"runward: compiled {EXECUTABLE} ({' '.join(compiler)})", file=sys.stderr)


def link(compiler: list[str], flags: list[str], sources: list[Path], target: Path) -> None:
    """Compile beside the target, then rename over it: a running core must not be written to, and is not disturbed."""
    with tempfile.TemporaryDirectory(prefix=".runward-core.", dir=target.parent) as folder:
        built = Path(folder) / target.name
        run([*compiler, *flags, "-o", str(built), *map(str, sources)])
        built.chmod(0o755)
        built.replace(target)


def is_newer(target: Path, inputs: list[Path]) -> bool:
    """Tell whether the target is an executable file, and newer than all of its inputs."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return False
    runnable = stat.S_ISREG(status.st_mode) and os.access(target, os.X_OK)
    return runnable and all(path.stat().st_mtime_ns < status.st_mtime_ns for path in inputs)


def find_compiler() -> list[str]:
    """Return the command of the C compiler: that of $CC, or cc, gcc, clang."""
    for command in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        words = shlex.split(command)
        if words and shutil.which(words[0]):
            return words
    sys.exit(
        "runward: there is no C compiler, and the sandbox's core is written in C.\n"
        "Install one and build again, on Debian or Ubuntu with: apt-get install gcc libc6-dev"
    )


def machine_flags() -> list[str]:
    """Return the hardening flags that this processor alone has."""
    if platform.machine() == "x86_64":
        return ["-fcf-protection=full"]
    if platform.machine() == "aarch64":
        return ["-mbranch-protection=standard"]
    return []


def choose_linking(compiler: list[str], flags: list[str]) -> str:
    """Return the first way of linking that works here; say why each better one does not."""
    reason = ""
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder) / "probe.c"
        probe.write_text('#include <stdio.h>\nint main(void) { return puts("") < 0; }\n')
        for mode in LINKING:
            command = [*compiler, *flags, mode, "-o", f"{folder}/probe", str(probe)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return mode
            reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
            print(f"runward: cannot link with {mode}: {reason}", file=sys.stderr)
    sys.exit(
        f"runward: the C compiler {compiler[0]} cannot make a program: {reason}\n"
        "Most often the C library's headers are missing: apt-get install gcc libc6-dev"
    )


def run(command: list[str]) -> None:
    """Run the compiler and end with its own words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stderr:
        print(done.stderr, file=sys.stderr, end="")
    if done.returncode:
        sys.exit(f"runward: compiling the sandbox's core failed: {shlex.join(command)}")


if __name__ == "__main__":
    compile_core(Path(__file__).resolve().parent, force="--force" in sys.argv[1:])
