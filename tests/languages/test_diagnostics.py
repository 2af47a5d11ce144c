"""What the real checkers print is read with its line, column and message."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runward.domain.diagnostic import Diagnostic
from runward.domain.limits import MIB
from runward.languages import Registry

# Per case: language, files, and of each finding expected: severity, path, line, column, a part of the message.
CASES = [
    ("c", {"main.c": "int main(void) {\n    int unused;\n    return missing;\n}\n"}, [
        ("error", "main.c", 3, 12, "undeclared"), ("warning", "main.c", 2, 9, "unused variable"),
    ]),
    ("c", {"main.c": '#include "x.h"\nint main(void) { return 0; }\n', "x.h": "int f(void)\n"}, [
        ("error", "main.c", 2, 16, "expected"),
    ]),
    ("cpp", {"main.cpp": "#include <vector>\nint main() {\n  std::vector<int> v;\n  v.push_bak(1);\n}\n"}, [
        ("error", "main.cpp", 4, 5, "push_bak"),
    ]),
    ("csharp", {"Program.cs": 'class P {\n  static void Main() {\n    int x = "a";\n  }\n}\n'}, [
        ("error", "Program.cs", 3, 13, "Cannot implicitly convert"),
    ]),
    ("go", {"main.go": 'package main\n\nimport "os"\n\nfunc main() {\n\tvar n int = "a"\n}\n'}, [
        ("error", "main.go", 3, 8, '"os" imported and not used'), ("error", "main.go", 6, 14, "cannot use"),
    ]),
    ("java", {"Main.java": 'public class Main {\n  int x = "s";\n  void f() { absent(); }\n}\n'}, [
        ("error", "Main.java", 2, 11, "incompatible types"),
        ("error", "Main.java", 3, 14, "cannot find symbol: method absent()"),
    ]),
    ("java", {"Main.java": "import java.util.*;\nclass Main {\n  List all = new LinkedList<String>();\n}\n"}, [
        ("warning", "Main.java", 3, 3, "raw type"),
    ]),
    ("javascript", {"main.js": "const a = 1;\nfunction f( { return 1 }\n"}, [
        ("error", "main.js", 2, 22, "Unexpected number"),
    ]),
    ("javascript", {"main.js": "import './b.mjs';\nawait 1;\n", "b.mjs": "export const a = ;\n"}, [
        ("error", "b.mjs", 1, 18, "Unexpected token ';'"),
    ]),
    ("javascript", {"package.json": '{"type": "module"}', "main.js": "let a = 1;\nwith (a) {}\n"}, [
        ("error", "main.js", 2, 1, "Strict mode"),
    ]),
    ("python", {"main.py": "def f(:\n    pass\n"}, [("error", "main.py", 1, 7, "invalid syntax")]),
    ("python", {"main.py": "import b\n", "b.py": "x = 1\nprint(x is 1)\n"}, [
        ("warning", "b.py", 2, None, '"is" with'),
    ]),
    ("python", {"main.py": "x = 1\0\n"}, [("error", "main.py", None, None, "null byte")]),
    ("rust", {"main.rs": 'mod b;\nfn main() { let x: i32 = "a"; }\n', "b.rs": "pub fn f() { none(); }\n"}, [
        ("error", "main.rs", 2, 26, "mismatched types"), ("error", "b.rs", 1, 14, "cannot find function"),
    ]),
    ("typescript", {"main.ts": 'import { a } from "./b";\nconst n: string = a;\nconsole.log(process.argv, n);\n',
                    "b.ts": "export const a = 1;\n"}, [
        ("error", "main.ts", 2, 7, "Type 'number' is not assignable to type 'string'"),
    ]),
    ("fortran", {"main.f90": "program main\n  implicit none\n  integer :: unused\n  print *, missing\nend program main\n"}, [
        ("error", "main.f90", 4, 18, "has no IMPLICIT type"),
    ]),
    ("pascal", {"main.pas": "begin\n  writeln(missing);\nend.\n"}, [("error", "main.pas", 2, 11, "Identifier not found")]),
    ("ada", {"main.adb": "with Ada.Text_IO;\nprocedure Main is\nbegin\n   Missing;\nend Main;\n"}, [
        ("error", "main.adb", 4, 4, "is undefined"), ("warning", "main.adb", 1, 9, "is not referenced"),
    ]),
    ("haskell", {"main.hs": 'main :: IO ()\nmain = putStrLn (1 + "a")\n'}, [
        ("error", "main.hs", 2, 20, "No instance for (Num String)"),
    ]),
    ("ocaml", {"main.ml": "let f x = match x with Some y -> y\n\nlet () = print_string (f (Some 1))\n"}, [
        ("warning", "main.ml", 1, 11, "not exhaustive"), ("error", "main.ml", 3, 23, "This expression has type int"),
    ]),
    ("erlang", {"main.erl": "-module(main).\n-export([main/0]).\nmain() ->\n    Unused = 1,\n    absent().\n"}, [
        ("error", "main.erl", 5, 5, "absent/0 undefined"), ("warning", "main.erl", 4, 5, "unused"),
    ]),
    ("scheme", {"main.scm": "(define (f x) (+ x 1))\n(display (f 1 2))\n"}, [
        ("warning", "main.scm", 2, 10, "wrong number of arguments"),
    ]),
    ("commonlisp", {"main.lisp": "(defun f (x) (* 2 x))\n\n(defun g (z) (f 1 2))\n"}, [
        ("warning", "main.lisp", 3, None, "Z is defined but never used"),
    ]),
    ("sqlite", {"main.sql": "SELECT 1;\n-- a note; more\nSELECT 'a;b',\n  2;\nSELEC 3;\n.mode csv\nDELETE FROM absent;\n"}, [
        ("error", "main.sql", 5, None, "syntax error"), ("error", "main.sql", 7, None, "no such table"),
    ]),
    ("prolog", {"main.pro": ":- op(700, xfx, ===>).\na ===> b.\nf(X) :- X = 1, ).\ng(1).\n"}, [
        ("error", "main.pro", 3, 16, "cannot_start_term"),
    ]),
    ("zig", {"main.zig": "pub fn main() void {\n    const n: u8 = 300;\n    _ = n;\n}\n"}, [
        ("error", "main.zig", 2, 19, "cannot represent integer value"),
    ]),
]  # fmt: skip


def check(registry: Registry, language: str, files: dict[str, str], work: Path) -> tuple[bool, tuple[Diagnostic, ...]]:
    """Run the language's checker on the files."""
    for name, text in files.items():
        (work / name).write_text(text)
    runtime = registry.prepare(language)
    entry = runtime.language.source_name
    command = runtime.validate_command(sources=list(files), entry=entry, memory_bytes=1024 * MIB)
    for name, content in command.files.items():
        (work / name).write_bytes(content)
    done = subprocess.run(
        command.argv, cwd=work, env=dict(command.environment), capture_output=True, timeout=300, check=False
    )
    return done.returncode == 0, runtime.parse_diagnostics(done.stdout, done.stderr, done.returncode)


@pytest.mark.parametrize(("language", "files", "expected"), CASES)
def test_each_finding_has_its_place(
    registry: Registry,
    tmp_path: Path,
    language: str,
    files: dict[str, str],
    expected: list[tuple[str, str, int | None, int | None, str]],
) -> None:
    valid, found = check(registry, language, files, tmp_path)
    assert valid is all(severity != "error" for severity, *_ in expected)
    for severity, path, line, column, message in expected:
        matching = [item for item in found if item.path == path and message in item.message]
        assert matching, found
        item = matching[0]
        assert item.severity == severity
        assert line is None or (item.line, item.column) == (line, column)


def test_a_checker_does_not_run_the_program(registry: Registry, tmp_path: Path) -> None:
    valid, found = check(registry, "python", {"main.py": "open('ran', 'w')\n"}, tmp_path)
    assert valid
    assert found == ()
    assert not (tmp_path / "ran").exists()
    check(registry, "javascript", {"main.js": "require('fs').writeFileSync('ran', '')\n"}, tmp_path)
    check(registry, "javascript", {"main.js": "import fs from 'fs'; fs.writeFileSync('ran', '')\n"}, tmp_path)
    assert not (tmp_path / "ran").exists()


def test_a_failure_that_no_pattern_knows_is_still_an_error(registry: Registry) -> None:
    found = registry.runtime("c").parse_diagnostics(b"", b"gcc: fatal error: no input files\n", 1)
    assert [item.severity for item in found] == ["error"]
    assert "no input files" in found[0].message
    killed = registry.runtime("c").parse_diagnostics(b"", b"", None)
    assert [item.severity for item in killed] == ["error"]


def test_a_flood_of_findings_is_cut(registry: Registry) -> None:
    flood = b"main.c:1:1: error: x\n" * 5000
    assert len(registry.runtime("c").parse_diagnostics(b"", flood, 1)) == 200
