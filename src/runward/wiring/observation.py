"""How a process is watched, as the settings say: its logs, metrics, traces and faults."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from runward.engine import Engine
from runward.languages import Registry
from runward.settings import Environment, LogLevel, Settings
from runward.telemetry import configure_logs, sending_faults, sending_traces
from runward.telemetry.metrics import Metrics
from runward.telemetry.readings import ActivityReading, KindReading, PoolReading


def open_logs(settings: Settings) -> None:
    """Send logs where the settings say, without what is secret there."""
    configure_logs(
        level=LogLevel.DEBUG if settings.debug else settings.log_level,
        as_json=True if settings.environment is Environment.PRODUCTION or settings.log_file else None,
        file=settings.log_file,
        environment=settings.environment,
        secrets=settings.secrets,
    )
    for library in ("uvicorn", "httpx", "urllib3", "alembic"):
        logging.getLogger(library).setLevel(logging.DEBUG if settings.debug else logging.WARNING)


def open_metrics(registry: Registry, engine: Engine | None) -> Metrics:
    """Return the metrics of a process that has this engine, or none."""
    metrics = Metrics(languages=[language.id for language in registry.languages])
    if engine is not None:
        _measure(metrics, engine)
    return metrics


def _measure(metrics: Metrics, engine: Engine) -> None:

    async def measure_activity() -> ActivityReading:
        return ActivityReading(active=engine.running)

    async def measure_pools() -> PoolReading:
        pools = await engine.pools()
        return PoolReading(
            in_use={tier: pool.in_use for tier, pool in pools.items()},
            kinds=[
                KindReading(tier=tier, kind=name, ready=kind.ready, wanted=kind.wanted)
                for tier, pool in pools.items()
                for name, kind in pool.kinds.items()
            ],
        )

    metrics.measure(measure_activity)
    metrics.measure(measure_pools)


@contextmanager
def observed(settings: Settings, *, role: str) -> Iterator[None]:
    """Send traces and faults where the settings say, for the length of the block; ``role`` is the process's."""
    endpoint, headers, dsn = settings.otlp_endpoint, settings.otlp_headers, settings.sentry_dsn
    with (
        sending_traces(
            endpoint=str(endpoint) if endpoint is not None else None,
            headers=headers.get_secret_value() if headers is not None else "",
            service=settings.service_name,
            role=role,
            environment=settings.environment,
        ),
        sending_faults(
            dsn=dsn.get_secret_value() if dsn is not None else None, environment=settings.environment, role=role
        ),
    ):
        yield
