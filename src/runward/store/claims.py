"""Claims: an execution taken, held, given back, finished, and taken away from who was lost.

Every change compares what it expects (status, worker, epoch) in the statement that makes it, so that of two who race one
wins, and who was paused past its lease is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    bindparam,
    desc,
    func,
    or_,
    select,
    text,
    update,
)

from runward.domain.outcome import Outcome
from runward.domain.status import ExecutionStatus
from runward.store.database import CLOCKS_AGREE
from runward.store.executions import (
    IS_QUEUED,
    IS_RUNNING,
    QUEUED,
    RUNNING,
    Claim,
    Execution,
    NewExecution,
    execution_of,
    get_execution,
    insert_execution,
    is_in,
)
from runward.store.references import blobs_of, refer
from runward.store.tables import executions
from runward.store.usage import Charge, charge_usage, charge_where

_REAPED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What became of claims: those that are ours no more, and those whose program is to be killed, with the reason."""

    lost: frozenset[UUID]
    cancelled: Mapping[UUID, str]


def claim(connection: Connection, *, worker: str, limit: int, lease: timedelta, now: datetime) -> list[Execution]:
    """Take at most so many whose turn it is, for the time of the lease.

    They may be fewer than there are: a key's limit leaves out some, whose places the next call gives to others.
    """
    chosen = _choose(connection, limit=limit, now=now)
    if not chosen:
        return []
    given = {"chosen": chosen, "by": worker, "until": now + lease, "now": now}
    taken = {row.id: execution_of(row) for row in connection.execute(_TAKE, given)}
    return [taken[each] for each in chosen if each in taken]


def take(
    connection: Connection, *, worker: str, limit: int, lease: timedelta, now: datetime
) -> tuple[list[Execution], bool]:
    """Claim as ``claim`` does, in a single statement; tell whether that has left some for ``claim``.

    It leaves those whose key has a limit: to count them safely takes a lock first.
    """
    if connection.dialect.name != "postgresql":
        return claim(connection, worker=worker, limit=limit, lease=lease, now=now), False
    given = {"by": worker, "until": now + lease, "now": now, "due": now + CLOCKS_AGREE, "most": limit}
    rows = connection.execute(_CHOOSE_AND_TAKE, given).all()
    taken = [execution_of(row) for row in rows if row.id is not None]
    return sorted(taken, key=_turn), len(taken) < len(rows)


def insert_claimed(
    connection: Connection, new: NewExecution, *, turn: int, worker: str, lease: timedelta, now: datetime
) -> Execution:
    """Insert an execution that a worker takes at once: nothing waits that would come before it."""
    taken = {"status": RUNNING, "worker": worker, "epoch": 1, "attempts": 1}
    times = {"lease_until": now + lease, "started_at": now}
    return insert_execution(connection, new, turn=turn, now=now, claimed=taken | times)


def renew(connection: Connection, claims: Sequence[Claim], *, lease: timedelta, now: datetime) -> Renewal:
    """Hold on to what one worker has claimed, and learn what is to end."""
    if not claims:
        return Renewal(lost=frozenset(), cancelled={})
    statement = (
        update(executions)
        .where(
            executions.c.id.in_([each.execution_id for each in claims]),
            IS_RUNNING,
            executions.c.worker == claims[0].worker,
        )
        .values(lease_until=now + lease)
        .returning(executions.c.id, executions.c.epoch, executions.c.cancel_reason)
    )
    held = {(row.id, row.epoch): row.cancel_reason for row in connection.execute(statement)}
    ours = {each.execution_id for each in claims if (each.execution_id, each.epoch) in held}
    return Renewal(
        lost=frozenset(each.execution_id for each in claims) - ours,
        cancelled={id_: reason for (id_, _), reason in held.items() if reason is not None and id_ in ours},
    )


def finish(
    connection: Connection, held: Claim, result: Mapping[str, Any], *, charged: Charge | None, now: datetime
) -> bool:
    """End it with this result, and charge what it took; tell whether it was still ours to end.

    On PostgreSQL that is a single statement where the result ``is_small``.
    """
    ending = {"lease_until": None, "finished_at": now, **result}
    if charged is not None and is_small(result) and connection.dialect.name == "postgresql":
        given = {f"ending_{name}": value for name, value in ending.items()}
        given |= {f"charged_{name}": value for name, value in charged.values(now).items()}
        statement = _ending_and_charging(tuple(ending))
        return connection.execute(statement, given | _held(held)).rowcount == 1
    if not _change(connection, held, ending):
        return False
    refer(connection, held.execution_id, blobs_of(result))
    if charged is not None:
        charge_usage(connection, charged, now=now)
    return True


def is_small(result: Mapping[str, Any]) -> bool:
    """Tell whether all of a result is in its row."""
    return not blobs_of(result)


def give_back(connection: Connection, held: Claim, *, now: datetime) -> bool:
    """Queue it again as if it had not been taken: its worker stops before it could end."""
    return connection.execute(_GIVE_BACK, {**_held(held), "now": now}).rowcount == 1


def retry(connection: Connection, held: Claim, *, run_at: datetime, message: str) -> bool:
    """Queue it again for later: the platform failed it."""
    return _change(connection, held, {"status": QUEUED, "lease_until": None, "run_at": run_at, "message": message})


def cancel(connection: Connection, execution_id: UUID, *, reason: str, now: datetime) -> Execution:
    """End what waits; mark what runs, so that its holder ends it; leave alone what has ended.  Return it as it is then."""
    # Held first: one that is queued again or claimed in this moment would be neither to one of the statements each.
    connection.execute(select(executions.c.id).where(executions.c.id == execution_id).with_for_update())
    waiting = (executions.c.id == execution_id, IS_QUEUED)
    connection.execute(update(executions).where(*waiting).values(**_cancelled(reason), finished_at=now))
    running = (executions.c.id == execution_id, IS_RUNNING, executions.c.cancel_reason.is_(None))
    connection.execute(update(executions).where(*running).values(cancel_reason=reason))
    return get_execution(connection, execution_id)


def reap(
    connection: Connection, *, most_losses: int, back_off: timedelta, now: datetime
) -> tuple[list[Execution], list[UUID]]:
    """Take from workers whose lease is over, and end what waited too long; return what ended, and what is queued again."""
    expired = _lock(connection, IS_RUNNING, executions.c.lease_until < now)
    ended: list[UUID] = []
    queued: list[UUID] = []
    for row in expired:
        losses = row.losses + 1
        if row.cancel_reason is not None:
            values = _cancelled(row.cancel_reason)
        elif losses >= most_losses:
            values = _failed(f"the worker was lost {losses} times while the program ran; it is not tried again")
        else:
            # At once the first time: the machine may simply have been switched off.
            wait = back_off * (2 ** (losses - 2)) if losses > 1 else timedelta(0)
            values = {"status": QUEUED, "run_at": now + wait}
        done = values["status"] != QUEUED
        values |= {"losses": losses, "lease_until": None, "finished_at": now if done else None}
        expected = (executions.c.id == row.id, IS_RUNNING, executions.c.epoch == row.epoch)
        connection.execute(update(executions).where(*expected).values(**values))
        (ended if done else queued).append(row.id)
    late = [row.id for row in _lock(connection, IS_QUEUED, executions.c.expires_at < now)]
    values = _failed("it waited in the queue for longer than it was allowed to, and was never started")
    connection.execute(update(executions).where(executions.c.id.in_(late), IS_QUEUED).values(**values, finished_at=now))
    return [get_execution(connection, each) for each in [*ended, *late]], queued


def _choose(connection: Connection, *, limit: int, now: datetime) -> list[UUID]:
    chosen: list[UUID] = []
    room: dict[str, int] = {}
    # What another process has queued just now is due, though by our clock it may be a moment ahead.
    for row in connection.execute(_CHOOSE, {"due": now + CLOCKS_AGREE, "most": limit}).all():
        if row.key_limit is not None:
            if row.key not in room:
                room[row.key] = row.key_limit - _count_running(connection, row.key)
            if room[row.key] <= 0:
                continue
            room[row.key] -= 1
        chosen.append(row.id)
    return chosen


def _count_running(connection: Connection, key: str) -> int:
    if connection.dialect.name == "postgresql":
        # Two workers must not both find the last place free; held until the claim is committed.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": key})
    query = select(func.count()).where(executions.c.key == key, IS_RUNNING)
    return connection.execute(query).scalar_one()


def _change(connection: Connection, held: Claim, values: Mapping[str, Any]) -> bool:
    return connection.execute(_CHANGE, {**_held(held), **values}).rowcount == 1


def _held(held: Claim) -> dict[str, Any]:
    return {"held_id": held.execution_id, "held_by": held.worker, "held_epoch": held.epoch}


def _turn(execution: Execution) -> tuple[int, int, UUID]:
    return -execution.priority, execution.turn, execution.id


def _lock(connection: Connection, *conditions: ColumnElement[bool]) -> list[Any]:
    columns = (executions.c.id, executions.c.epoch, executions.c.losses, executions.c.cancel_reason)
    query = select(*columns).where(*conditions).limit(_REAPED_AT_ONCE).with_for_update(skip_locked=True)
    return list(connection.execute(query).all())


def _cancelled(reason: str) -> dict[str, Any]:
    return {"status": ExecutionStatus.CANCELLED, "cancel_reason": reason, "message": f"cancelled: {reason}", **_NOTHING}


def _failed(message: str) -> dict[str, Any]:
    return {"status": ExecutionStatus.FAILED, "outcome": Outcome.SANDBOX_ERROR, "message": message, **_NOTHING}


_NOTHING: dict[str, Any] = {
    "stdout": b"",
    "stderr": b"",
    "stdout_truncated": False,
    "stderr_truncated": False,
    "execution_time_ms": 0.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Whether something waits that may run now, something is to be reaped, and times lie where nobody put them."""

    due: bool
    overdue: bool
    skewed: bool


def look(connection: Connection, *, lease: timedelta, longest_wait: timedelta, now: datetime) -> Look:
    """Tell what there is to do, cheaply: every worker asks each second, also when there has been nothing for days."""
    due = select(executions.c.id).where(IS_QUEUED, executions.c.run_at <= now)
    late = select(executions.c.id).where(IS_QUEUED, executions.c.expires_at < now)
    expired = select(executions.c.id).where(IS_RUNNING, executions.c.lease_until < now)
    skewed = [
        select(executions.c.id).where(*where).exists()
        for where in (_far_leases(lease, now=now), _far_turns(longest_wait, now=now))
    ]
    row = connection.execute(select(due.exists(), or_(late.exists(), expired.exists()), or_(*skewed))).one()
    return Look(due=bool(row[0]), overdue=bool(row[1]), skewed=bool(row[2]))


def mend_times(connection: Connection, *, lease: timedelta, longest_wait: timedelta, now: datetime) -> None:
    """Bring near what lies further ahead than anybody puts it: the clock was set back since.

    Leases are not ended: who holds one renews it, and who was lost is found out when the new one is over.
    """
    leases = update(executions).where(*_far_leases(lease, now=now))
    connection.execute(leases.values(lease_until=now + lease))
    connection.execute(update(executions).where(*_far_turns(longest_wait, now=now)).values(run_at=now))


def _far_leases(lease: timedelta, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return IS_RUNNING, executions.c.lease_until > now + 2 * lease


def _far_turns(longest_wait: timedelta, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return IS_QUEUED, executions.c.run_at > now + longest_wait


def find_stop(connection: Connection, held: Claim) -> Renewal:
    """Return what ``renew`` would, of one claim, and change nothing."""
    query = select(executions.c.cancel_reason).where(
        executions.c.id == held.execution_id, IS_RUNNING, executions.c.epoch == held.epoch
    )
    row = connection.execute(query).one_or_none()
    cancelled = {} if row is None or row.cancel_reason is None else {held.execution_id: row.cancel_reason}
    return Renewal(lost=frozenset({held.execution_id} if row is None else ()), cancelled=cancelled)


# The statements of every run, put together once: to build one costs more than to execute it.
_other = executions.alias()
_running_of_its_key = (
    select(func.count())
    .where(_other.c.key == executions.c.key, is_in(_other, RUNNING))
    .correlate(executions)
    .scalar_subquery()
)
_CHOOSE = (
    select(executions.c.id, executions.c.key, executions.c.key_limit)
    .where(
        IS_QUEUED,
        executions.c.run_at <= bindparam("due"),
        or_(executions.c.expires_at.is_(None), executions.c.expires_at >= bindparam("due")),
        or_(executions.c.key_limit.is_(None), _running_of_its_key < executions.c.key_limit),
    )
    .order_by(desc(executions.c.priority), executions.c.turn, executions.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKEN = (
    update(executions)
    .where(IS_QUEUED)
    .values(
        status=RUNNING,
        worker=bindparam("by"),
        epoch=executions.c.epoch + 1,
        attempts=executions.c.attempts + 1,
        lease_until=bindparam("until"),
        started_at=bindparam("now"),
    )
    .returning(executions)
)
_TAKE = _TAKEN.where(executions.c.id.in_(bindparam("chosen", expanding=True)))
_chosen = _CHOOSE.cte("chosen")
_taken = _TAKEN.where(executions.c.id.in_(select(_chosen.c.id).where(_chosen.c.key_limit.is_(None)))).cte("taken")
_CHOOSE_AND_TAKE = select(_taken).select_from(_chosen.outerjoin(_taken, _taken.c.id == _chosen.c.id))
# Its columns are those that it is given besides.
_CHANGE = update(executions).where(
    executions.c.id == bindparam("held_id"),
    IS_RUNNING,
    executions.c.worker == bindparam("held_by"),
    executions.c.epoch == bindparam("held_epoch"),
)
_GIVE_BACK = _CHANGE.values(
    status=QUEUED, lease_until=None, attempts=executions.c.attempts - 1, run_at=bindparam("now")
)


@lru_cache
def _ending_and_charging(names: tuple[str, ...]) -> Executable:
    values = {name: bindparam(f"ending_{name}", type_=executions.c[name].type) for name in names}
    return charge_where(_CHANGE.values(values).returning(executions.c.id).cte("ended"))
