"""Redaction: what is secret never reaches a log line, whoever wrote the line.

Three nets: fields whose name says that they are secret; passwords in addresses, and credentials in header form, anywhere
in a text; and the values of the secret settings, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

REDACTED = "[redacted]"

_SECRET_NAMES = frozenset({
    "api_key", "apikey", "authorization", "cookie", "credentials", "dsn", "executor_key", "jwt", "passwd", "password",
    "private_key", "proxy_authorization", "secret", "secret_key", "set_cookie", "token", "x_api_key", "x_auth_token",
    "x_auth_user", "x_executor_key",
})  # fmt: skip
_SECRET_ENDINGS = ("_api_key", "_cookie", "_dsn", "_passwd", "_password", "_secret", "_secret_key", "_token")
# A password with an @ ends at the last one before the path; one with a / is none of a proper address, but happens: what
# follows the colon is a password unless it is a port.
_ADDRESS = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]*://[^\s:/?#]*):(?:[^\s/]*(?=@)|(?!\d{1,5}(?:[/?#\s]|$))[^\s@]*(?=@))", re.ASCII
)
_HEADER = re.compile(
    r"\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-executor-key|x-auth-(?:token|user))"
    r"(['\"]\s*[:=,]\s*b?['\"]|\s*[:=]\s*)"
    r"[^\r\n'\"]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(bearer)\s+[^\s'\"]{8,}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
# A shorter one would be found in innocent words.
_SHORTEST_SECRET = 8
_DEEPEST = 20


def redact_text(text: str) -> str:
    """Return the text without passwords of addresses and without credentials in header form."""
    if "://" in text:
        text = _ADDRESS.sub(rf"\1:{REDACTED}", text)
    text = _HEADER.sub(rf"\1\2{REDACTED}", text)
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    return _JWT.sub(REDACTED, text)


class Redactor:
    """Takes secrets out of the fields of a log line; ``secrets`` are values that must not be seen anywhere."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # The longest first: one may be part of another.
        self._secrets = sorted((each for each in set(secrets) if len(each) >= _SHORTEST_SECRET), key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return redact_text(text)

    def fields(self, fields: Mapping[str, object], *, depth: int = 0) -> dict[str, object]:
        """Return fields without secrets, however deep."""
        return {
            self.text(str(name)): REDACTED if value and _is_secret(str(name)) else self._value(value, depth)
            for name, value in fields.items()
        }

    def _value(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, str):
            return self.text(value)
        if depth < _DEEPEST and isinstance(value, Mapping):
            return self.fields(value, depth=depth + 1)
        if depth < _DEEPEST and isinstance(value, (list, tuple, set, frozenset)):
            return [self._value(each, depth + 1) for each in value]
        return self.text(value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value))


def _is_secret(name: str) -> bool:
    name = name.lower().replace("-", "_")
    return name in _SECRET_NAMES or name.endswith(_SECRET_ENDINGS)
