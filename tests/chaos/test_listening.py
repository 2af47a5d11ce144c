"""Listeners on one host of a program on another: in order, live, resumed elsewhere, and never a burden."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse

import httpx
import pytest

from tests.acceptance.client import Api, Event, parse_events, text_of
from tests.servers.cluster import Cluster

LINES = 150
TALKS = f"""
import time
for number in range({LINES}):
    print('line', number, flush=True)
    time.sleep(0.05)
"""
TALKED = "".join(f"line {number}\n" for number in range(LINES))
# More than the buffers between two sockets hold.
FLOODS = "import sys\nfor number in range(2000): sys.stdout.write(f'{number:0999}\\n'); sys.stdout.flush()"
FLOODED = "".join(f"{number:0999}\n" for number in range(2000))
SETTINGS = {"RUNWARD_READY_SLOTS": "1", "RUNWARD_SESSION_RATE": "1000"}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Return two API nodes and a worker."""
    with Cluster(broker="none", nodes=2, workers=1, settings=SETTINGS) as started:
        yield started


def test_listener_goes_on_at_another_node_where_the_first_was_killed(cluster: Cluster) -> None:
    first, second = (httpx.Client(base_url=url, timeout=60, trust_env=False) for url in cluster.urls)
    with first, second:
        execution_id = Api(second).run(Api(first).open(TALKS))
        heard = _hear_until(execution_id, Api(first), Api(second), cluster)
        assert "result" not in [event.kind for event in heard]

        rest = Api(second).follow(execution_id, after=next(event.id for event in reversed(heard) if event.id))

        assert text_of([*heard, *rest]) == TALKED
        assert [event.kind for event in rest][-1] == "result"
        assert (rest[-1].data["status"], rest[-1].data["stdout"]) == ("COMPLETED", TALKED)


def test_listener_who_does_not_read_holds_up_nothing_and_loses_nothing(cluster: Cluster) -> None:
    with httpx.Client(base_url=cluster.urls[0], timeout=60, trust_env=False) as http:
        api = Api(http)
        execution_id = api.run(api.open(FLOODS), limits={"output_bytes": 4_000_000})
        with _listening(cluster.ports[1], execution_id) as slow:
            ended = api.end_of(execution_id)
            assert (ended["status"], ended["stdout"]) == ("COMPLETED", FLOODED)

            assert text_of(list(parse_events(_lines(slow)))) == FLOODED


def _hear_until(execution_id: str, first: Api, second: Api, cluster: Cluster) -> list[Event]:
    """Kill the first node in the middle of its listening; return what was heard."""
    heard: list[Event] = []
    try:
        with first.following(execution_id) as events:
            for event in events:
                heard.append(event)
                if len(text_of(heard).splitlines()) == LINES // 5:
                    assert second.get(execution_id)["status"] == "RUNNING", "it is heard while it happens"
                    cluster.nodes[0].kill()
    except httpx.TransportError:
        return heard
    raise AssertionError("the connection ended in good order")


@contextmanager
def _listening(port: int, execution_id: str) -> Iterator[HTTPResponse]:
    """Yield the events, of which hardly any are taken before they are read."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET /executions/{execution_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with HTTPResponse(connection) as answer:
            yield answer


def _lines(answer: HTTPResponse) -> Iterator[str]:
    answer.begin()
    for line in answer:
        yield line.decode().removesuffix("\n")
