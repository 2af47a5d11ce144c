"""A program cannot tell a warm interpreter from a cold one: each is run by both, and must end and speak the same."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runward.domain.limits import LimitRequest
from runward.engine import Engine, ExecutionSpec, InputFile, StepResult
from runward.settings import load_settings
from runward.wiring import open_engine

PROGRAMS = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "programs").glob("*.py"))}
MODULES = """
    abc argparse array ast asyncio asyncio.subprocess atexit base64 binascii bisect builtins bz2 calendar cmath codecs
    collections collections.abc colorsys compileall concurrent concurrent.futures concurrent.futures.process
    concurrent.futures.thread configparser contextlib contextvars copy copyreg csv ctypes ctypes.util curses dataclasses
    datetime decimal difflib dis doctest email email.message encodings.idna enum errno faulthandler fcntl fileinput fnmatch
    fractions functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html html.parser http.client
    http.server imaplib importlib importlib.metadata importlib.resources importlib.util inspect io ipaddress itertools json
    json.tool keyword linecache locale logging logging.config logging.handlers lzma mailbox marshal math mimetypes mmap
    multiprocessing multiprocessing.pool netrc numbers operator optparse os pathlib pdb pickle pickletools pkgutil platform
    plistlib posixpath pprint profile pstats pwd py_compile pyclbr queue quopri random re readline reprlib resource
    runpy sched secrets select selectors shelve shlex shutil signal site socket socketserver sqlite3 ssl stat statistics
    string stringprep struct subprocess symtable sysconfig syslog tarfile telnetlib tempfile textwrap threading time timeit
    token tokenize tomllib trace traceback tracemalloc types typing unicodedata unittest unittest.mock urllib urllib.parse
    urllib.request uuid venv warnings wave weakref webbrowser wsgiref xml.dom.minidom xml.etree.ElementTree zipapp zipfile
    zlib zoneinfo
""".split()  # noqa: SIM905  (a list of strings would take a page)
IMPORT = """
import {name}
import sys
print(*sys.modules, sep="\\n")
module = sys.modules["{name}"]
print(module.__name__, sorted(vars(module)), module.__spec__ and module.__spec__.origin)
"""
FILES = {
    "random.py": b"x = 5\n",
    "broken.py": b"def f(:\n",
    "parcel/__init__.py": b"",
    "parcel/inner.py": b"value = 7\n",
    "data.txt": b"found = 1\n",
}
# What lies about while a program runs must not change the others: a module of the box may hide one of the library.
NEEDS = {
    "module_of_the_box_shadows_the_library": ["random.py"],
    "syntax_error_in_an_import": ["broken.py"],
    "package_in_the_box": ["parcel/__init__.py", "parcel/inner.py"],
    "runpy_of_a_file": ["data.txt"],
}
CASES = PROGRAMS | {f"import {name}": IMPORT.format(name=name).encode() for name in MODULES}
# Cold only in part: two runs of the very same program differ.
VARYING = {
    "random": b"import random\nprint(random.random())\n",
    "secrets": b"import secrets\nprint(secrets.token_hex())\n",
    "uuid": b"import uuid\nprint(uuid.uuid4(), uuid.uuid1())\n",
    "names of temporary files": b"import tempfile\nprint(tempfile.mktemp())\n",
    "secret of multiprocessing": b"import multiprocessing\nprint(bytes(multiprocessing.current_process().authkey).hex())\n",
}


def spec(name: str, source: bytes) -> ExecutionSpec:
    files = [InputFile(path="main.py", content=source)]
    files += [InputFile(path=path, content=FILES[path]) for path in NEEDS.get(name, [])]
    return ExecutionSpec(
        language="python",
        files=tuple(files),
        entry="main.py",
        stdin="one two two\nthrée\nlast".encode(),
        arguments=("first", "\udc80"),
        environment={"EXTRA": "\udcff", "TZ": "Europe/Berlin"},
        artifacts=("**/*.txt",),
        limits=LimitRequest(memory_bytes=256 << 20),
    )


async def run_all(engine: Engine) -> dict[str, tuple[object, StepResult]]:
    places = asyncio.Semaphore(2)

    async def run(name: str, source: bytes) -> tuple[object, StepResult]:
        async with places:
            result = await engine.run(spec(name, source))
        step = result.run
        assert step is not None
        told = (step.outcome, step.exit_code, step.signal, step.stdout, step.stderr, step.stdout_truncated)
        return (told, [(artifact.path, artifact.content) for artifact in result.artifacts]), step

    return dict(zip(CASES, await asyncio.gather(*(run(*case) for case in CASES.items())), strict=True))


@pytest.fixture(scope="module")
async def warm_engine() -> AsyncIterator[Engine]:
    async with open_engine(load_settings(RUNWARD_WARM=True), languages=["python"]) as engine:
        yield engine


@pytest.fixture(scope="module")
async def cold() -> dict[str, tuple[object, StepResult]]:
    async with open_engine(load_settings(RUNWARD_WARM=False), languages=["python"]) as engine:
        return await run_all(engine)


@pytest.fixture(scope="module")
async def warm(warm_engine: Engine) -> dict[str, tuple[object, StepResult]]:
    return await run_all(warm_engine)


@pytest.mark.parametrize("name", CASES)
async def test_a_program_does_the_same_in_a_warm_interpreter(
    name: str, cold: dict[str, tuple[object, StepResult]], warm: dict[str, tuple[object, StepResult]]
) -> None:
    assert (cold[name][1].warm, warm[name][1].warm) == (False, True)
    assert warm[name][0] == cold[name][0]


@pytest.mark.parametrize("name", VARYING)
async def test_what_differs_from_run_to_run_does_so_in_forks_of_one_interpreter(name: str, warm_engine: Engine) -> None:
    results = [(await warm_engine.run(spec(name, VARYING[name]))).run for _ in range(4)]

    assert all(result is not None and result.warm and result.succeeded for result in results)
    assert len({result.stdout for result in results if result is not None}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"files": (InputFile(path="other.py", content=b"print(1)"),), "entry": "other.py"},
        {"environment": {"PYTHONHASHSEED": "0"}},
        {"environment": {"LANG": "C"}},
        {"limits": LimitRequest(stack_bytes=8 << 20)},
        {"arguments": ("x" * 70_000,)},
    ],
    ids=["entry", "interpreter variable", "language variable", "stack", "long argument"],
)
async def test_a_request_that_a_warm_interpreter_cannot_take_is_executed(
    change: dict[str, object], warm_engine: Engine
) -> None:
    plain = ExecutionSpec(language="python", files=(InputFile(path="main.py", content=b"print(1)"),))

    result = (await warm_engine.run(dataclasses.replace(plain, **change))).run  # type: ignore[arg-type]  # of any field

    assert result is not None
    assert (result.warm, result.stdout) == (False, b"1\n")
