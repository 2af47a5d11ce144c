"""Celery: a broker that carries announcements to workers.

What is announced is that there is work; which execution is run, the rows tell.  So a message may be lost, come late or
twice.  A worker acknowledges one when the run it led to has ended: it then holds no messages that an idle worker could
have had, and those of a killed one wake another.
"""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu import Exchange, Queue

from runward.domain.errors import RunwardError

TASK = "runward.execute"
QUEUE = "runward"

_AMQP, _REDIS = {"amqp", "amqps"}, {"redis", "rediss"}
# What the broker keeps at most; more would be hints about rows that the sweep has found long before.
_MOST_MESSAGES = 100_000
ANSWERS_WITHIN_SECONDS = 3.0


class BrokerUrlInvalid(RunwardError):
    """RUNWARD_BROKER_URL names no broker that can be used."""

    code = "invalid_setting"


def make_celery(broker_url: str) -> Celery:
    """Return the application that API nodes publish to and workers consume from; nothing is connected yet."""
    host = _check(broker_url)
    scheme = urlsplit(broker_url).scheme
    app = Celery("runward", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_default_queue=QUEUE,
        task_queues=[_queue(scheme)],
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=ANSWERS_WITHIN_SECONDS,
        broker_heartbeat=10,
        broker_use_ssl=_tls(scheme, host),
        broker_transport_options=_transport_options(scheme),
    )
    return app


def is_amqp(app: Celery) -> bool:
    """Tell whether its broker is RabbitMQ, not Redis."""
    return urlsplit(str(app.conf.broker_url)).scheme in _AMQP


def _check(broker_url: str) -> str:
    parts = urlsplit("")
    try:
        parts = urlsplit(broker_url)
        known = parts.scheme in _AMQP | _REDIS and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise BrokerUrlInvalid(
            "RUNWARD_BROKER_URL: write it like amqp://user:password@host:5672/vhost or redis://:password@host:6379/1"
            " (amqps:// and rediss:// with TLS)"
        )
    return str(parts.hostname)


def _queue(scheme: str) -> Queue:
    arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-max-length": _MOST_MESSAGES} if scheme in _AMQP else {}
    return Queue(QUEUE, Exchange(QUEUE, type="direct"), routing_key=QUEUE, durable=True, queue_arguments=arguments)


def _transport_options(scheme: str) -> dict[str, Any]:
    return {"confirm_publish": True} if scheme in _AMQP else {"socket_keepalive": True}


def _tls(scheme: str, host: str) -> dict[str, Any] | bool:
    # Left to themselves, the drivers encrypt without asking whom they talk to.
    match scheme:
        case "amqps":
            return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": host}
        case "rediss":
            return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
        case _:
            return False
