"""An executor that is a service elsewhere."""

from __future__ import annotations

import asyncio
import json
from typing import Any, TypeVar

import httpx
import stamina
from pydantic import BaseModel, ValidationError

from runward.api.errors import ExecutorFailed, ExecutorRefused, ExecutorTimedOut
from runward.api.executors.breaker import Breaker
from runward.api.executors.probe import Health, Probe
from runward.api.key import HEADER as KEY_HEADER
from runward.api.schemas.executor import (
    DEFAULT_TIMEOUT_SECONDS,
    ExecuteRequest,
    ExecuteResponse,
    HealthResponse,
    HealthStatus,
    InfoResponse,
    ValidateRequest,
    ValidateResponse,
)
from runward.domain.limits import MIB
from runward.telemetry import current_correlation_id, current_traceparent

# Both streams at the highest output limit, each byte written as six characters of JSON, fit many times over.
_LARGEST_ANSWER = 64 * MIB
# A program's time does not hold its compiler's, nor its wait in the executor's queue.
_EXECUTE_MARGIN = 90.0
_VALIDATE_SECONDS = 90.0
_INFO_SECONDS = 10.0
_HEALTH_SECONDS = 30.0
_CONNECTION_FAILURES = (httpx.ConnectError, httpx.ConnectTimeout)

ModelT = TypeVar("ModelT", bound=BaseModel)


def open_client(key: str | None) -> httpx.AsyncClient:
    """Return the client that all remote executors share."""
    return httpx.AsyncClient(
        headers={KEY_HEADER: key} if key else {},
        # The end of an answer is bounded by asyncio.timeout around the whole call.
        timeout=httpx.Timeout(None, connect=2.0, pool=5.0),
        # Executors close idle connections after 5 s: a connection kept longer would fail in the middle of a call.
        limits=httpx.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=2.0),
        follow_redirects=False,
        # The key must not go through a proxy that some variable of the process names.
        trust_env=False,
    )


class RemoteExecutor:
    """Hands one language's programs to a service."""

    def __init__(self, *, language: str, url: str, client: httpx.AsyncClient, breaker: Breaker | None = None) -> None:
        self._language, self._url, self._client = language, url, client
        self._breaker = breaker or Breaker()
        self._probe = Probe(self._check)

    @property
    def language(self) -> str:
        """Return the language's identifier."""
        return self._language

    @property
    def location(self) -> str:
        """Return the service's address."""
        return self._url

    async def health(self) -> Health:
        """Tell how a recent call of the service's own health check went."""
        return await self._probe.health()

    async def execute(self, request: ExecuteRequest) -> ExecuteResponse:
        """Run the program there; cancelling closes the connection, which kills it."""
        wait = (request.timeout or DEFAULT_TIMEOUT_SECONDS) + _EXECUTE_MARGIN
        body = request.model_dump(exclude_none=True)
        with self._breaker.attempt():
            answer = await self._call("POST", "/execute", body=body, wait_seconds=wait)
        return self._read(answer, ExecuteResponse)

    async def validate(self, request: ValidateRequest) -> ValidateResponse:
        """Check the program there."""
        with self._breaker.attempt():
            answer = await self._call("POST", "/validate", body=request.model_dump(), wait_seconds=_VALIDATE_SECONDS)
        return self._read(answer, ValidateResponse)

    async def info(self) -> InfoResponse:
        """Describe the language as it is there."""
        with self._breaker.attempt():
            answer = await self._call("GET", "/info", body=None, wait_seconds=_INFO_SECONDS)
        return self._read(answer, InfoResponse)

    async def close(self) -> None:
        """End a health check that is under way."""
        await self._probe.close()

    async def _check(self) -> None:
        # Past the breaker: whether the service is back is what is asked here.
        answer = await self._call("GET", "/health", body=None, wait_seconds=_HEALTH_SECONDS)
        if self._read(answer, HealthResponse).status is not HealthStatus.HEALTHY:
            raise ExecutorFailed(f"the executor at {self._url} says that it is not healthy")

    async def _call(self, method: str, path: str, *, body: dict[str, Any] | None, wait_seconds: float) -> _Answer:
        try:
            async with asyncio.timeout(wait_seconds):
                answer = await self._connect_and_call(method, path, body)
        except TimeoutError:
            raise ExecutorTimedOut(f"the executor at {self._url} did not answer within {wait_seconds:g} s") from None
        except httpx.HTTPError as error:
            told = str(error) or type(error).__name__
            raise ExecutorFailed(f"the executor at {self._url} cannot be used: {told}") from error
        if answer.status >= 500 or answer.status in (401, 403):
            # A refused key is the gateway's fault, not its client's.
            told = _problem(answer).get("detail") or _problem(answer).get("lastError") or "no reason given"
            raise ExecutorFailed(f"the executor at {self._url} answered {answer.status}: {told}")
        return answer

    async def _connect_and_call(self, method: str, path: str, body: dict[str, Any] | None) -> _Answer:
        # Once a connection stood, the program may have run: only a call that never left is sent again.
        retries = stamina.retry_context(
            on=_CONNECTION_FAILURES, attempts=3, timeout=5.0, wait_initial=0.1, wait_max=1.0
        )
        async for attempt in retries:
            with attempt:
                return await self._exchange(method, path, body)
        raise AssertionError("the last attempt returns or raises")

    async def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> _Answer:
        correlation_id = current_correlation_id()
        named = {"X-Request-ID": correlation_id, "traceparent": current_traceparent()}
        headers = {name: value for name, value in named.items() if value}
        async with self._client.stream(method, f"{self._url}{path}", json=body, headers=headers) as response:
            chunks: list[bytes] = []
            size = 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > _LARGEST_ANSWER:
                    raise ExecutorFailed(f"the executor at {self._url} answered more than {_LARGEST_ANSWER} bytes")
                chunks.append(chunk)
            return _Answer(response.status_code, response.headers.get("Retry-After"), b"".join(chunks))

    def _read(self, answer: _Answer, model: type[ModelT]) -> ModelT:
        if answer.status != 200:
            problem = _problem(answer)
            raise ExecutorRefused(
                status=answer.status if 400 <= answer.status < 500 else 502,
                code=str(problem.get("code", "refused")),
                detail=str(problem.get("detail", f"the executor answered {answer.status}")),
                retry_after=answer.retry_after,
            )
        try:
            return model.model_validate_json(answer.body)
        except ValidationError as error:
            raise ExecutorFailed(f"the executor at {self._url} gave an answer of another shape") from error


class _Answer:
    __slots__ = ("body", "retry_after", "status")

    def __init__(self, status: int, retry_after: str | None, body: bytes) -> None:
        self.status, self.retry_after, self.body = status, retry_after, body


def _problem(answer: _Answer) -> dict[str, Any]:
    try:
        problem = json.loads(answer.body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
