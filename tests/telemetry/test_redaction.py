"""No secret comes through, whatever it looks like and wherever it stands."""

from __future__ import annotations

import json
import logging
import string
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from runward.telemetry import configure_logs
from runward.telemetry.redaction import REDACTED, Redactor, redact_text

# What a secret may be made of where it must stand for itself in a text.
SECRETS = st.text(st.sampled_from(string.ascii_letters + string.digits + "-_.~+=!$*"), min_size=8, max_size=60).map(
    lambda text: f"s3cret{text}"
)
PASSWORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=40)
NAMES = st.sampled_from([
    "Authorization", "authorization", "X-API-Key", "x_api_key", "Cookie", "Set-Cookie", "password", "db_password",
    "SECRET_KEY", "api_key", "access_token", "refresh-token", "SENTRY_DSN", "client_secret", "X-Executor-Key",
])  # fmt: skip


@pytest.fixture(autouse=True)
def _restored_logs() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    structlog.reset_defaults()


def nested(value: object) -> st.SearchStrategy[object]:
    """Return the value at any depth of lists, tuples and mappings."""
    return st.recursive(
        st.just(value),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=2),
            st.tuples(inner),
            st.dictionaries(st.sampled_from(["a", "b"]), inner, min_size=1),
        ),
        max_leaves=4,
    )


@given(name=NAMES, data=st.data(), secret=SECRETS)
def test_field_that_is_named_as_a_secret_is_never_shown(name: str, data: st.DataObject, secret: str) -> None:
    value = data.draw(st.one_of(st.just(secret), st.just(secret.encode()), nested(secret)))
    fields = data.draw(nested({name: value}))

    assert secret not in json.dumps(Redactor().fields({"event": fields}))


@given(
    scheme=st.sampled_from(["postgresql+asyncpg", "redis", "rediss", "amqp", "https", "sqlite"]),
    user=st.sampled_from(["", "runward", "me%40example.org"]),
    password=PASSWORDS,
    rest=st.sampled_from(["db", "db:5432/runward?ssl=true", "[::1]:6379/0", "h/a@b"]),
    around=st.sampled_from(["{}", "cannot reach {}: refused", "('{}', 1)"]),
)
def test_password_of_an_address_is_never_shown(scheme: str, user: str, password: str, rest: str, around: str) -> None:
    secret = f"pw-{quote(password, safe='')}-wp"
    text = around.format(f"{scheme}://{user}:{secret}@{rest}")

    shown = redact_text(text)

    assert secret not in shown
    assert shown.startswith(around.partition("{}")[0] + f"{scheme}://{user}:{REDACTED}@")


@pytest.mark.parametrize(
    "address",
    ["redis://:p@ss@word@host/0", "postgresql://u:pa/ss-word@host/db", "amqp://me@example.org:pass-word@host//"],
)
def test_password_that_is_not_encoded_as_it_should_be_is_not_shown(address: str) -> None:
    assert "word" not in redact_text(address)


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8000/executors/python/execute",
        "http://localhost:8000/@scope/package",
        "listening on http://[::1]:8000 for a@example.org",
        "the cookie, and the token of basic authentication, were sent",
        "bearer of bad news",
        "https://example.org/a?b=c",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redact_text(text) == text


@given(secret=SECRETS)
def test_credentials_in_header_form_are_never_shown(secret: str) -> None:
    texts = [
        f"Authorization: Bearer {secret}",
        f"sent with Bearer {secret}",
        f"{{'x-api-key': '{secret}', 'b': 1}}",
        f"[(b'cookie', b'session={secret}; a=b')]",
        f'{{"authorization": "Basic {secret}"}}',
        f"Set-Cookie: a={secret}; HttpOnly",
    ]

    assert [text for text in texts if secret in redact_text(text)] == []


def test_signed_token_is_never_shown() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

    assert redact_text(f"refused {token} twice") == f"refused {REDACTED} twice"


@given(secret=SECRETS, other=SECRETS, data=st.data())
def test_values_of_secret_settings_are_never_shown(secret: str, other: str, data: st.DataObject) -> None:
    class Holder:
        def __repr__(self) -> str:
            return f"<Holder {secret}>"

    held = [f"the key {secret}, or {other}", secret.encode(), Holder(), ValueError(secret), {secret: other}]
    value = data.draw(st.sampled_from(held).flatmap(nested))

    shown = json.dumps(Redactor([secret, other]).fields({"detail": value}))

    assert secret not in shown
    assert other not in shown


@pytest.mark.parametrize("as_json", [True, False])
def test_no_log_line_shows_a_secret_whoever_writes_it(tmp_path: Path, *, as_json: bool) -> None:
    log = tmp_path / "log"
    setting = "the-value-of-a-setting"
    configure_logs(as_json=as_json, file=log, secrets=[setting])

    structlog.get_logger("runward.test").info("ours", headers={"X-API-Key": "secret-1"}, key=setting)
    logging.getLogger("library").warning("connecting to %s", "redis://:secret-2@host:6379/0")
    try:
        raise ValueError(f"postgresql://u:secret-3@host/db, {setting}")
    except ValueError:
        structlog.get_logger("runward.test").exception("failed")

    text = log.read_text()
    assert "connecting to" in text
    assert "ValueError" in text
    assert "secret-" not in text
    assert setting not in text
