"""What is lost on the way is sent again where that is safe, and nothing runs twice."""

from __future__ import annotations

import json

import pytest

from runward.sdk import (
    OutputEvent,
    RateLimited,
    RetryPolicy,
    ServerFault,
    ServerUnreachable,
    StatusEvent,
    Unauthorized,
)
from tests.api.conftest import Server, StartServer
from tests.sdk.conftest import Open
from tests.sdk.interloper import Interloper

COUNT = "import time\nfor n in range(20):\n    print(n, flush=True)\n    time.sleep(0.03)"
COUNTED = "".join(f"{n}\n" for n in range(20))
PROBLEM = {"code": "queue_full", "detail": "enough", "correlation_id": "c1", "errors": []}


def test_a_lost_answer_does_not_run_the_program_again(
    open_client: Open, server: Server, interloper: Interloper
) -> None:
    direct = open_client(server.url)
    session = direct.sessions.create("python", "print(1)")
    interloper.cut_after(0, 20)

    run = open_client(interloper.url).sessions.run(session.id)

    assert interloper.connections == 3
    assert [each.execution_id for each in direct.sessions.executions(session.id)] == [run.execution_id]


def test_a_whole_run_comes_through_a_bad_line(open_client: Open, interloper: Interloper) -> None:
    client = open_client(interloper.url)
    interloper.cut_after(0, 700, 10, 900)

    execution = client.run("python", "print(input())", stdin="hello", artifacts=["*"])

    assert execution.stdout == "hello\n"
    assert interloper.connections > 2


def test_events_go_on_where_the_connection_broke(open_client: Open, server: Server, interloper: Interloper) -> None:
    direct = open_client(server.url)
    session = direct.sessions.create("python", COUNT)
    run = open_client(interloper.url).executions.follow(direct.sessions.run(session.id).execution_id)
    interloper.cut_after(*range(400, 1400, 100))

    events = list(run.events())

    output = "".join(each.text for each in events if isinstance(each, OutputEvent))
    assert output == COUNTED
    assert interloper.connections > 4
    known = [each for each in direct.executions.events(run.execution_id) if each.position]
    assert [each for each in events if each.position] == known
    assert sum(isinstance(each, StatusEvent) and not each.position for each in events) <= 1


def test_output_goes_on_where_the_connection_broke(open_client: Open, server: Server, interloper: Interloper) -> None:
    direct = open_client(server.url)
    session = direct.sessions.create("python", COUNT)
    run = open_client(interloper.url).executions.follow(direct.sessions.run(session.id).execution_id)
    interloper.cut_after(500, 0, 900, 450)

    assert "".join(run.output()) == COUNTED


def test_opening_a_session_is_not_repeated_in_the_dark(
    open_client: Open, server: Server, interloper: Interloper
) -> None:
    direct = open_client(server.url)
    before = len(direct.sessions.list(limit=200))
    interloper.cut_after(0)

    with pytest.raises(ServerUnreachable, match="lost"):
        open_client(interloper.url).sessions.create("python", "print(1)")

    assert len(direct.sessions.list(limit=200)) == before + 1


def test_broken_live_connection_is_told_of(open_client: Open, server: Server, interloper: Interloper) -> None:
    direct = open_client(server.url)
    session = direct.sessions.create("python", "input()")
    run = direct.sessions.run(session.id, interactive=True)
    interloper.cut_after(250)

    with (
        open_client(interloper.url).executions.follow(run.execution_id).connect() as live,
        pytest.raises(ServerUnreachable),
    ):
        list(live)
    run.cancel()


def test_a_server_that_is_not_there_is_told_of_soon(open_client: Open, interloper: Interloper) -> None:
    url = interloper.url
    interloper.__exit__()

    with pytest.raises(ServerUnreachable, match="no connection"):
        open_client(url, retry=RetryPolicy(retries=1)).health()


def test_a_passing_fault_is_waited_out(open_client: Open, interloper: Interloper) -> None:
    interloper.answer("503 Service Unavailable", json.dumps(PROBLEM), Retry_After="0")
    interloper.answer("502 Bad Gateway", "<html>")

    assert open_client(interloper.url).health().status == "healthy"
    assert interloper.connections == 3


def test_a_lasting_fault_is_raised_whole(open_client: Open, interloper: Interloper) -> None:
    interloper.answer("503 Service Unavailable", json.dumps(PROBLEM))

    with pytest.raises(ServerFault) as caught:
        open_client(interloper.url, retry=RetryPolicy(retries=0)).health()

    error = caught.value
    assert (error.status, error.code, error.detail, error.correlation_id) == (503, "queue_full", "enough", "c1")


def test_429_is_asked_again_when_the_server_says_so_also_for_what_is_not_repeatable(
    open_client: Open, interloper: Interloper
) -> None:
    interloper.answer("429 Too Many Requests", json.dumps(PROBLEM), Retry_After="0")

    session = open_client(interloper.url).sessions.create("python", "print(1)")

    assert session.status == "ACTIVE"
    assert interloper.connections == 2


def test_429_is_raised_where_it_would_take_too_long(open_client: Open, interloper: Interloper) -> None:
    interloper.answer("429 Too Many Requests", json.dumps(PROBLEM), Retry_After="3600")

    with pytest.raises(RateLimited) as caught:
        open_client(interloper.url).sessions.create("python", "print(1)")

    assert caught.value.retry_after == 3600


def test_the_eleventh_run_of_a_minute_is_refused_with_when_to_come_again(
    open_client: Open, start_server: StartServer
) -> None:
    client = open_client(start_server(RUNWARD_SESSION_RATE="10").url, retry=RetryPolicy(rate_limit_seconds=0))
    session = client.sessions.create("python", "print(1)")
    runs = [client.sessions.run(session.id) for _ in range(10)]

    with pytest.raises(RateLimited) as caught:
        client.sessions.run(session.id)

    assert caught.value.code == "session_rate_limited"
    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 60
    assert len({run.execution_id for run in runs}) == 10


def tokens(name: str, *, seconds: float) -> str:
    return json.dumps({"access_token": f"a-{name}", "refresh_token": f"r-{name}", "expires_in": seconds})


def sent_by(request: str) -> tuple[str, str]:
    """Return a request's path and its bearer."""
    lines = request.split("\r\n")
    bearers = [line.split()[-1] for line in lines if line.lower().startswith("authorization:")]
    return lines[0].split()[1], *(bearers or [""])  # type: ignore[return-value]  # there is one, or none


def test_a_login_is_kept_up(open_client: Open, interloper: Interloper) -> None:
    client = open_client(interloper.url)
    interloper.answer("200 OK", tokens("one", seconds=0))
    interloper.answer("200 OK", tokens("two", seconds=900))
    interloper.answer("200 OK", "[]")
    interloper.answer("401 Unauthorized", "{}")
    interloper.answer("200 OK", tokens("three", seconds=900))
    interloper.answer("200 OK", "[]")

    client.login("ada", "secret")
    listed = [client.sessions.list() for _ in range(2)]

    assert listed == [[], []]
    assert [sent_by(request) for request in interloper.requests] == [
        ("/auth/login", ""),
        ("/auth/refresh", ""),
        ("/code-sessions?limit=50", "a-two"),
        ("/code-sessions?limit=50", "a-two"),
        ("/auth/refresh", ""),
        ("/code-sessions?limit=50", "a-three"),
    ]
    assert ['"r-one"' in interloper.requests[1], '"r-two"' in interloper.requests[4]] == [True, True]


def test_an_api_key_is_sent_and_a_wrong_one_is_told_of(open_client: Open, interloper: Interloper) -> None:
    interloper.answer("401 Unauthorized", json.dumps({"code": "credentials_refused", "detail": "no such key"}))

    with pytest.raises(Unauthorized, match="no such key"):
        open_client(interloper.url, api_key="k-1").languages()

    assert [sent_by(request) for request in interloper.requests] == [("/languages", "k-1")]
