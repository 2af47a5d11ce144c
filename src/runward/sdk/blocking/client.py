# Generated from src/runward/sdk/aio/client.py by script/generate-sdk: change that, not this.
"""The client: one server, as one object."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from types import TracebackType
from typing import Self, Unpack

from runward.domain.errors import RequestError, RunwardError
from runward.sdk import call as calls
from runward.sdk.address import find_address
from runward.sdk.blocking.executions import Executions
from runward.sdk.blocking.run import Run
from runward.sdk.blocking.sessions import Sessions
from runward.sdk.blocking.transport import Transport
from runward.sdk.blocking.uploads import Uploads
from runward.sdk.execution import Execution
from runward.sdk.options import RunOptions
from runward.sdk.retry import RetryPolicy
from runward.sdk.server import Health, Language
from runward.sdk.upload import Content, Upload

# So long the request that starts a run waits for its end, too.
_WAIT_SECONDS = 25.0


class Client:
    """A Runward server.  Use it in a ``with`` block, or close it.

    ``url`` and ``api_key`` stand in RUNWARD_URL and RUNWARD_API_KEY where they are not given.  Calls that cannot do harm
    are made again when the connection breaks or the server is not ready, and when it says 429 once it may be asked again:
    how often and how long, ``retry`` tells.  No program is ever run twice by that.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        timeout_seconds: float = 30.0,
        retry: RetryPolicy | None = None,
    ) -> None:
        address = find_address(url, api_key)
        self._transport = Transport(address, policy=retry or RetryPolicy(), timeout_seconds=timeout_seconds)
        self.sessions = Sessions(self._transport)
        self.executions = Executions(self._transport)
        self.uploads = Uploads(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def run(
        self,
        language: str,
        source_code: str,
        *,
        entry: str | None = None,
        timeout_seconds: float | None = None,
        **options: Unpack[RunOptions],
    ) -> Execution:
        """Run a program and return what came of it, with the content of its artifacts.

        Nothing is left on the server; WaitTimeout ends the program, too.
        """
        if options.get("interactive") or options.get("terminal"):
            raise RequestError("for input while it runs use sessions.run(..., interactive=True) and connect()")
        created = calls.create_session(language, source_code, files=None, entry=entry, repeatable=True)
        session = self._transport.send(created)
        try:
            patience = _WAIT_SECONDS if timeout_seconds is None else min(timeout_seconds, _WAIT_SECONDS)
            call = calls.run_session(session.id, options, idempotency_key=None, wait_seconds=patience)
            execution = self._transport.send(call)
            run = Run(self._transport, execution.execution_id)
            if not execution.is_terminal:
                left = None if timeout_seconds is None else timeout_seconds - patience
                execution = run.wait(left)
            return _with_artifacts(run, execution)
        finally:
            with contextlib.suppress(RunwardError):  # what went wrong before tells more
                self.sessions.delete(session.id)

    def upload(self, content: Content, *, name: str | None = None) -> Upload:
        """Send a file ahead, for runs to be given as one of their ``files``; one that is named by a path is never held whole.

        Where the answer is lost this is not tried again: it could leave an upload nobody knows.
        """
        return self._transport.send(calls.create_upload(content, name))

    def health(self) -> Health:
        """Return how the server is."""
        return self._transport.send(calls.get_health())

    def languages(self) -> list[Language]:
        """Return the server's languages, available or not."""
        return self._transport.send(calls.list_languages())

    def login(self, username: str, password: str) -> None:
        """Be this user from now on; the login is kept up as long as the client is used."""
        tokens = self._transport.send(calls.log_in(username, password))
        self._transport.take_tokens(tokens)

    def logout(self) -> None:
        """End the login."""
        self._transport.send(calls.log_out())
        self._transport.take_tokens(None)


def _with_artifacts(run: Run, execution: Execution) -> Execution:
    artifacts = [
        replace(each, content=run.artifact(each.path)) if each.is_kept else each for each in execution.artifacts
    ]
    return replace(execution, artifacts=tuple(artifacts))
