"""Requests made up from the OpenAPI document: no answer is ours to be ashamed of."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

SESSION, EXECUTION = "/code-sessions/{session_id}", "/executions/{execution_id}"
# At the root and at /api/v1.
CONTRACT = [
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
    ("GET", "/auth/me"),
    ("POST", "/auth/password"),
    ("GET", "/api-keys"),
    ("POST", "/api-keys"),
    ("DELETE", "/api-keys/{key_id}"),
    ("POST", "/api-keys/{key_id}/rotate"),
    ("GET", "/admin/users"),
    ("POST", "/admin/users"),
    ("PATCH", "/admin/users/{user_id}"),
    ("GET", "/admin/audit"),
    ("GET", "/admin/usage"),
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/health/redis"),
    ("GET", "/health/celery"),
    ("GET", "/health/status"),
    ("POST", "/code-sessions"),
    ("GET", "/code-sessions"),
    ("GET", SESSION),
    ("PATCH", SESSION),
    ("DELETE", SESSION),
    ("POST", f"{SESSION}/run"),
    ("POST", f"{SESSION}/versions"),
    ("GET", f"{SESSION}/versions"),
    ("GET", f"{SESSION}/versions/{{number}}"),
    ("GET", f"{SESSION}/versions/{{number}}/diff"),
    ("POST", f"{SESSION}/versions/{{number}}/restore"),
    ("GET", EXECUTION),
    ("GET", "/executions/session/{session_id}"),
    ("POST", f"{EXECUTION}/cancel"),
    ("GET", f"{EXECUTION}/events"),
    ("GET", f"{EXECUTION}/artifacts/{{path}}"),
    ("POST", "/uploads"),
    ("GET", "/uploads"),
    ("GET", "/uploads/{upload_id}"),
    ("DELETE", "/uploads/{upload_id}"),
]
# Of these no schema tells all: which names stay in the work folder, how high the server's limits are, which versions exist.
BEYOND_SCHEMA = {
    *("input_files", "artifacts", "environment", "arguments", "compiler_flags", "limits", "version", "tier"),
    *("stdin_base64", "allowed_networks", "cache"),
}
OPERATIONS = [
    *CONTRACT,
    *((method, f"/api/v1{path}") for method, path in CONTRACT),
    ("GET", "/"),
    ("GET", "/languages"),
    ("GET", "/api/microservices/health"),
    ("GET", "/api/microservices/info/{language}"),
    ("GET", "/executors/{language}/health"),
    ("GET", "/executors/{language}/info"),
    ("POST", "/executors/{language}/execute"),
    ("POST", "/executors/{language}/validate"),
]
BOUNDED = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="session")
def api_schema(server: Any) -> Any:
    """Return the document of the running server."""
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def test_no_operation_is_left_out(api_schema: Any) -> None:
    found = [(each.ok().method.upper(), each.ok().path) for each in api_schema.get_all_operations()]

    assert sorted(found) == sorted(OPERATIONS)


# Nothing can be wrong with a request that has no body and takes any name; of a run, tests/acceptance tell.
WRONG = [
    (method, path, GenerationMode.NEGATIVE)
    for method, path in OPERATIONS
    if method == "POST" and not path.endswith(("/cancel", "/restore", "/run", "/versions"))
]
RIGHT = [(method, path, GenerationMode.POSITIVE) for method, path in OPERATIONS]


@pytest.mark.parametrize(("method", "path", "mode"), [*RIGHT, *WRONG])
def test_any_request_gets_an_answer_as_documented(
    api_schema: Any, made: dict[str, Any], method: str, path: str, mode: GenerationMode
) -> None:
    operation = api_schema[path][method]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        if mode is GenerationMode.POSITIVE or case.method != "DELETE":
            _aim(case, made)
        if mode is GenerationMode.POSITIVE:
            case.headers = {}  # made-up credentials are refused, and soon for their number
        if "{language}/" in case.path and case.method == "POST":
            # Most made-up names are no language; what lies behind the name is of interest here.
            case.path_parameters["language"] = "python"
            # Which tiers a server offers is its operator's affair; the others are refused, and rightly documented.
            if mode is GenerationMode.POSITIVE and "tier" in case.body:
                case.body["tier"] = "native"
        # The server is open: whoever is on this host needs no credentials, and a wrong one is tried elsewhere.
        case.call_and_validate(timeout=90, excluded_checks=[ignored_auth])

    check()


@pytest.fixture(scope="session")
def made(server: Any) -> dict[str, Any]:
    """Return the ids of what is there: nearly no made-up one would be."""
    http = server.client
    session_id = http.post("/code-sessions", json={"language": "python", "source_code": "print(1)"}).json()[
        "session_id"
    ]
    http.post(f"/code-sessions/{session_id}/versions")
    ended = http.post(f"/code-sessions/{session_id}/run", params={"wait": 60}).json()
    return {"session_id": session_id, "execution_id": ended["execution_id"], "number": 1}


def _aim(case: Any, made: dict[str, Any]) -> None:
    """Let it meet something that is there, but for what would remove it."""
    if case.method == "DELETE":
        return
    for name, value in made.items():
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = value
    if case.path.endswith(("/run", "/api-keys")):
        case.query = {}
        if isinstance(case.body, dict):
            case.body = {name: value for name, value in case.body.items() if name not in BEYOND_SCHEMA}
