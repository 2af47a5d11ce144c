"""Python: programs, and an import of each module of the library."""

from __future__ import annotations

from runward.domain.limits import LimitRequest
from runward.engine import InputFile
from tests.differential.suite import Suite, programs

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
# A module of the box may hide one of the library.
NEEDS = {
    "module_of_the_box_shadows_the_library": ["random.py"],
    "syntax_error_in_an_import": ["broken.py"],
    "package_in_the_box": ["parcel/__init__.py", "parcel/inner.py"],
    "runpy_of_a_file": ["data.txt"],
}
# Cold only in part: two runs of the very same program differ.
VARYING = {
    "random": b"import random\nprint(random.random())\n",
    "secrets": b"import secrets\nprint(secrets.token_hex())\n",
    "uuid": b"import uuid\nprint(uuid.uuid4(), uuid.uuid1())\n",
    "names of temporary files": b"import tempfile\nprint(tempfile.mktemp())\n",
    "secret of multiprocessing": b"import multiprocessing\nprint(bytes(multiprocessing.current_process().authkey).hex())\n",
}
COLD: dict[str, dict[str, object]] = {
    "another entry": {"files": (InputFile(path="other.py", content=b"print(1)"),), "entry": "other.py"},
    "a variable of the interpreter": {"environment": {"PYTHONHASHSEED": "0"}},
    "a variable of the language": {"environment": {"LANG": "C"}},
    "another stack": {"limits": LimitRequest(stack_bytes=8 << 20)},
    "a long argument": {"arguments": ("x" * 70_000,)},
}
PYTHON = Suite(
    language="python",
    entry="main.py",
    cases=programs(".py") | {f"import {name}": IMPORT.format(name=name).encode() for name in MODULES},
    files=FILES,
    needs=NEEDS,
    varying=VARYING,
    cold=COLD,
    arguments=("first", "\udc80"),
    environment={"EXTRA": "\udcff", "TZ": "Europe/Berlin"},
    limits=LimitRequest(memory_bytes=256 << 20),
)
