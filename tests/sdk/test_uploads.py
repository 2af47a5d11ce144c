"""Files sent ahead, and results taken over, through the client with asyncio and without."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from uuid import uuid4

import pytest

from runward.domain.errors import RequestError
from runward.sdk import Client, File, NotFound, ServerUnreachable, TooLarge
from tests.sdk.conftest import Open
from tests.sdk.interloper import Interloper

MIB = 1024 * 1024


def test_a_file_is_uploaded_as_it_is_told_of_and_deleted(client: Client, tmp_path: Path) -> None:
    data = os.urandom(3 * MIB + 1)
    path = tmp_path / "data.bin"
    path.write_bytes(data)

    upload = client.upload(path)

    assert (upload.name, upload.size_bytes) == ("data.bin", len(data))
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    assert client.uploads.get(upload.id) == upload
    assert upload in client.uploads.list()
    client.uploads.delete(upload.id)
    with pytest.raises(NotFound):
        client.uploads.get(upload.id)


def test_uploads_are_listed_the_newest_first_a_page_at_a_time(client: Client) -> None:
    first, second = client.upload(b"1", name="one"), client.upload(b"", name="two")

    assert client.uploads.list(limit=1) == [second]
    assert client.uploads.list(limit=1, before=second.id) == [first]


def test_a_run_finds_an_upload_at_its_path(client: Client) -> None:
    tool = client.upload(b"#!/bin/sh\necho tool\n", name="tool.sh")
    data = client.upload(b"\xff\x00", name="data")
    code = (
        "import os\n"
        "print(open('in/data', 'rb').read(), os.access('in/data', os.X_OK), os.access('tool.sh', os.X_OK), open('b').read())"
    )

    execution = client.run(
        "python", code, files={"in/data": data, "tool.sh": File(content=tool, executable=True), "b": "beside"}
    )

    assert execution.stdout == "b'\\xff\\x00' False True beside\n"


def test_an_equal_run_is_answered_only_where_both_say_so(client: Client) -> None:
    source = f"import os; print('{uuid4()}', os.urandom(8).hex())"  # no other test's
    session = client.sessions.create("python", source)

    first = client.sessions.run(session.id, cache=True).wait()
    again = client.sessions.run(session.id, cache=True).wait()
    anew = client.sessions.run(session.id).wait()

    assert (first.cached, again.cached, anew.cached) == (False, True, False)
    assert first.stdout == again.stdout != anew.stdout
    assert client.run("python", source, cache=True).stdout == first.stdout


def test_an_upload_beyond_the_limit_is_refused(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(17 * MIB)

    with pytest.raises(TooLarge, match="RUNWARD_UPLOAD_LIMIT"):
        client.upload(path)
    assert "large" not in [upload.name for upload in client.uploads.list()]


def test_what_cannot_be_sent_is_told_of_here(client: Client, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="name="):
        client.upload(b"nameless")
    with pytest.raises(RequestError, match="cannot read"):
        client.upload(tmp_path / "missing")


def test_an_upload_is_sent_whole_once_more_when_the_server_says_so(open_client: Open, interloper: Interloper) -> None:
    interloper.answer("429 Too Many Requests", Retry_After="0")

    upload = open_client(interloper.url).upload(b"twice", name="twice")

    assert upload.sha256 == hashlib.sha256(b"twice").hexdigest()
    assert interloper.connections == 2


def test_an_upload_whose_answer_is_lost_is_not_repeated_in_the_dark(open_client: Open, interloper: Interloper) -> None:
    interloper.cut_after(0)

    with pytest.raises(ServerUnreachable):
        open_client(interloper.url).upload(b"data", name="data")
    assert interloper.connections == 1
