"""The shared key of executors and gateways."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyHeader
from pydantic import SecretStr

from runward.accounts import Scope
from runward.api.authentication import API_KEY, BEARER, Gate
from runward.api.errors import KeyRefused

HEADER = "X-Executor-Key"


def key_checks(key: SecretStr | None, gate: Gate | None = None) -> list[Any]:
    """Return the dependencies of the routes that run programs at once.

    The holder of the executors' key may call them.  Without a ``gate`` nobody else may, where there is such a key; with one,
    whoever it lets in, too, unless that is anybody.
    """
    if key is None:
        return [] if gate is None else [Depends(_account_check(gate))]
    expected = key.get_secret_value().encode()
    header = APIKeyHeader(name=HEADER, auto_error=False, scheme_name="ExecutorKey")

    async def check(given: str | None = Security(header)) -> None:
        # Constant time: how much of a guess was right must not show.
        if given is None or not hmac.compare_digest(given.encode("latin-1", "replace"), expected):
            raise KeyRefused(header=HEADER)

    if gate is None or gate.is_open:
        return [Depends(check)]
    account = _account_check(gate)

    async def check_either(
        request: Request,
        response: Response,
        given: str | None = Security(header),
        _bearer: Any = Security(BEARER),
        _key: Any = Security(API_KEY),
    ) -> None:
        if given is not None:
            await check(given)
        else:
            await account(request, response)

    return [Depends(check_either)]


def _account_check(gate: Gate) -> Callable[..., Awaitable[None]]:
    async def check(
        request: Request, response: Response, _bearer: Any = Security(BEARER), _key: Any = Security(API_KEY)
    ) -> None:
        identity = await gate.let_in(request, Scope.EXECUTORS_RUN)
        if request.method == "POST":  # a language that is described runs nothing
            await gate.count(identity, response)

    return check
