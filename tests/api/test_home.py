"""The first page, the documentation page and the OpenAPI document."""

from __future__ import annotations

import re

import httpx

OPEN_METHODS = {"get", "post"}


def test_first_page_points_to_the_documentation(client: httpx.Client) -> None:
    home = client.get("/").json()

    assert client.get(home["docs"]).status_code == 200
    assert client.get(home["openapi"]).status_code == 200


def test_documentation_needs_no_other_host(client: httpx.Client) -> None:
    page = client.get("/docs")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert len(links) >= 4
    for link in links:
        assert "//" not in link
        asset = client.get(f"/{link}")
        assert asset.status_code == 200
        assert asset.content
    assert "<script>" not in page.text, "an inline script would need a weaker policy"
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_every_operation_documents_its_refusals_and_shows_an_example(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    operations = [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]

    assert len(operations) >= 9
    for name, operation in operations:
        errors = {status: each for status, each in operation["responses"].items() if status[0] in "45"}
        assert errors, name
        assert operation["summary"], name
        for status, response in errors.items():
            if status != "503":
                assert "application/problem+json" in response["content"], (name, status)
    execute = document["components"]["schemas"]["ExecuteRequest"]
    assert execute["examples"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_languages_are_listed_with_versions(client: httpx.Client) -> None:
    languages = {language["id"]: language for language in client.get("/languages").json()}

    assert set(languages) >= {"python", "javascript", "typescript", "java", "c", "cpp", "csharp", "go", "rust"}
    assert languages["python"]["available"]
    assert languages["python"]["version"]


def test_alive_and_ready(client: httpx.Client) -> None:
    alive = client.get("/health").json()
    assert (set(alive), alive["status"]) == ({"status", "timestamp"}, "healthy")
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
