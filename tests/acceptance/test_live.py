"""The WebSocket: events come out, input and orders go in."""

from __future__ import annotations

import base64
import json
from contextlib import AbstractContextManager
from socket import SHUT_RDWR
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.acceptance.client import HOLD, Api

ECHO = """
import sys
print("ready", flush=True)
for line in sys.stdin:
    print("got", line.strip(), flush=True)
print("end of input", flush=True)
"""


class Live:
    """One connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard = ""

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def next_of(self, kind: str) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(self.socket.recv(timeout=60))
            if message["type"] == "output":
                self.heard += message["text"]
            if message["type"] == kind:
                return message

    def hear(self, text: str) -> None:
        while text not in self.heard:
            self.next_of("output")


def live(api: Api, execution_id: str, query: str = "", **options: Any) -> AbstractContextManager[ClientConnection]:
    url = str(api.http.base_url).rstrip("/").replace("http", "ws", 1)
    connection: AbstractContextManager[ClientConnection] = connect(
        f"{url}/executions/{execution_id}/ws{query}", proxy=None, **options
    )
    return connection


def test_dialogue(api: Api) -> None:
    execution_id = api.run(api.open(ECHO), interactive=True)
    with live(api, execution_id) as socket:
        talk = Live(socket)
        talk.hear("ready\n")
        talk.send(type="stdin", text="ü\n")
        talk.hear("got ü\n")
        talk.send(type="stdin", base64=base64.b64encode(b"bytes\n").decode())
        talk.hear("got bytes\n")
        talk.send(type="eof")
        result = talk.next_of("result")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=60)

    assert talk.heard == result["stdout"] == "ready\ngot ü\ngot bytes\nend of input\n"
    assert {name: value for name, value in result.items() if name not in {"type", "id"}} == api.get(execution_id)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


def test_input_may_come_before_the_program_runs(api: Api) -> None:
    with api.occupied():
        execution_id = api.run(api.open(ECHO), interactive=True, priority=-10)
        with live(api, execution_id) as socket:
            talk = Live(socket)
            assert talk.next_of("status")["status"] == "QUEUED"
            talk.send(type="stdin", text="early\n")
            talk.send(type="eof")
            # Answered in order: when this error is back, what was sent before has been taken.
            talk.send(type="nothing")
            talk.next_of("error")

    assert api.end_of(execution_id)["stdout"] == "ready\ngot early\nend of input\n"


def test_character_that_is_cut_between_two_writes_comes_whole(api: Api) -> None:
    source = """
import sys
out = sys.stdout.buffer
out.write(b"a\\xf0\\x9f"); out.flush()
sys.stdin.readline()
out.write(b"\\x90\\x8d"); out.flush()
sys.stdin.readline()
out.write(b"\\xe2\\x82"); out.flush()
"""
    execution_id = api.run(api.open(source), interactive=True)
    with live(api, execution_id) as socket:
        talk = Live(socket)
        talk.hear("a")
        talk.send(type="stdin", text="\n")
        talk.hear("a\U0001f40d")
        talk.send(type="stdin", text="\n")
        result = talk.next_of("result")

    # The last one stays half: that is told only when it is certain.
    assert talk.heard == result["stdout"] == "a\U0001f40d\ufffd"


def test_cancel(api: Api) -> None:
    execution_id = api.run(api.open(HOLD))
    with live(api, execution_id) as socket:
        talk = Live(socket)
        talk.hear("begun\n")
        talk.send(type="cancel")
        result = talk.next_of("result")

    assert (result["status"], result["stdout"]) == ("CANCELLED", "begun\n")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "null",
        '"stdin"',
        "{}",
        '{"type": "stdin", "text": 5}',
        '{"type": "stdin", "base64": "%"}',
        '{"type": "stdin", "text": "\\ud800"}',
        '{"type": "bogus"}',
        '{"type": "eof", "more": 1}',
        '{"type": "signal", "signal": "STOP"}',
        '{"type": "resize", "rows": 0, "columns": 1}',
        '{"type": "stdin", "text": "' + "x" * 70_000 + '"}',
        b'{"type": "eof"}',
    ],
)
def test_message_that_is_none_is_told_and_costs_nothing(root: Api, message: str | bytes) -> None:
    execution_id = root.run(root.open(ECHO), interactive=True)
    with live(root, execution_id) as socket:
        talk = Live(socket)
        talk.hear("ready\n")
        socket.send(message)
        error = talk.next_of("error")
        assert set(error) == {"type", "code", "detail"}
        talk.send(type="stdin", text="still here\n")
        talk.hear("got still here\n")
        talk.send(type="eof")
        assert talk.next_of("result")["status"] == "COMPLETED"


def test_input_for_one_that_takes_none_is_refused(api: Api) -> None:
    execution_id = api.run(api.open(HOLD))
    with live(api, execution_id) as socket:
        talk = Live(socket)
        talk.hear("begun\n")
        for message in ({"type": "stdin", "text": "x"}, {"type": "eof"}):
            talk.send(**message)
            assert "interactive" in talk.next_of("error")["detail"]
        talk.send(type="cancel")
        talk.next_of("result")


def test_connection_goes_on_after_an_event(api: Api) -> None:
    execution_id = api.run(api.open("for number in range(50): print(number, flush=True)"))
    events = [event for event in api.follow(execution_id) if event.id]
    middle = events[len(events) // 2]

    with live(api, execution_id, f"?after={middle.id}") as socket:
        heard = [json.loads(message) for message in socket]

    assert [message.get("id", "") for message in heard] == [event.id for event in events[len(events) // 2 + 1 :]]


def test_ended_execution_is_told_and_the_connection_closed(api: Api) -> None:
    execution_id = api.run(api.open())
    api.end_of(execution_id)

    with live(api, execution_id) as socket:
        heard = [json.loads(message) for message in socket]

    assert heard[-1]["type"] == "result"


def test_client_that_vanishes_takes_nothing_with_it(api: Api) -> None:
    execution_id = api.run(api.open(ECHO), interactive=True)
    with live(api, execution_id) as first:
        Live(first).hear("ready\n")
        first.socket.shutdown(SHUT_RDWR)  # no closing handshake

    with live(api, execution_id) as socket:
        talk = Live(socket)
        talk.send(type="stdin", text="second\n")
        talk.hear("got second\n")
        talk.send(type="eof")

        assert talk.next_of("result")["status"] == "COMPLETED"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_page_of_another_origin_may_not_connect(root: Api, origin: str) -> None:
    execution_id = root.run(root.open(HOLD))

    with pytest.raises(InvalidStatus) as refused, live(root, execution_id, origin=origin):
        pass

    assert refused.value.response.status_code == 403
    root.http.post(f"/executions/{execution_id}/cancel")


def test_own_page_may_connect(root: Api) -> None:
    execution_id = root.run(root.open(HOLD))
    base = root.http.base_url

    with live(root, execution_id, origin=f"{base.scheme}://{base.netloc.decode()}") as socket:
        talk = Live(socket)
        talk.send(type="cancel")
        talk.next_of("result")


@pytest.mark.parametrize("query", ["?after=x", "?after=1-x"])
def test_position_that_is_none_is_refused(root: Api, query: str) -> None:
    execution_id = root.run(root.open())

    with pytest.raises(InvalidStatus) as refused, live(root, execution_id, query):
        pass

    assert refused.value.response.status_code == 422
    root.end_of(execution_id)


def test_execution_that_is_not_there_cannot_be_connected_to(root: Api) -> None:
    with pytest.raises(InvalidStatus) as refused, live(root, str(uuid4())):
        pass

    assert refused.value.response.status_code == 404
