"""Requests made up from the OpenAPI document: no answer is ours to be ashamed of."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

OPERATIONS = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/health/ready"),
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


# Nothing can be wrong with a request that has no body and takes any name.
WRONG = [(method, path, GenerationMode.NEGATIVE) for method, path in OPERATIONS if method == "POST"]
RIGHT = [(method, path, GenerationMode.POSITIVE) for method, path in OPERATIONS]


@pytest.mark.parametrize(("method", "path", "mode"), [*RIGHT, *WRONG])
def test_any_request_gets_an_answer_as_documented(
    api_schema: Any, method: str, path: str, mode: GenerationMode
) -> None:
    operation = api_schema[path][method]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        if case.method == "POST":
            # Most made-up names are no language; what lies behind the name is of interest here.
            case.path_parameters["language"] = "python"
            # Which tiers a server offers is its operator's affair; the others are refused, and rightly documented.
            if mode is GenerationMode.POSITIVE and "tier" in case.body:
                case.body["tier"] = "native"
        case.call_and_validate(timeout=90)

    check()
