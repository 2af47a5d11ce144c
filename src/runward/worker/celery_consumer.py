"""What a worker hears through Celery: a real Celery worker in a thread beside the event loop.

Theory of operation.  The event loop owns the main thread and the signals; Celery's worker consumes in a thread of its
own, and its pool has a thread for each slot.  The body of the task passes to the loop what is to be done and waits for
it: so ``celery inspect``, events and Flower show what runs for as long as it runs.  Without its broker Celery tries again
for ever, in its thread, while the worker finds rows by looking each second.  A process has one consumer at most: Celery's
hub and its wish to stop are the process's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import warnings
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import structlog
from celery import Celery
from celery.concurrency.thread import TaskPool
from celery.exceptions import CPendingDeprecationWarning
from celery.worker import WorkController, state
from celery.worker.consumer import Consumer
from kombu import Connection

from runward.queue.celery import TASK

_log = structlog.get_logger("runward.worker")

_celery_state: Any = state
_Blueprint: Any = Consumer.Blueprint
_RETRY_SECONDS = 1
_READY_WITHIN_SECONDS = 5
# Two lines at INFO for each message.
_TALKATIVE = ("celery.worker.strategy", "celery.app.trace")
_CLOSES_WITHIN_SECONDS = 10.0


class CeleryConsumer:
    """Calls ``run_next`` for each message, for as many at once as there are slots."""

    def __init__(self, app: Celery, run_next: Callable[[], Awaitable[bool]], *, slots: int, name: str) -> None:
        self._app, self._run_next, self._slots, self._name = app, run_next, slots, name
        self._controller: _Controller | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.trouble = "the broker has not answered yet"

    def start(self, stop: asyncio.Event) -> None:
        """Begin to consume, now or when the broker is there; ``celery control shutdown`` sets ``stop``."""
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()

        @self._app.task(name=TASK, shared=False)
        def execute(_announced: str) -> bool:
            # Whose turn it is, the rows tell; the message may be old.
            return asyncio.run_coroutine_threadsafe(self._carry_out(), loop).result()

        def consume() -> None:
            self._consume_always()
            loop.call_soon_threadsafe(stop.set)

        # It warns that a later version will end runs with their connection; that is set, and must stay so.
        warnings.filterwarnings("ignore", category=CPendingDeprecationWarning, module="celery.worker")
        _celery_state.should_stop = _celery_state.should_terminate = None
        self._thread = threading.Thread(target=consume, name="runward-celery", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more messages; those whose run goes on are acknowledged when it has ended."""
        self._stopping.set()
        _celery_state.should_stop = 0
        hub: Any = None if self._controller is None else self._controller.hub
        if hub is not None:
            hub.call_soon(_do_nothing)  # or it would look a second later

    async def close(self) -> None:
        """Disconnect; what it runs must have ended."""
        self.stop()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, _CLOSES_WITHIN_SECONDS)

    def tell(self, trouble: str) -> None:
        """Note whether the broker is heard, or why not."""
        if trouble and not self.trouble:
            _log.warning(
                "broker_disconnected", reason=trouble, effect="new runs are found within a second, not at once"
            )
        elif self.trouble and not trouble:
            _log.info("broker_connected")
        self.trouble = trouble

    async def _carry_out(self) -> bool:
        return await self._run_next()

    def _consume_always(self) -> None:
        while not self._stopping.is_set():
            self._controller = _Controller(
                app=self._app,
                hostname=f"runward@{self._name}",
                concurrency=self._slots,
                pool=_Pool,
                consumer_cls=_Consumer,
                loglevel="INFO",
                without_mingle=True,
                without_gossip=True,
            )
            self._controller.listener = self
            self._controller.start()
            if not self._controller.exitcode:
                return
            # Celery gives up on what it does not expect from a broker, such as an answer of a kind that is new to it.
            self.tell("the consumer failed; the log tells more")
            self._stopping.wait(_RETRY_SECONDS)


class _Pool(TaskPool):
    """Celery's threads, each of which knows whose tasks it runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.executor = ThreadPoolExecutor(self.limit, "runward-run", initializer=self.app.set_current)


class _Controller(WorkController):
    listener: CeleryConsumer


class _Consumer(Consumer):
    """Celery's, that tells whether it hears its broker, and tries each second to."""

    controller: Any
    _alarm: threading.Timer

    class Blueprint(_Blueprint):  # type: ignore[misc]  # its stubs do not tell
        # RabbitMQ would be given 28 queues for tasks that are to be delayed; there are none.
        default_steps: ClassVar = [step for step in _Blueprint.default_steps if not step.endswith(":DelayedDelivery")]

    def connect(self) -> Connection:
        connection = super().connect()
        self._alarm = threading.Timer(_READY_WITHIN_SECONDS, _cut, (connection,))
        self._alarm.daemon = True
        self._alarm.start()
        return connection

    def on_ready(self) -> None:
        self._alarm.cancel()
        self.controller.listener.tell("")
        super().on_ready()

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        self.controller.listener.tell(_words(exc))
        # kombu stumbles while it gives up messages that are not acknowledged; by then it has given up the connection.
        with contextlib.suppress(Exception):
            super().on_connection_error_after_connected(exc)

    def ensure_connected(self, conn: Connection) -> Connection:
        def tell(error: Exception, _interval: float) -> None:
            self.controller.listener.tell(_words(error))

        conn = conn.ensure_connection(
            tell, interval_start=_RETRY_SECONDS, interval_step=0, callback=_celery_state.maybe_shutdown
        )
        self.first_connection_attempt = False
        return conn


def _cut(connection: Connection) -> None:
    # Who consumes from a quorum queue while it has no leader, just after a restart, is not answered for a minute, and
    # py-amqp heeds no time-out while it waits for that.
    held: Any = connection.connection
    sock = getattr(getattr(held, "transport", None), "sock", None)
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _do_nothing() -> None: ...


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
