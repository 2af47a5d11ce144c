"""The shared key of executors and gateways."""

from __future__ import annotations

import hmac
from typing import Any

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader
from pydantic import SecretStr

from runward.api.errors import KeyRefused

HEADER = "X-Executor-Key"


def key_checks(key: SecretStr | None) -> list[Any]:
    """Return the dependencies of a route that only holders of the key may call; none where there is no key."""
    if key is None:
        return []
    expected = key.get_secret_value().encode()
    header = APIKeyHeader(name=HEADER, auto_error=False, scheme_name="ExecutorKey")

    async def check(given: str | None = Security(header)) -> None:
        # Constant time: how much of a guess was right must not show.
        if given is None or not hmac.compare_digest(given.encode("latin-1", "replace"), expected):
            raise KeyRefused(header=HEADER)

    return [Depends(check)]
