"""Contract 1, what is beyond: files, arguments, flags, artifacts, versions that are run."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

from tests.acceptance.client import Api

# The least PNG there is: one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_several_files_and_an_entry(api: Api) -> None:
    session_id = api.open(
        "from shapes.square import area\nprint(area(4))",
        files={"shapes/square.py": "def area(side): return side * side"},
        entry="start.py",
    )

    assert api.end_of(api.run(session_id))["stdout"] == "16\n"
    session = api.http.get(f"/code-sessions/{session_id}").json()
    assert (session["entry"], set(session["files"])) == ("start.py", {"shapes/square.py"})


def test_input_files_arguments_environment(api: Api) -> None:
    ended = api.execute(
        "import os, sys\nprint(sys.argv[1:], os.environ['WHO'], open('data/in.bin', 'rb').read(), open('t').read())",
        input_files={"data/in.bin": {"base64": base64.b64encode(b"\0\xff").decode()}, "t": {"text": "ü\n"}},
        arguments=["--x", "a b", ""],
        environment={"WHO": "Ada"},
    )

    assert ended["stdout"] == "['--x', 'a b', ''] Ada b'\\x00\\xff' ü\n\n"


def test_compiler_flags(api: Api) -> None:
    source = '#include <cstdio>\nint main() { std::printf("%d\\n", ANSWER); }'

    assert api.execute(source, language="c++", compiler_flags=["-DANSWER=42"])["stdout"] == "42\n"


def test_artifacts_come_out_as_they_were_written(api: Api) -> None:
    source = (
        "import base64, os, sys\n"
        "os.mkdir('out')\n"
        "open('out/pixel.png', 'wb').write(base64.b64decode(sys.argv[1]))\n"
        "open('page.html', 'w').write('<script>alert(1)</script>')\n"
        "open('a b?#%.txt', 'w').write('odd name')\n"
    )

    ended = api.execute(source, arguments=[base64.b64encode(PNG).decode()], artifacts=["out/*", "*.html", "a*"])

    found = {each["path"]: each for each in ended["artifacts"]}
    assert set(found) == {"out/pixel.png", "page.html", "a b?#%.txt"}
    assert (found["out/pixel.png"]["media_type"], found["out/pixel.png"]["size_bytes"]) == ("image/png", len(PNG))
    contents = {path: api.http.get(_path_of(each["url"])) for path, each in found.items()}
    assert {path: answer.status_code for path, answer in contents.items()} == dict.fromkeys(found, 200)
    assert contents["out/pixel.png"].content == PNG
    assert contents["out/pixel.png"].headers["content-type"] == "image/png"
    assert contents["a b?#%.txt"].text == "odd name"


def test_page_that_a_program_wrote_is_never_shown_as_one(api: Api) -> None:
    ended = api.execute("open('x.html', 'w').write('<script>')", artifacts=["x.html"])

    answer = api.http.get(_path_of(ended["artifacts"][0]["url"]))

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_artifact_that_is_not_there_is_404(api: Api) -> None:
    execution_id = api.run(api.open())
    api.end_of(execution_id)

    assert api.http.get(f"/executions/{execution_id}/artifacts/nothing").status_code == 404


def test_every_call_of_the_contract_is_documented_with_an_example(root: Api) -> None:
    paths = root.http.get("/openapi.json").json()["paths"]

    for prefix in ("", "/api/v1"):
        for method, path in (
            ("post", "/code-sessions"),
            ("patch", "/code-sessions/{session_id}"),
            ("get", "/code-sessions/{session_id}"),
            ("delete", "/code-sessions/{session_id}"),
            ("post", "/code-sessions/{session_id}/run"),
            ("get", "/executions/{execution_id}"),
            ("get", "/executions/session/{session_id}"),
            ("get", "/executions/{execution_id}/events"),
            ("post", "/executions/{execution_id}/cancel"),
            ("get", "/health"),
            ("get", "/health/redis"),
            ("get", "/health/celery"),
        ):
            assert paths[prefix + path][method]["summary"], (method, path)


def test_docs_need_nothing_from_elsewhere(root: Api) -> None:
    page = root.http.get("/docs")

    assert page.status_code == 200
    assert "swagger" in page.text.lower()
    assert re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page.text) is None
    for path in re.findall(r"(?:src|href)=\"(/[^\"]+)\"", page.text):
        assert root.http.get(path).status_code == 200, path


def _path_of(url: str) -> str:
    # Relative to the server; the client stands at the root or at /api/v1, and both serve it.
    assert unquote(url).startswith("/executions/")
    return url
