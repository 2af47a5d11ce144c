"""Logs: JSON lines for machines, colours for a terminal."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExcInfo, Processor

from runward.telemetry.correlation import current_correlation_id
from runward.telemetry.redaction import Redactor
from runward.telemetry.tracing import current_traceparent


@dataclass(frozen=True, slots=True, kw_only=True)
class LogForm:
    """What is logged and how, for a process that is started from this one and writes to the same place."""

    level: str = "warning"
    as_json: bool | None = None
    environment: str | None = None


_form = LogForm()


def current_log_form() -> LogForm:
    """Return how this process logs."""
    return _form


def configure_logs(
    *,
    level: str = "info",
    as_json: bool | None = None,
    file: Path | None = None,
    environment: str | None = None,
    secrets: Iterable[str] = (),
) -> None:
    """Send our own logs and those of the libraries to standard error, or to ``file``, in one format.

    ``as_json`` None means JSON unless standard error is a terminal.  ``secrets`` are values that no line may show.
    """
    global _form  # noqa: PLW0603  (as the root logger is)
    _form = LogForm(level=level, as_json=as_json, environment=environment)
    stream: TextIO = sys.stderr if file is None else file.open("a", encoding="utf-8", buffering=1)
    if as_json is None:
        as_json = not stream.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation_id,
    ]
    if environment is not None:
        shared.append(_Stamp(environment))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderers = _renderers(Redactor(secrets), as_json=as_json)
    handler = _Handler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, known by its class when the logs are configured anew."""

    def close(self) -> None:
        """Close the log file too; standard error stays."""
        super().close()
        if self.stream is not sys.stderr:
            self.stream.close()


# No local variables in tracebacks, here or on a terminal: they may hold a key or a user's code.
_json_traceback = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def _renderers(redactor: Redactor, *, as_json: bool) -> list[Processor]:
    def redact(_logger: object, _method: str, event: EventDict) -> EventDict:
        exception = event.pop("exc_info", None)  # on its way to the terminal it becomes text only later
        redacted = redactor.fields(event)
        return redacted if exception is None else redacted | {"exc_info": exception}

    def traceback(file: TextIO, exception: ExcInfo) -> None:
        text = io.StringIO()
        structlog.dev.plain_traceback(text, exception)
        file.write(redactor.text(text.getvalue()))

    if as_json:
        return [_json_traceback, redact, structlog.processors.JSONRenderer(ensure_ascii=True)]
    return [redact, structlog.dev.ConsoleRenderer(exception_formatter=traceback)]


def _add_correlation_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    correlation_id = current_correlation_id()
    if correlation_id is not None:
        event.setdefault("correlation_id", correlation_id)
    if (traceparent := current_traceparent()) is not None:
        event.setdefault("trace_id", traceparent.split("-")[1])
    return event


class _Stamp:
    """Put the environment's name into every line, so that two deployments' logs can share one store."""

    def __init__(self, environment: str) -> None:
        self._environment = environment

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        event.setdefault("environment", self._environment)
        return event
