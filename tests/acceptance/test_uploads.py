"""Contract 1, uploads: files sent ahead are what their runs find, and go when their owner says so."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.acceptance.client import HOLD, Api

CONTENT = os.urandom(3 * 1024 * 1024)
SHOW = "import hashlib, sys\nfor path in sys.argv[1:]: print(hashlib.sha256(open(path, 'rb').read()).hexdigest())"


def upload(api: Api, content: bytes | Iterator[bytes], name: str = "data.bin") -> httpx.Response:
    return api.http.post("/uploads", params={"name": name}, content=content, headers={"Content-Type": "x/y"})


def upload_id(api: Api, content: bytes) -> str:
    answer = upload(api, content)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["upload_id"]
    return id_


def run_on(api: Api, *ids: str, **body: object) -> httpx.Response:
    """Run a program that shows digests of uploads; return the answer to the request."""
    files = {f"in/{number}.bin": {"upload_id": each} for number, each in enumerate(ids)}
    return api.http.post(
        f"/code-sessions/{api.open(SHOW)}/run", json={"input_files": files, "arguments": list(files), **body}
    )


def digests(*contents: bytes) -> str:
    return "".join(f"{hashlib.sha256(content).hexdigest()}\n" for content in contents)


def test_upload_is_told_as_it_is_and_found_by_a_run(api: Api) -> None:
    answer = upload(api, CONTENT, "däta.csv")

    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == {"upload_id", "name", "size_bytes", "sha256", "created_at"}
    assert (told["name"], told["size_bytes"]) == ("däta.csv", len(CONTENT))
    assert told["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert api.http.get(f"/uploads/{told['upload_id']}").json() == told
    empty = upload_id(api, b"")
    ended = api.end_of(run_on(api, told["upload_id"], empty).json()["execution_id"])
    assert (ended["stdout"], ended["stderr"]) == (digests(CONTENT, b""), "")


def test_upload_may_come_in_pieces_of_unknown_number(api: Api) -> None:
    pieces = [CONTENT[begin : begin + 100_000] for begin in range(0, len(CONTENT), 100_000)]

    assert upload(api, iter(pieces)).json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_upload_may_be_a_program(api: Api) -> None:
    script = upload_id(api, b"#!/bin/sh\necho from a script\n")

    ended = api.execute(
        "import subprocess\nprint(subprocess.run('./tool', capture_output=True).stdout)",
        input_files={"tool": {"upload_id": script, "executable": True}},
    )

    assert ended["stdout"] == "b'from a script\\n'\n"


def test_list_has_the_newest_first_in_pages(api: Api) -> None:
    ids = [upload_id(api, b"x") for _ in range(3)][::-1]

    first = [each["upload_id"] for each in api.http.get("/uploads", params={"limit": 2}).json()]
    after = [each["upload_id"] for each in api.http.get("/uploads", params={"limit": 1, "before": first[1]}).json()]

    assert first + after == ids


def test_run_that_waits_keeps_what_was_deleted_meanwhile(root: Api) -> None:
    mine = upload_id(root, CONTENT)
    with root.occupied():
        execution_id = run_on(root, mine).json()["execution_id"]
        assert root.http.delete(f"/uploads/{mine}").status_code == 204
        assert root.get(execution_id)["status"] == "QUEUED"

    assert root.end_of(execution_id)["stdout"] == digests(CONTENT)
    for answer in (root.http.get(f"/uploads/{mine}"), root.http.delete(f"/uploads/{mine}"), run_on(root, mine)):
        assert (answer.status_code, answer.json()["code"]) == (404, "upload_not_found")


def test_same_key_again_is_the_same_run_of_an_upload(root: Api) -> None:
    ids, headers = [upload_id(root, each) for each in (b"x", b"y")], {"Idempotency-Key": str(uuid4())}
    url = f"/code-sessions/{root.open(SHOW)}/run"

    first, again, other = (
        root.http.post(url, json={"input_files": {"a": {"upload_id": each}}}, headers=headers).json()
        for each in (ids[0], ids[0], ids[1])
    )

    assert again["execution_id"] == first["execution_id"]
    assert other["code"] == "idempotency_key_reused"


def test_same_key_again_is_the_same_run_where_its_upload_is_gone(root: Api) -> None:
    mine, headers = upload_id(root, b"x"), {"Idempotency-Key": str(uuid4())}
    session_id = root.open(SHOW)
    url, body = f"/code-sessions/{session_id}/run", {"input_files": {"a": {"upload_id": mine}}}
    first = root.http.post(url, json=body, headers=headers).json()
    assert root.http.delete(f"/uploads/{mine}").status_code == 204

    again = root.http.post(url, json=body, headers=headers)
    anew = root.http.post(url, json=body, headers={"Idempotency-Key": str(uuid4())})
    equal = root.http.post(url, json={"input_files": {"a": {"upload_id": upload_id(root, b"x")}}}, headers=headers)

    assert (again.status_code, again.json()["execution_id"]) == (202, first["execution_id"])
    assert (anew.status_code, anew.json()["code"]) == (404, "upload_not_found")
    assert (equal.status_code, equal.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("announced", [True, False])
def test_upload_that_is_too_large_is_413_and_not_kept(root: Api, announced: bool) -> None:
    before = root.http.get("/uploads").json()
    piece = b"\0" * 1024 * 1024
    too_much = piece * 16 + b"x"

    answer = upload(root, too_much if announced else (each for each in (*[piece] * 16, b"x")))

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "RUNWARD_UPLOAD_LIMIT" in answer.json()["detail"]
    assert root.http.get("/uploads").json() == before


def test_upload_needs_a_name(root: Api) -> None:
    assert root.http.post("/uploads", content=b"x").status_code == 422
    assert upload(root, b"x", "n" * 256).status_code == 422
    assert upload(root, b"x", "a\0b").status_code == 422


def test_file_is_either_sent_along_or_uploaded(root: Api) -> None:
    both = {"a": {"text": "x", "upload_id": upload_id(root, b"y")}}

    answer = root.http.post(f"/code-sessions/{root.open(HOLD)}/run", json={"input_files": both})

    assert answer.status_code == 422


def test_uploads_that_do_not_fit_into_the_box_are_refused_at_once(root: Api) -> None:
    mine = upload_id(root, CONTENT)

    answer = run_on(root, mine, mine, limits={"disk_bytes": 2 * len(CONTENT) - 1})

    assert (answer.status_code, answer.json()["code"]) == (422, "uploads_too_large")
