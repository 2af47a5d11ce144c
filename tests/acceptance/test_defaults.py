"""Contract 1, word for word: the defaults, and lower ones by request."""

from __future__ import annotations

from tests.acceptance.client import HOLD, Api

KIB, MIB = 1024, 1024 * 1024


def test_ten_executions_a_minute_for_each_session(default_api: Api) -> None:
    session_id, other = default_api.open(), default_api.open()
    made = [default_api.run(session_id) for _ in range(10)]

    refused = default_api.http.post(f"/code-sessions/{session_id}/run")

    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["code"] == "session_rate_limited"
    default_api.run(other)
    assert [default_api.end_of(each)["status"] for each in made] == ["COMPLETED"] * 10


def test_thirty_seconds(default_api: Api) -> None:
    ended = default_api.execute(HOLD)

    assert ended["status"] == "TIMEOUT"
    assert "limit of 30 s" in ended["stderr"]
    assert 30_000 <= ended["execution_time_ms"] < 45_000


def test_128_mib_of_memory(default_api: Api) -> None:
    fits = default_api.execute("x = bytearray(100 << 20); print(len(x))")
    too_large = default_api.execute("x = bytearray(130 << 20); print(len(x))")

    assert (fits["status"], fits["stdout"]) == ("COMPLETED", f"{100 * MIB}\n")
    assert (too_large["status"], too_large["outcome"]) == ("FAILED", "memory_limit")
    assert str(128 * MIB) in too_large["stderr"]


def test_100_kib_of_each_stream(default_api: Api) -> None:
    most = 100 * KIB
    fits = default_api.execute(f"import sys; sys.stdout.write('o' * {most}); sys.stderr.write('e' * {most})")
    too_long = default_api.execute(f"import sys; sys.stdout.write('o' * {most + 1})")
    other = default_api.execute(f"import sys; sys.stderr.write('e' * {most + 1})")

    assert (fits["status"], len(fits["stdout"]), len(fits["stderr"])) == ("COMPLETED", most, most)
    assert (fits["stdout_truncated"], fits["stderr_truncated"]) == (False, False)
    assert (len(too_long["stdout"]), too_long["stdout_truncated"], too_long["outcome"]) == (most, True, "output_limit")
    assert other["stderr_truncated"]
    assert other["stderr"].startswith("e" * most + "\n")


def test_each_may_be_lower_by_request(root: Api) -> None:
    little = root.execute("print('x' * 2000)", limits={"output_bytes": 1000})
    small = root.execute("x = bytearray(60 << 20)", limits={"memory_bytes": 50 * MIB})

    assert (len(little["stdout"]), little["stdout_truncated"]) == (1000, True)
    assert small["outcome"] == "memory_limit"


def test_hundred_executions_a_session(root: Api) -> None:
    session_id = root.open()
    made = [root.run(session_id) for _ in range(100)]

    refused = root.http.post(f"/code-sessions/{session_id}/run")

    assert (refused.status_code, refused.json()["code"]) == (409, "session_full")
    assert len(root.http.get(f"/executions/session/{session_id}", params={"limit": 200}).json()) == 100
    root.end_of(made[-1])
