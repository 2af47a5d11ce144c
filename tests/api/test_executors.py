"""The executors' contract, word for word, against the real server."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from tests.api.conftest import StartServer

PROGRAMS = {
    "python": "print(input())",
    "javascript": "process.stdin.on('data', (data) => process.stdout.write(data));",
    "cpp": "#include <iostream>\nint main() { std::string s; std::getline(std::cin, s); std::cout << s << '\\n'; }",
}


def execute(client: httpx.Client, code: str, *, language: str = "python", **fields: Any) -> dict[str, Any]:
    response = client.post(f"/executors/{language}/execute", json={"code": code, **fields})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("language", PROGRAMS)
def test_answer_has_the_four_fields_and_no_other(client: httpx.Client, language: str) -> None:
    answer = execute(client, PROGRAMS[language], language=language, inputData="hello\n")

    assert list(answer) == ["output", "error", "executionTime", "status"]
    assert (answer["output"], answer["error"], answer["status"]) == ("hello\n", "", "success")
    assert isinstance(answer["executionTime"], float)
    assert answer["executionTime"] > 0


@pytest.mark.parametrize(
    ("language", "code", "status", "told"),
    [
        ("python", "raise SystemExit(3)", "error", "exit status 3"),
        ("python", "1/0", "error", "ZeroDivisionError"),
        ("python", "import os; os.kill(os.getpid(), 11)", "error", "SIGSEGV"),
        ("python", "while True: pass", "timeout", "time limit"),
        ("python", "import time; time.sleep(60)", "timeout", "time limit"),
        ("python", "b = bytearray(1 << 30); print(len(b))", "memory_limit", "memory"),
        ("python", "while True: print('x' * 65536)", "output_limit", "output"),
        ("cpp", "int main( { }", "compilation_error", "main"),
    ],
)
def test_failing_program_is_an_answer(client: httpx.Client, language: str, code: str, status: str, told: str) -> None:
    answer = execute(client, code, language=language, timeout=2)

    assert answer["status"] == status
    assert told in answer["error"]


def test_warnings_of_a_program_that_succeeds_are_in_error(client: httpx.Client) -> None:
    answer = execute(client, "import sys; print('out'); print('err', file=sys.stderr)")

    assert (answer["output"], answer["error"], answer["status"]) == ("out\n", "err\n", "success")


def test_invalid_utf8_is_replaced_and_nothing_else(client: httpx.Client) -> None:
    answer = execute(client, r"import sys; sys.stdout.buffer.write(b'a\xff\x00b\n')")

    assert answer["output"] == "a�\0b\n"


def test_null_stands_for_the_default(client: httpx.Client) -> None:
    answer = execute(client, "import sys; print(repr(sys.stdin.read()))", inputData=None, timeout=None)

    assert answer["output"] == "''\n"


@pytest.mark.parametrize("alias", ["python", "py", "Python", "PY"])
def test_language_is_found_by_alias_in_any_case(client: httpx.Client, alias: str) -> None:
    assert execute(client, "print(1)", language=alias)["output"] == "1\n"


def test_alias_with_signs_is_found(client: httpx.Client) -> None:
    assert client.get("/executors/c++/info").json()["language"] == "cpp"
    assert client.get("/executors/c%23/info").json()["language"] == "csharp"


@pytest.mark.parametrize(
    "change",
    [
        {"timeout": 60.1},
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": "5"},
        {"timeout": True},
        {"timeout": []},
        {"code": None},
        {"code": 5},
        {"inputData": 5},
        {"inputdata": "a typo"},
        {"input_data": "another"},
        {"language": "python"},
    ],
)
def test_wrong_field_is_422_and_named(client: httpx.Client, change: dict[str, object]) -> None:
    response = client.post("/executors/python/execute", json={"code": "print(1)", **change})

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["errors"][0]["field"] == f"body.{next(iter(change))}"


def test_longest_timeout_is_taken(client: httpx.Client) -> None:
    assert execute(client, "print(1)", timeout=60)["status"] == "success"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"code": "print(1)", "timeout": NaN}', 422),
        (b'{"code": "print(1)", "timeout": Infinity}', 422),
        (b'{"code": "print(1)", "timeout": 1e999}', 422),
        (b'{"code": "print(\'\\ud800\')"}', 422),
        (b'{"code": "1", "inputData": "\\udfff"}', 422),
        (b'{"code": "1", "\\ud800": 1}', 422),
        (b'{"code": "\xff"}', 400),
        (b'{"code": ', 400),
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"[" * 100_000, 400),
        (b'{"code": "1", "timeout": ' + b"9" * 10_000 + b"}", 400),
    ],
)
def test_odd_body_is_refused(client: httpx.Client, body: bytes, status: int) -> None:
    response = client.post("/executors/python/execute", content=body, headers={"content-type": "application/json"})

    assert response.status_code == status, response.text
    assert response.json()["status"] == status


def test_body_that_is_not_said_to_be_json_is_415(client: httpx.Client) -> None:
    response = client.post("/executors/python/execute", data={"code": "print(1)"})

    assert response.status_code == 415
    assert "Content-Type: application/json" in response.json()["detail"]


def test_code_of_50_kib_runs_and_a_byte_more_is_413(client: httpx.Client) -> None:
    code = "print(1)\n#".ljust(50 * 1024, "x")
    assert execute(client, code)["output"] == "1\n"

    for path in ("execute", "validate"):
        response = client.post(f"/executors/python/{path}", json={"code": code + "x"})
        assert response.status_code == 413
        assert response.json()["code"] == "code_too_long"


def test_code_is_measured_in_bytes(client: httpx.Client) -> None:
    response = client.post("/executors/python/execute", json={"code": "#" + "é" * 25 * 1024})

    assert response.status_code == 413


def test_body_over_the_limit_is_413_announced_or_not(client: httpx.Client) -> None:
    body = b'{"code": "' + b"x" * (1 << 20) + b'"}'
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    headers = {"content-type": "application/json"}

    announced = client.post("/executors/python/execute", content=body, headers=headers)
    chunked = client.post("/executors/python/execute", content=pieces, headers=headers)

    assert [announced.status_code, chunked.status_code] == [413, 413]
    assert announced.json()["code"] == chunked.json()["code"] == "body_too_large"


def test_unknown_language_is_404_and_the_known_ones_are_told(client: httpx.Client) -> None:
    for method, path in [("POST", "execute"), ("POST", "validate"), ("GET", "info"), ("GET", "health")]:
        response = client.request(
            method, f"/executors/klingon/{path}", json={"code": "1"} if method == "POST" else None
        )
        assert response.status_code == 404
        assert "python" in response.json()["detail"]


def test_health_is_a_real_hello_world_and_cached(client: httpx.Client) -> None:
    first = client.get("/executors/python/health")
    second = client.get("/executors/python/health")

    assert first.status_code == 200
    assert first.json()["status"] == "healthy"
    assert first.json()["latencyMs"] > 0
    assert second.json() == first.json()


@pytest.mark.parametrize(
    ("language", "code"),
    [("python", "def f(:\n  pass\n"), ("cpp", "int main() {\n  return x;\n}\n"), ("javascript", "let a = ;\n")],
)
def test_validate_tells_line_column_and_message(client: httpx.Client, language: str, code: str) -> None:
    response = client.post(f"/executors/{language}/validate", json={"code": code})

    assert response.status_code == 200
    answer = response.json()
    assert list(answer) == ["isValid", "errors", "warnings"]
    assert answer["isValid"] is False
    assert list(answer["errors"][0]) == ["line", "column", "message"]
    assert answer["errors"][0]["line"] in (1, 2)
    assert answer["errors"][0]["message"]


def test_validate_does_not_run_the_program(client: httpx.Client) -> None:
    answer = client.post("/executors/python/validate", json={"code": "while True: pass"}).json()

    assert answer == {"isValid": True, "errors": [], "warnings": []}


def test_info_describes_the_real_toolchain(client: httpx.Client) -> None:
    info = client.get("/executors/python/info").json()

    told = execute(client, "import platform; print(platform.python_version())")["output"]
    assert info["version"] == told.strip()
    assert info["fileName"].endswith(".py")
    assert info["commands"]["run"]
    assert info["limits"]["memoryBytes"] == 128 << 20
    assert info["limits"]["codeBytes"] == 50 << 10
    assert (info["limits"]["defaultTimeoutSeconds"], info["limits"]["maxTimeoutSeconds"]) == (30, 60)
    assert info["limits"]["network"] is False
    assert {"seccomp", "namespaces"} <= {layer["name"] for layer in info["sandbox"]}


def test_a_request_may_ask_for_a_tier_that_is_enabled_and_no_other(start_server: StartServer) -> None:
    server = start_server("executor", "--language", "python", RUNWARD_TIERS="crun")
    code = "import os; print(os.path.exists('/run/cage'))"

    answers = [server.client.post("/execute", json={"code": code, "tier": tier}) for tier in (None, "crun", "runsc")]

    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert [answer.json()["output"] for answer in answers[:2]] == ["False\n", "True\n"]
    assert "RUNWARD_TIERS" in answers[2].json()["detail"]


def test_programs_run_side_by_side(client: httpx.Client) -> None:
    outputs: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: outputs.append(execute(client, f"print({n})")["output"])) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outputs) == sorted(f"{n}\n" for n in range(8))


def test_a_restricted_module_is_told_in_the_answer_and_by_the_checker(start_server: StartServer) -> None:
    server = start_server("executor", "--language", "python", RUNWARD_BLOCKED_IMPORTS="python:ctypes")
    body = {"code": "x = 1\nfrom ctypes import CDLL\n"}

    executed = server.client.post("/execute", json=body).json()
    checked = server.client.post("/validate", json=body).json()

    told = "main.py, line 2: the module ctypes is blocked on this server; do without it"
    assert executed == {"output": "", "error": told, "executionTime": 0.0, "status": "error"}
    assert (checked["isValid"], checked["errors"][0]["line"], checked["errors"][0]["message"]) == (False, 2, told)
