"""Announcing through Celery: in a thread of its own, because no broker may hold up whoever submits."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from uuid import UUID

import structlog
from celery import Celery
from kombu import Producer

from runward.queue.celery import ANSWERS_WITHIN_SECONDS, TASK, is_amqp

_log = structlog.get_logger()

_MOST_WAITING = 1_000
# After a failure nothing is tried for so long; what is announced meanwhile is found by the workers' sweep.
_PAUSE_SECONDS = 1.0
_CLOSES_WITHIN_SECONDS = 2.0


class CeleryDispatch:
    """Publishes one message for each execution that is announced.

    One that cannot be published is counted and forgotten: by the time the broker is back, workers have found its row.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._waiting: queue.Queue[UUID | None] = queue.Queue(_MOST_WAITING)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._producer: Producer | None = None
        self._troubled = False
        self.published = 0
        self.failed = 0

    async def open(self) -> None:
        """Start the thread; it connects when there is something to publish."""
        self._thread = threading.Thread(target=self._publish_always, name="runward-announce", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Publish what waits, for a moment, and disconnect."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, _CLOSES_WITHIN_SECONDS)
        self._closing.set()

    def announce(self, execution_id: UUID) -> None:
        """Tell the workers; never waits."""
        try:
            self._waiting.put_nowait(execution_id)
        except queue.Full:
            self.failed += 1

    def _publish_always(self) -> None:
        while not self._closing.is_set() and (execution_id := self._waiting.get()) is not None:
            try:
                self._publish_or_reconnect(execution_id)
            except Exception as error:  # noqa: BLE001  (drivers raise of all kinds, and nobody waits for this)
                self._give_up(error)
            else:
                self.published += 1
                if self._troubled:
                    _log.info("broker_connected")
                    self._troubled = False
        self._disconnect()

    def _publish_or_reconnect(self, execution_id: UUID) -> None:
        if self._producer is not None:
            try:
                self._publish(self._producer, execution_id)
            except Exception:  # noqa: BLE001  (the broker was restarted, perhaps: a new connection tells)
                self._disconnect()
            else:
                return
        self._producer = self._connect()
        self._publish(self._producer, execution_id)

    def _connect(self) -> Producer:
        options = self._app.conf.broker_transport_options | _patience(self._app)
        connection = self._app.connection_for_write(
            connect_timeout=ANSWERS_WITHIN_SECONDS, transport_options=options, heartbeat=0
        )
        return self._app.amqp.Producer(connection)

    def _publish(self, producer: Producer, execution_id: UUID) -> None:
        self._app.send_task(
            TASK,
            args=(str(execution_id),),
            producer=producer,
            ignore_result=True,
            retry=False,
            confirm_timeout=ANSWERS_WITHIN_SECONDS,
        )

    def _give_up(self, error: Exception) -> None:
        self._disconnect()
        if not self._troubled:
            _log.warning(
                "broker_disconnected", reason=_words(error), effect="workers find new runs within a second, not at once"
            )
            self._troubled = True
        self.failed += 1
        self._closing.wait(_PAUSE_SECONDS)
        with contextlib.suppress(queue.Empty):
            while True:
                if self._waiting.get_nowait() is None:
                    self._closing.set()
                    return
                self.failed += 1

    def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None and producer.connection is not None:
            with contextlib.suppress(Exception):
                producer.connection.collect(socket_timeout=ANSWERS_WITHIN_SECONDS)


def _patience(app: Celery) -> dict[str, float]:
    # A broker that hangs must not hold the thread for ever.
    names = ("read_timeout", "write_timeout") if is_amqp(app) else ("socket_timeout", "socket_connect_timeout")
    return dict.fromkeys(names, ANSWERS_WITHIN_SECONDS)


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
