"""The client without asyncio is the one with it, word by word; and neither costs those who do not ask for it."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

from runward.domain.errors import RequestError
from runward.sdk import Client


def test_blocking_is_generated_from_aio(repository: Path) -> None:
    loader = SourceFileLoader("generate_sdk", str(repository / "script/generate-sdk"))
    spec = spec_from_loader("generate_sdk", loader)
    assert spec is not None
    generator = module_from_spec(spec)
    loader.exec_module(generator)

    generated = generator.generate(repository)

    there = {str(path.relative_to(repository)) for path in (repository / generator.TARGET).glob("*.py")}
    assert there == set(generated)
    assert [name for name, text in generated.items() if (repository / name).read_text() != text] == []


def test_importing_runward_imports_no_client() -> None:
    code = "import sys, runward; print('httpx' in sys.modules); runward.Client; print('httpx' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\nTrue\n"


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(RequestError, match="http://localhost:8000"):
        Client(url)


def test_the_environment_tells_the_server_where_nobody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNWARD_URL", raising=False)
    with pytest.raises(RequestError, match="RUNWARD_URL"):
        Client()
    monkeypatch.setenv("RUNWARD_URL", "http://127.0.0.1:9/below/")
    monkeypatch.setenv("RUNWARD_API_KEY", "k-1")

    with Client() as client:
        address = client._transport.address

    assert (address.url, address.api_key) == ("http://127.0.0.1:9/below", "k-1")
    assert address.socket_url == "ws://127.0.0.1:9/below"
    assert "k-1" not in repr(address)
