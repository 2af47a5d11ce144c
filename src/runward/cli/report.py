"""A result as JSON, for `--json`."""

from __future__ import annotations

import base64
import json
from typing import Any

from runward.engine.result import Artifact, ExecutionResult, RunResult, StepResult, Validation


def result_json(result: ExecutionResult) -> str:
    """Return everything that is known of the execution; bytes that are not UTF-8 also as base64."""
    return json.dumps(_execution(result), indent=2)


def run_line(name: str, result: RunResult) -> str:
    """Return everything that is known of the run on one of many inputs, in one line."""
    return json.dumps({"input": _text(name), "index": result.index} | _execution(result.execution))


def compile_line(step: StepResult) -> str:
    """Return what is known of a compile step after which nothing runs, in one line."""
    return json.dumps({"input": None, "index": None, "outcome": step.outcome, "compile": _step(step), "run": None})


def validation_json(validation: Validation) -> str:
    """Return what the checker said."""
    found = [
        {
            "severity": each.severity,
            "message": each.message,
            "path": each.path,
            "line": each.line,
            "column": each.column,
            "code": each.code,
        }
        for each in validation.diagnostics
    ]
    return json.dumps({"valid": validation.valid, "diagnostics": found}, indent=2)


def _execution(result: ExecutionResult) -> dict[str, Any]:
    return {
        "language": result.language,
        "language_version": result.language_version,
        "outcome": result.outcome,
        "compile": _step(result.compile),
        "run": _step(result.run),
        "artifacts": [_artifact(artifact) for artifact in result.artifacts],
    }


def _step(step: StepResult | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "outcome": step.outcome,
        "exit_code": step.exit_code,
        "signal": step.signal,
        "message": step.message,
        "cached": step.cached,
        **_stream("stdout", step.stdout, truncated=step.stdout_truncated),
        **_stream("stderr", step.stderr, truncated=step.stderr_truncated),
        "usage": {
            "cpu_time_seconds": step.usage.cpu_time.total_seconds(),
            "wall_time_seconds": step.usage.wall_time.total_seconds(),
            "memory_peak_bytes": step.usage.memory_peak_bytes,
        },
    }


def _stream(name: str, data: bytes, *, truncated: bool) -> dict[str, Any]:
    text = data.decode("utf-8", "replace")
    exact = {} if text.encode() == data else {f"{name}_base64": base64.b64encode(data).decode("ascii")}
    return {name: text, **exact, f"{name}_truncated": truncated}


def _artifact(artifact: Artifact) -> dict[str, Any]:
    content = None if artifact.content is None else base64.b64encode(artifact.content).decode("ascii")
    return {"path": _text(artifact.path), "size_bytes": artifact.size_bytes, "content_base64": content}


def _text(path: str) -> str:
    """Return a file's name, whose bytes may be no text: the guest may have chosen it."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
