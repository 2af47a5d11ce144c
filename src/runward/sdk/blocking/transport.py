# Generated from src/runward/sdk/aio/transport.py by script/generate-sdk: change that, not this.
"""Calls go out, answers come in, and what is lost on the way is sent again where that is safe."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO, TypeVar

import httpx

from runward.domain.errors import RequestError
from runward.sdk import call as calls
from runward.sdk.address import Address
from runward.sdk.call import Call
from runward.sdk.errors import Unauthorized, error_of
from runward.sdk.event import Event, EventDecoder, Following, ResultEvent
from runward.sdk.retry import Patience, RetryPolicy
from runward.sdk.server import Tokens
from runward.sdk.upload import Content

T = TypeVar("T")

# The server sends a sign of life every 15 seconds.
_SILENCE_SECONDS = 45.0
_CONNECT_SECONDS = 10.0
# So long before its end an access token is taken for over.
_SPARE_SECONDS = 10.0
_CHUNK_BYTES = 256 * 1024
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Transport:
    """One server's connections, and the login if there is one."""

    def __init__(self, address: Address, *, policy: RetryPolicy, timeout_seconds: float) -> None:
        self.address, self.policy = address, policy
        self._timeout_seconds = timeout_seconds
        self._http = httpx.Client(timeout=httpx.Timeout(timeout_seconds, connect=_CONNECT_SECONDS))
        self._tokens: Tokens | None = None
        self._good_until = 0.0
        self._refreshing = threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def send(self, call: Call[T]) -> T:
        """Make the call and return its answer; a refusal is raised."""
        patience = Patience(self.policy, repeatable=call.repeatable)
        renewed = False
        while True:
            headers = {**call.headers, **({} if call.anonymous else self.credentials())}
            try:
                response = self._request(call, headers)
            except httpx.TransportError as error:
                time.sleep(patience.after_loss(error, sent=not isinstance(error, _NOT_SENT)))
                continue
            if response.is_success:
                return call.parse(response.content)
            refusal = error_of(response.status_code, response.headers, response.content)
            if isinstance(refusal, Unauthorized) and self._tokens and not call.anonymous and not renewed:
                renewed = True
                self._renew(self._tokens)
                continue
            time.sleep(patience.after_refusal(refusal))

    def follow(self, execution_id: calls.Id, position: str) -> Generator[Event]:
        """Yield what happens after the position, once each, over as many connections as it takes."""
        following = Following(position)
        patience = Patience(self.policy, repeatable=True)
        url = f"{self.address.url}{calls.execution_path(execution_id)}/events"
        while True:
            headers = {"Last-Event-ID": following.position, **self.credentials()}
            try:
                with self._http.stream("GET", url, headers=headers, timeout=_SILENCE_SECONDS) as response:
                    if not response.is_success:
                        refusal = error_of(response.status_code, response.headers, response.read())
                        wait = patience.after_refusal(refusal)
                    else:
                        decoder = EventDecoder()
                        for data in response.iter_bytes():
                            for event in decoder.decode(data):
                                patience.renew()
                                if following.is_new(event):
                                    yield event
                                if isinstance(event, ResultEvent):
                                    return
                        wait = patience.after_loss(EOFError("the events ended before the execution did"))
            except httpx.TransportError as error:
                wait = patience.after_loss(error)
            time.sleep(wait)

    def credentials(self) -> dict[str, str]:
        """Return the headers that tell who calls."""
        if self._tokens and time.monotonic() > self._good_until:
            self._renew(self._tokens)
        token = self._tokens.access_token if self._tokens else self.address.api_key
        return {"Authorization": f"Bearer {token}"} if token else {}

    def take_tokens(self, tokens: Tokens | None) -> None:
        """Be who has logged in from now on, or nobody."""
        self._tokens = tokens
        self._good_until = time.monotonic() + (tokens.expires_in if tokens else 0.0) - _SPARE_SECONDS

    def _renew(self, old: Tokens) -> None:
        with self._refreshing:
            # A refresh token is good once: of several calls that find the access token over, the first brings new ones.
            if self._tokens is old:
                new = self.send(calls.refresh(old.refresh_token))
                self.take_tokens(new)

    def _request(self, call: Call[T], headers: dict[str, str]) -> httpx.Response:
        return self._http.request(
            call.method,
            f"{self.address.url}{call.path}",
            params=dict(call.query) or None,
            json=call.body,
            content=None if call.content is None else _read(call.content),
            headers=headers,
            timeout=httpx.Timeout(self._timeout_seconds + call.wait_seconds, connect=_CONNECT_SECONDS),
        )


def _read(content: Content) -> Generator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), _CHUNK_BYTES):
            yield content[start : start + _CHUNK_BYTES]
        return
    with _open(content) as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise RequestError(f"cannot read {path}: {error.strerror}") from error
