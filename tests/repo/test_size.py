"""The bounds that keep files and functions readable, and the C core small enough to be read whole."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50
CORE_LINES = 1000
# Programs that tests run inside the box are data.
PROGRAMS = re.compile(r"src/runward/hostile/cases/|tests/(.*/)?programs/")


def test_no_python_file_is_longer_than_its_bound(repository: Path) -> None:
    lengths = {name: len(text.splitlines()) for name, text in python_sources(repository)}

    assert over(lengths, FILE_LINES) == exceptions(repository, "files")


def test_no_python_function_is_longer_than_its_bound(repository: Path) -> None:
    lengths = {
        f"{name}:{function}": lines
        for name, text in python_sources(repository)
        for function, lines in function_lengths(ast.parse(text))
    }

    assert over(lengths, FUNCTION_LINES) == exceptions(repository, "functions")


def test_the_core_stays_within_a_thousand_lines_of_code(repository: Path) -> None:
    core = repository / "src/runward/sandbox/core"
    sources = [path for path in core.glob("*.[ch]") if not path.name.startswith("fuzz_")]

    assert sources, "the core's sources have moved; this test must follow them"
    assert sum(c_code_lines(path.read_text()) for path in sources) <= CORE_LINES


def test_comments_and_blank_lines_of_c_are_not_code() -> None:
    text = '/* one\n   two */\n\n// three\nint a; /* four */\nchar *s = "/*";\nint b; // five\n'

    assert c_code_lines(text) == 3


def python_sources(repository: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and text of every Python file that git knows or would take in, but for guest programs."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "*.py"]
    listing = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout
    for name in sorted(set(listing.split("\0")) - {""}):
        path = repository / name
        if path.exists() and not PROGRAMS.match(name):
            yield name, path.read_text()


def function_lengths(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Yield every function of a module, with its lines from the first of its body's code to the last."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            length = node.end_lineno - body[0].lineno + 1 if body and node.end_lineno else 0
            yield f"{prefix}{node.name}", length
        inner = f"{prefix}{node.name}." if isinstance(node, ast.FunctionDef | ast.ClassDef) else prefix
        yield from function_lengths(node, inner)


def c_code_lines(text: str) -> int:
    """Count the lines of a C source that hold more than comment and space."""
    token = re.compile(r'("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')|/\*.*?\*/|//[^\n]*', re.DOTALL)
    code = token.sub(lambda match: match[1] or "\n" * match[0].count("\n"), text)
    return sum(1 for line in code.splitlines() if line.strip())


def over(lengths: dict[str, int], bound: int) -> set[str]:
    """Return the names whose length is above the bound."""
    return {name for name, length in lengths.items() if length > bound}


def exceptions(repository: Path, kind: str) -> set[str]:
    """Return the listed exceptions of a kind; one without a reason, or no longer needed, fails the test."""
    listed: dict[str, str] = tomllib.loads((repository / "tests/repo/size_exceptions.toml").read_text())[kind]
    assert all(reason.strip() for reason in listed.values()), "every exception needs a reason"
    return set(listed)
