"""What may happen to executions, in any order: a model of the rows beside the rows themselves."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, delete, func, select

from runward.domain.ids import new_id
from runward.domain.status import ExecutionStatus
from runward.executions import ExecutionPolicy, Submission, Submitter
from runward.executions.charge import charge_of
from runward.executions.submission import Idempotency, Submitted, find_earlier, submit
from runward.store import Database, claims
from runward.store.executions import Claim, Execution, execution_of
from runward.store.tables import executions, idempotency_keys, usage

T = TypeVar("T")
POLICY = ExecutionPolicy(lease=dt.timedelta(seconds=10), time_to_live=dt.timedelta(seconds=600))
MOST_ATTEMPTS = POLICY.retries + 1 + POLICY.most_losses
# How many of each key may run at once.
LIMITS = {"any": None, "one": 1, "two": 2}
DONE = {
    "status": ExecutionStatus.COMPLETED,
    "outcome": "exited",
    "exit_code": 0,
    "stdout": b"done",
    "stderr": b"",
    "stdout_truncated": False,
    "stderr_truncated": False,
    "execution_time_ms": 1.0,
}
WORKERS = st.sampled_from(["first", "second"])
# Whose process is given what is submitted, where it is one that works.
TAKERS = st.sampled_from([None, "first", "second"])


@dataclass(slots=True)
class Clock:
    """The time, as the test sets it."""

    now: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        """Return it."""
        return self.now


@dataclass(slots=True)
class Known:
    """What must hold of one execution: who may end it, how often it was ended, and how it looked then."""

    holder: Claim | None = None
    ended: int = 0
    final: Execution | None = None


@dataclass(slots=True)
class Held:
    """What a worker believes to hold; it may be long lost."""

    claims: list[Claim] = field(default_factory=list)


class Lifecycle(RuleBasedStateMachine):
    """Two workers, one of which may be behind the times, and everything that can be done."""

    def __init__(self, database: Database, clock: Clock, runner: asyncio.Runner) -> None:
        super().__init__()
        self.database, self.clock, self.runner = database, clock, runner
        self.known: dict[UUID, Known] = {}
        self.keys: dict[str, UUID] = {}
        self.charged = 0
        self.held = {"first": Held(), "second": Held()}
        self._rows: dict[UUID, Execution] | None = None

    def transact(self, work: Callable[[Connection], T], *, single: bool = False) -> T:
        self._rows = None
        return self.runner.run(self.database.transact(work, durable=False, single=single))

    @initialize()
    def begin(self) -> None:
        self.clock.now = Clock().now
        self.transact(_empty)

    @rule(key=st.sampled_from(sorted(LIMITS)), priority=st.integers(0, 1), taker=TAKERS)
    def submits(self, key: str, priority: int, taker: str | None) -> None:
        assert self._submit(key, priority, None, taker).is_new

    @rule(key=st.sampled_from(["k1", "k2"]), taker=TAKERS)
    def submits_again(self, key: str, taker: str | None) -> None:
        submitted = self._submit("any", 0, key, taker)
        assert submitted.is_new == (key not in self.keys)
        assert self.keys.setdefault(key, submitted.execution.id) == submitted.execution.id

    @rule(worker=WORKERS, limit=st.integers(1, 4))
    def claims(self, worker: str, limit: int) -> None:
        for execution in self._claim(worker, limit):
            self.held[worker].claims.append(_claim_of(execution))

    @precondition(lambda self: any(each.claims for each in self.held.values()))
    @rule(worker=WORKERS)
    def renews(self, worker: str) -> None:
        mine = self.held[worker].claims
        renewal = self.transact(lambda c: claims.renew(c, mine, lease=POLICY.lease, now=self.clock.now))
        # One execution may stand here twice, held under an old epoch and under a new one.
        current = {each.execution_id for each in mine if self._is_current(each)}
        assert {each.execution_id for each in mine} - current <= renewal.lost
        assert set(renewal.cancelled) <= current

    @precondition(lambda self: any(each.claims for each in self.held.values()))
    @rule(worker=WORKERS, data=st.data(), how=st.sampled_from(["finish", "finish", "give back", "retry"]))
    def lets_go(self, worker: str, data: st.DataObject, how: str) -> None:
        if not (mine := self.held[worker].claims):
            return
        claim = mine.pop(data.draw(st.integers(0, len(mine) - 1)))
        expected, known = self._is_current(claim), self.known[claim.execution_id]
        assert self._let_go(claim, how) == expected
        if expected:
            known.holder = None

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def cancels(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.known)))
        before = self.rows()[id_]
        after = self.transact(lambda c: claims.cancel(c, id_, reason="test", now=self.clock.now))
        match before.status:
            case ExecutionStatus.QUEUED:
                assert after.status is ExecutionStatus.CANCELLED
                self.known[id_].ended += 1
            case ExecutionStatus.RUNNING:
                assert (after.status, after.cancel_reason) == (ExecutionStatus.RUNNING, "test")
            case _:
                assert after == before

    @rule()
    def sweeps(self) -> None:
        self.sweep()

    @rule(worker=WORKERS, limit=st.integers(1, 4))
    def pauses_past_its_lease_and_goes_on(self, worker: str, limit: int) -> None:
        self.clock.now += POLICY.lease + dt.timedelta(seconds=1)
        self.sweep()
        self.claims(worker, limit)

    @rule(seconds=st.sampled_from([0.5, 3, 11, 700]))
    def passes(self, seconds: float) -> None:
        self.clock.now += dt.timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from([1, 30, 3600]))
    def jumps_back(self, seconds: float) -> None:
        self.clock.now -= dt.timedelta(seconds=seconds)

    @invariant()
    def nothing_is_lost_and_nothing_ends_twice(self) -> None:
        rows = self.rows()
        assert rows.keys() == self.known.keys()
        for id_, row in rows.items():
            known = self.known[id_]
            assert known.ended == int(row.status.is_terminal), (id_, row)
            if known.final is not None:
                assert row == known.final
            elif row.status.is_terminal:
                known.final = row
            assert row.attempts <= MOST_ATTEMPTS
            assert row.losses <= POLICY.most_losses
            assert (row.lease_until is not None) == (row.status is ExecutionStatus.RUNNING)
            assert (row.finished_at is not None) == row.status.is_terminal

    @invariant()
    def each_that_was_finished_is_charged_once(self) -> None:
        total = select(func.coalesce(func.sum(usage.c.executions), 0))
        assert self.runner.run(self.database.read(lambda c: c.execute(total).scalar_one())) == self.charged

    @invariant()
    def no_key_runs_more_than_it_may(self) -> None:
        running = Counter(row.key for row in self.rows().values() if row.status is ExecutionStatus.RUNNING)
        assert all(limit is None or running[key] <= limit for key, limit in LIMITS.items())

    def teardown(self) -> None:
        """Let a worker do its work: everything must come to an end, wherever the clock stands."""
        for _ in range(100 + 4 * len(self.known)):
            if all(row.status.is_terminal for row in self.rows().values()):
                break
            self.sweep()
            for execution in self._claim("last", 4):
                self._let_go(_claim_of(execution), "finish")
                self.known[execution.id].holder = None
            self.clock.now += dt.timedelta(seconds=3)
        assert all(row.status.is_terminal for row in self.rows().values()), "an execution is stuck"
        self.nothing_is_lost_and_nothing_ends_twice()

    def sweep(self) -> None:
        usual: Any = {"lease": POLICY.lease, "longest_wait": POLICY.longest_wait, "now": self.clock.now}
        found = self.transact(lambda c: claims.look(c, **usual))
        if found.skewed:
            self.transact(lambda c: claims.mend_times(c, **usual))
            assert not self.transact(lambda c: claims.look(c, **usual)).skewed
        losses, wait, now = POLICY.most_losses, POLICY.back_off, self.clock.now
        ended, queued = self.transact(lambda c: claims.reap(c, most_losses=losses, back_off=wait, now=now))
        assert bool(ended or queued) <= found.overdue
        for execution in ended:
            assert execution.status.is_terminal
            self.known[execution.id].ended += 1
        for id_ in (*queued, *(execution.id for execution in ended)):
            self.known[id_].holder = None

    def rows(self) -> dict[UUID, Execution]:
        if self._rows is None:
            found = self.transact(lambda c: c.execute(select(executions)).all())
            self._rows = {row.id: execution_of(row) for row in found}
        return self._rows

    def _submit(self, key: str, priority: int, idempotency_key: str | None, taker: str | None) -> Submitted:
        wish = Submission(
            id=new_id(),
            request={"language": "python", "files": []},
            language="python",
            submitter=Submitter(key=key, key_limit=LIMITS[key]),
            correlation_id="of-the-tests",
            priority=priority,
        )
        once = None if idempotency_key is None else Idempotency(scope=key, key=idempotency_key, fingerprint="same")
        now = self.clock.now

        def work(connection: Connection) -> Submitted:
            earlier = None if once is None else find_earlier(connection, once, now=now)
            if earlier is not None:
                return Submitted(execution=earlier, is_new=False)
            return submit(connection, wish, POLICY, now=now, idempotency=once, worker=taker)

        submitted = self.transact(work)
        if submitted.is_new:
            assert submitted.execution.status is ExecutionStatus.QUEUED
            self.known[wish.id] = Known()
        if submitted.taken is not None:
            assert taker is not None
            self._note_claim(taker, submitted.taken)
            self.held[taker].claims.append(_claim_of(submitted.taken))
        return submitted

    def _claim(self, worker: str, limit: int) -> list[Execution]:
        given: Any = {"worker": worker, "lease": POLICY.lease, "now": self.clock.now}
        taken, are_left = self.transact(lambda c: claims.take(c, limit=limit, **given), single=True)
        if are_left:
            left = limit - len(taken)
            taken += self.transact(lambda c: claims.claim(c, limit=left, **given))
        assert len(taken) <= limit
        for execution in taken:
            self._note_claim(worker, execution)
        return taken

    def _note_claim(self, worker: str, execution: Execution) -> None:
        known = self.known[execution.id]
        assert known.holder is None
        assert not known.ended
        assert execution.worker == worker
        known.holder = _claim_of(execution)

    def _let_go(self, claim: Claim, how: str) -> bool:
        now, attempts = self.clock.now, self.rows()[claim.execution_id].attempts
        match how:
            case "give back":
                return self.transact(lambda c: claims.give_back(c, claim, now=now))
            case "retry" if attempts <= POLICY.retries:
                run_at = now + POLICY.back_off * 2 ** (attempts - 1)
                return self.transact(lambda c: claims.retry(c, claim, run_at=run_at, message="fault"))
            case _:
                charged = charge_of(self.rows()[claim.execution_id], DONE, now=now)
                done = self.transact(lambda c: claims.finish(c, claim, DONE, charged=charged, now=now), single=True)
                self.charged += done
                self.known[claim.execution_id].ended += done
                return done

    def _is_current(self, claim: Claim) -> bool:
        return self.known[claim.execution_id].holder == claim


def _empty(connection: Connection) -> None:
    for table in (executions, idempotency_keys, usage):
        connection.execute(delete(table))


def _claim_of(execution: Execution) -> Claim:
    assert execution.worker is not None
    return Claim(execution_id=execution.id, worker=execution.worker, epoch=execution.epoch)
