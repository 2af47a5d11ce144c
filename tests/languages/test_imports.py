"""What a source imports is seen in the usual spelling of every language."""

from __future__ import annotations

import pytest

from runward.languages import Registry

SOURCES = {
    "python": ("import os, ctypes as c\n    from socket import socket\n", [("os", 1), ("ctypes", 1), ("socket", 2)]),
    "javascript": (
        "const c = require('child_process');\nimport fs from 'node:fs/promises';\nimport 'net';\n",
        [("child_process", 1), ("fs/promises", 2), ("net", 3)],
    ),
    "typescript": ('import { exec } from "child_process";\n', [("child_process", 1)]),
    "java": ("package a;\nimport java.net.Socket;\nimport static java.lang.Math.*;\n", [("java.net.Socket", 2), ("java.lang.Math.", 3)]),
    "c": ('#include <sys/socket.h>\n# include "own.h"\n', [("sys/socket.h", 1), ("own.h", 2)]),
    "cpp": ("#include <thread>\n", [("thread", 1)]),
    "csharp": ("using System.Net;\nusing static System.Math;\nusing N = System.IO;\n", [("System.Net", 1), ("System.Math", 2), ("System.IO", 3)]),
    "go": ('import "net/http"\nimport (\n\t"os"\n\tx "unsafe"\n)\n', [("net/http", 1), ("os", 3), ("unsafe", 4)]),
    "rust": ("use std::net::TcpStream;\n    pub use std::fs;\n", [("std::net::TcpStream", 1), ("std::fs", 2)]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_imports_are_found_with_their_lines(name: str) -> None:
    source, expected = SOURCES[name]

    found = Registry.load().get(name).imports_in(source.encode())

    assert sorted(found) == sorted(expected)


def test_every_language_tells_how_it_imports() -> None:
    assert {language.id for language in Registry.load().languages if language.imports} == set(SOURCES)
