"""One worker of the suite: a platform of its own; trials by name come in, a line each, and results go out as JSON.

Started by `suite.py` as ``python -m runward.hostile.worker LANGUAGE...``.  A process of its own, because a case is judged by
what is below its process, and because it must not matter to the others when a case gets through to it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Any

from runward.domain.errors import RunwardError
from runward.hostile.stack import open_stack
from runward.hostile.trial import Trial
from runward.telemetry import configure_logs


def main() -> None:
    """Serve until there are no more trials."""
    configure_logs(level="warning")
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever else is printed is no answer
    try:
        asyncio.run(_serve(answers, sys.argv[1:]))
    except RunwardError as error:
        _answer(answers, {"error": str(error)})
    except asyncio.CancelledError:
        sys.exit(128 + signal.SIGTERM)


async def _serve(answers: int, languages: list[str]) -> None:
    task = asyncio.current_task()
    assert task is not None, "asyncio.run() gives one"
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # and close the platform in order
    left: list[str] = []
    async with open_stack(languages, left) as stack:
        _answer(answers, {"ready": True})
        while line := await asyncio.to_thread(sys.stdin.readline):
            _answer(answers, asdict(await stack.run(Trial.parse(line.strip()))))
    _answer(answers, {"left": left})


def _answer(answers: int, value: dict[str, Any]) -> None:
    os.write(answers, json.dumps(value).encode() + b"\n")


if __name__ == "__main__":
    main()
