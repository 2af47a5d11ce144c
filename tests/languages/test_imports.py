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
    "ruby": ("require 'json'\n  require(\"net/http\")\n", [("json", 1), ("net/http", 2)]),
    "perl": ("use strict;\nuse IO::Socket qw(:all);\nrequire POSIX;\n", [("strict", 1), ("IO::Socket", 2), ("POSIX", 3)]),
    "lua": ("local socket = require('socket')\nrequire 'lfs'\n", [("socket", 1), ("lfs", 2)]),
    "tcl": ("package require http\n", [("http", 1)]),
    "r": ("library(stats)\nrequire('utils')\n", [("stats", 1), ("utils", 2)]),
    "octave": ("pkg load statistics\n", [("statistics", 1)]),
    "fortran": ("program main\n  use, intrinsic :: iso_c_binding\n  use omp_lib\n", [("iso_c_binding", 2), ("omp_lib", 3)]),
    "pascal": ("uses sysutils, Sockets;\nbegin\nend.\n", [("sysutils", 1), ("Sockets", 1)]),
    "d": ("import std.stdio;\n  public import std.socket;\n", [("std.stdio", 1), ("std.socket", 2)]),
    "nim": ("import std/net, os\nfrom strutils import join\n", [("std/net", 1), ("os", 1), ("strutils", 2)]),
    "ada": ("with Ada.Text_IO, GNAT.Sockets;\n", [("Ada.Text_IO", 1), ("GNAT.Sockets", 1)]),
    "haskell": ("import qualified Data.Map as M\nimport System.IO\n", [("Data.Map", 1), ("System.IO", 2)]),
    "ocaml": ("open Unix\n", [("Unix", 1)]),
    "prolog": (":- use_module(library(socket)).\n", [("socket", 1)]),
    "commonlisp": ("(require :sb-bsd-sockets)\n", [("sb-bsd-sockets", 1)]),
    "scheme": ("(use-modules (ice-9 popen))\n", [("ice-9", 1)]),
    "zig": ('const std = @import("std");\n', [("std", 1)]),
    "kotlin": ("import java.net.Socket\n", [("java.net.Socket", 1)]),
    "scala": ("import java.net.Socket\n", [("java.net.Socket", 1)]),
    "rust": ("use std::net::TcpStream;\n    pub use std::fs;\n", [("std::net::TcpStream", 1), ("std::fs", 2)]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_imports_are_found_with_their_lines(name: str) -> None:
    source, expected = SOURCES[name]

    found = Registry.load().get(name).imports_in(source.encode())

    assert sorted(found) == sorted(expected)


def test_every_language_that_tells_how_it_imports_is_tried() -> None:
    assert {language.id for language in Registry.load().languages if language.imports} == set(SOURCES)
