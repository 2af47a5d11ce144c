"""Claims on PostgreSQL, where two transactions change the same row at the same time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import Connection

from runward.domain.ids import new_id
from runward.domain.status import ExecutionStatus
from runward.store import claims
from runward.store.executions import Claim, NewExecution, insert_execution
from runward.store.postgresql import PostgresqlDatabase
from tests.store.locks import until_it_waits

LEASE = timedelta(minutes=1)


async def test_cancel_is_not_lost_on_what_is_queued_again_in_that_moment(postgresql_url: str) -> None:
    database = PostgresqlDatabase(postgresql_url.replace("postgresql://", "postgresql+asyncpg://"))
    await database.open()
    try:
        held = await database.transact(lambda c: _claim_new(database, c))
        async with database.engine.begin() as connection:
            assert await connection.run_sync(lambda c: claims.give_back(c, held, now=database.clock(c)))
            cancelling = asyncio.create_task(
                database.transact(
                    lambda c: claims.cancel(c, held.execution_id, reason="by its user", now=database.clock(c))
                )
            )
            await until_it_waits(database, cancelling)

        assert (await cancelling).status is ExecutionStatus.CANCELLED
    finally:
        await database.close()


def _claim_new(database: PostgresqlDatabase, connection: Connection) -> Claim:
    now = database.clock(connection)
    new = NewExecution(
        id=new_id(),
        session_id=None,
        owner_id=None,
        language="python",
        request={},
        correlation_id="",
        traceparent=None,
        priority=0,
        key="anonymous",
        key_limit=None,
        expires_at=None,
    )
    insert_execution(connection, new, turn=1, now=now)
    (taken,) = claims.claim(connection, worker="one", limit=1, lease=LEASE, now=now)
    return Claim(execution_id=taken.id, worker="one", epoch=taken.epoch)
