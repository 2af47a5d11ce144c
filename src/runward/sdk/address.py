"""Where the server is, and what opens it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from runward.domain.errors import RequestError

URL_VARIABLE, KEY_VARIABLE = "RUNWARD_URL", "RUNWARD_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's URL, without a slash at its end, and the API key for it, which no ``repr`` shows."""

    url: str
    api_key: str | None = field(default=None, repr=False)

    @property
    def socket_url(self) -> str:
        """Return the URL for WebSockets."""
        return f"ws{self.url.removeprefix('http')}"


def find_address(url: str | None, api_key: str | None) -> Address:
    """Return the address that was given or else stands in the environment; RequestError says what is wrong with it."""
    given = url or os.environ.get(URL_VARIABLE) or ""
    if not given:
        raise RequestError(f"say which server: Client('http://localhost:8000'), or set {URL_VARIABLE}")
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RequestError(f"the server's URL must look like http://localhost:8000, not {given!r}")
    return Address(url=given.rstrip("/"), api_key=api_key or os.environ.get(KEY_VARIABLE) or None)
