"""The result cache: an execution whose sender says that it does the same each time is answered as an equal one was."""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from runward import __version__
from runward.domain.outcome import Outcome
from runward.executions.charge import charge_of
from runward.store import claims
from runward.store.answers import answer_of, find_answered
from runward.store.executions import Claim, Execution


def cache_key(request: Mapping[str, Any], identity: bytes) -> str:
    """Return the key of a request as it is kept in its row; ``identity`` is the engine's, of all else that counts."""
    told = json.dumps([__version__, request], sort_keys=True).encode()
    return hashlib.sha256(len(told).to_bytes(8, "little") + told + identity).hexdigest()


def may_serve(values: Mapping[str, Any]) -> bool:
    """Tell whether an ending was the program's own doing, so that it would be the same again.

    What a limit ended might have ended otherwise on a faster or less busy host; SIGKILL may have come from that host, too.
    """
    return values["outcome"] in {Outcome.EXITED, Outcome.SIGNALED, Outcome.COMPILE_ERROR} and (
        values["signal"] != signal.SIGKILL
    )


def answer(
    connection: Connection, claim: Claim, execution: Execution, key: str, *, lifetime: timedelta, now: datetime
) -> Execution | None:
    """End the execution as an equal one was, and return that one; None where there is none, or the claim was lost."""
    answered = find_answered(connection, key, owner_id=execution.owner_id, since=now - lifetime)
    if answered is None:
        return None
    values = answer_of(answered)
    charged = charge_of(execution, values, now=now)
    return answered if claims.finish(connection, claim, values, charged=charged, now=now) else None
