"""Sentry behind ``telemetry/faults.py``; imported only where faults are sent."""

from __future__ import annotations

from collections.abc import Callable

import sentry_sdk
from sentry_sdk.types import Event, Hint

from runward import __version__
from runward.domain.errors import RequestError, RunwardError
from runward.telemetry.correlation import current_correlation_id
from runward.telemetry.redaction import redact_text

_FLUSH_SECONDS = 3
# All that an event may hold: what the library adds of its own in a later version stays here too.
_KEPT = frozenset({
    "environment", "event_id", "exception", "level", "platform", "release", "sdk", "server_name", "tags", "timestamp",
})  # fmt: skip
_KEPT_OF_A_FRAME = frozenset({"filename", "function", "in_app", "lineno", "module"})


def open_reporter(*, dsn: str, environment: str, role: str) -> Callable[[BaseException], None]:
    """Return what sends an error there."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=f"runward@{__version__}",
        # Nothing by itself: an integration would add requests, log lines and arguments, which hold users' programs.
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=_strip,
        shutdown_timeout=_FLUSH_SECONDS,
    )

    def report(error: BaseException) -> None:
        with sentry_sdk.new_scope() as scope:
            scope.set_tag("role", role)
            if (correlation_id := current_correlation_id()) is not None:
                scope.set_tag("correlation_id", correlation_id)
            scope.capture_exception(error)

    return report


def close() -> None:
    """Send what is left, as far as Sentry takes it in time, and send no more."""
    sentry_sdk.get_client().close(timeout=_FLUSH_SECONDS)


def _strip(event: Event, _hint: Hint) -> Event | None:
    for name in event.keys() - _KEPT:
        del event[name]  # type: ignore[misc]  # a TypedDict whose keys are all optional
    public = _with_public_words(RunwardError)
    for told in event.get("exception", {}).get("values", []):
        # Other messages may quote what a user sent; they are in the log, under the correlation id.
        if (told.get("module"), told.get("type")) not in public:
            told["value"] = ""
        told["value"] = redact_text(told["value"].partition("\n")[0])
        for frame in (told.get("stacktrace") or {}).get("frames", []):
            for name in frame.keys() - _KEPT_OF_A_FRAME:
                del frame[name]
    return event


def _with_public_words(kind: type[RunwardError]) -> set[tuple[str, str]]:
    """Return module and name of our errors but for those that a caller can mend, which quote the request."""
    if issubclass(kind, RequestError):
        return set()
    found = {(kind.__module__, kind.__qualname__)}
    return found.union(*(_with_public_words(each) for each in kind.__subclasses__()))
