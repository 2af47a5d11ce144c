"""Requests made up from the OpenAPI document, by an admin who has logged in: each answer is one that it names."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.accounts.conftest import PASSWORD, LogIn, MakeUser
from tests.api.conftest import Server

OPERATIONS = [
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
    ("GET", "/auth/me"),
    ("POST", "/auth/password"),
    ("GET", "/api-keys"),
    ("POST", "/api-keys"),
    ("POST", "/api-keys/{key_id}/rotate"),
    ("DELETE", "/api-keys/{key_id}"),
    ("GET", "/admin/users"),
    ("POST", "/admin/users"),
    ("PATCH", "/admin/users/{user_id}"),
    ("GET", "/admin/audit"),
    ("GET", "/admin/usage"),
]
BOUNDED = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def api_schema(strict: Server) -> Any:
    """Return the document of the running server."""
    return schemathesis.openapi.from_url(f"{strict.url}/openapi.json")


@pytest.fixture
def fuzzer(make_user: MakeUser, log_in: LogIn) -> dict[str, str]:
    """Return the headers of an admin of the test's own: wrong passwords in its name slow down nobody else."""
    _, tokens = log_in(make_user(role="admin"), PASSWORD)
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_no_operation_of_accounts_is_left_out(api_schema: Any) -> None:
    found = [(each.ok().method.upper(), each.ok().path) for each in api_schema.get_all_operations()]

    ours = {each for each in found if each[1].startswith(("/auth", "/api-keys", "/admin"))}
    assert ours == set(OPERATIONS)


WRONG = [(method, path) for method, path in OPERATIONS if path != "/auth/me"]


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        *((method, path, GenerationMode.POSITIVE) for method, path in OPERATIONS),
        *((method, path, GenerationMode.NEGATIVE) for method, path in WRONG),
    ],
)
def test_any_request_gets_an_answer_as_documented(
    api_schema: Any, fuzzer: dict[str, str], method: str, path: str, mode: GenerationMode
) -> None:
    operation = api_schema[path][method]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        # A password may be well-formed and weak, an id may be nobody's: that is refused, and rightly documented.
        case.call_and_validate(headers=fuzzer, excluded_checks=[positive_data_acceptance], timeout=90)

    check()
