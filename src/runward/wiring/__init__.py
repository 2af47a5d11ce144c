"""The only place that builds object graphs: settings in, an engine out.

May import everything below api.  Keeps: nothing here decides anything that a setting could.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from runward.domain.errors import LanguageUnavailable
from runward.domain.limits import MIB, LimitRequest, Limits
from runward.domain.outcome import Step
from runward.domain.tier import Tier
from runward.engine import Engine, EnginePolicy, Tiers
from runward.engine.cache import CompileCache
from runward.languages import (
    Language,
    PreparationError,
    Registry,
    Runtime,
    WarmKind,
    default_cache_dir,
    default_toolchain_dirs,
)
from runward.sandbox import Read, Sandbox, SlotKind, SupervisorSettings, Usual, Warm
from runward.settings import Settings
from runward.telemetry import current_log_form

_log = structlog.get_logger()


def open_registry(settings: Settings) -> Registry:
    """Return the languages as the settings say."""
    dirs = (settings.toolchain_dir, *default_toolchain_dirs()) if settings.toolchain_dir else None
    return Registry.load(settings.language_dirs, toolchain_dirs=dirs, cache_dir=default_cache_dir())


def open_engine(
    settings: Settings,
    *,
    languages: Sequence[str] | None = None,
    registry: Registry | None = None,
    cache_dir: Path | None = None,
) -> Engine:
    """Return an engine, to be entered as a context manager.

    ``languages`` names those that it is for, so that a single run need not look for every toolchain; None means all.
    What was compiled is kept below ``cache_dir``, by default the usual one.
    """
    registry = registry or open_registry(settings)
    wanted = [registry.get(name) for name in languages] if languages is not None else registry.languages
    runtimes = _find_runtimes(registry, wanted)
    policy = engine_policy(settings, registry)
    kinds, slot_kinds = _slot_kinds(runtimes, settings, policy)
    tiers = Tiers({tier: _sandbox(tier, slot_kinds, settings) for tier in (settings.tier, *settings.tiers)})
    cache = _open_cache(settings, cache_dir or default_cache_dir())
    return Engine(registry=registry, tiers=tiers, kinds=kinds, policy=policy, cache=cache)


def _sandbox(tier: Tier, kinds: tuple[SlotKind, ...], settings: Settings) -> Sandbox:
    ready, most = settings.ready_slots, settings.most_ready_slots
    if tier is Tier.RUNSC:
        ready = most = min(ready, 1)  # one that waits holds some 30 MiB, every other slot one or four
    form = current_log_form()
    return Sandbox(
        SupervisorSettings(
            kinds=kinds,
            ready_slots=ready,
            most_ready_slots=most,
            allow_missing=settings.allow_missing_layers,
            uid_base=settings.uid_base,
            tier=tier,
            log_level=form.level,
            log_as_json=form.as_json,
            environment=form.environment or "",
        )
    )


def _find_runtimes(registry: Registry, wanted: Sequence[Language]) -> list[Runtime]:
    """Return the runtimes of those that this host has; what most tools prepare keeps one processor busy."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="prepare") as workers:
        found = workers.map(lambda each: _find_runtime(registry, each.id), wanted)
        return [runtime for runtime in found if runtime]


def _find_runtime(registry: Registry, language: str) -> Runtime | None:
    """Return the runtime, prepared: the first time on a host this takes a minute for some, and saves it in every run."""
    try:
        if registry.is_prepared(language):
            return registry.runtime(language)
        _log.warning("preparing_language", language=language, detail="once for this host; this can take a minute")
        return registry.prepare(language)
    except LanguageUnavailable:
        return None
    except PreparationError as error:
        _log.warning("language_unprepared", language=language, detail=str(error))
        return registry.runtime(language)


def _slot_kinds(
    runtimes: Sequence[Runtime], settings: Settings, policy: EnginePolicy
) -> tuple[dict[tuple[str, Step], str], tuple[SlotKind, ...]]:
    """Return the kind of every step, and the kinds; steps for which all else is the same share one."""
    kinds: dict[tuple[str, Step], str] = {}
    by_content: dict[str, SlotKind] = {}
    for runtime in runtimes:
        for step in (*runtime.steps, Step.VALIDATE):
            reads = tuple(sorted(Read(source=read.source, target=read.inside) for read in runtime.reads(step)))
            name = f"{runtime.language.id}.{step}"
            usual = _usual(runtime.language, step, policy)
            warm = _warm(runtime, step, settings, usual)
            if warm is not None and warm.ahead:  # what it does not take is executed elsewhere
                cold = SlotKind(name=f"{name}.cold", reads=reads, usual=usual)
                warm = replace(warm, otherwise=by_content.setdefault(repr(replace(cold, name="")), cold).name)
            kind = SlotKind(name=name, reads=reads, usual=usual, warm=warm)
            kinds[runtime.language.id, step] = by_content.setdefault(repr(replace(kind, name="")), kind).name
    return kinds, tuple(by_content.values())


def _usual(language: Language, step: Step, policy: EnginePolicy) -> Usual:
    own = language.limits.get(step, LimitRequest())
    limits = policy.limits_for(step, LimitRequest(), language=own, time_factor=language.time_factor)
    return Usual(memory_bytes=limits.memory_bytes, processes=limits.processes, disk_bytes=limits.disk_bytes)


def _warm(runtime: Runtime, step: Step, settings: Settings, usual: Usual) -> Warm | None:
    start = runtime.warm_start(step, memory_bytes=usual.memory_bytes) if settings.warm else None
    if start is None:
        return None
    wanted = [module for named, module in _modules(settings.preload) if named == runtime.language.id]
    return Warm(
        argv=start.argv,
        command=start.command,
        environment=dict(start.environment),
        additions={**start.additions, "WARM_MODULES_WANTED": ",".join(wanted)},
        program=start.program,
        rehearsal=start.rehearsal,
        place=start.place,
        cold_prefixes=start.cold_prefixes,
        cold_arguments=start.cold_arguments,
        ahead=start.kind is WarmKind.PRESTART,
        memory_bytes=start.memory_bytes,
        processes=start.processes,
        most_ready=start.most_ready,
    )


def _open_cache(settings: Settings, place: Path) -> CompileCache | None:
    size = settings.compile_cache_mb * MIB
    return CompileCache(place, size_bytes=size) if size else None


def _modules(items: Sequence[str]) -> list[tuple[str, str]]:
    """Return language and module of items such as ``python:numpy``."""
    return [(language, module) for item in items for language, _, module in [item.partition(":")]]


def _modules_by_language(items: Sequence[str], registry: Registry) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language, module in _modules(items):
        found.setdefault(registry.get(language).id, set()).add(module)
    return {language: frozenset(modules) for language, modules in found.items()}


def engine_policy(settings: Settings, registry: Registry) -> EnginePolicy:
    """Return what the settings allow of programs."""
    default = EnginePolicy()
    maximum = Limits(
        cpu_time=timedelta(seconds=settings.max_cpu_time),
        wall_time=timedelta(seconds=settings.max_timeout),
        memory_bytes=settings.max_memory_mb * MIB,
        processes=default.maximum.processes,
        output_bytes=default.maximum.output_bytes,
        file_bytes=default.maximum.file_bytes,
        disk_bytes=default.maximum.disk_bytes,
        open_files=default.maximum.open_files,
        stack_bytes=default.maximum.stack_bytes,
    )
    return EnginePolicy(
        maximum=maximum,
        concurrency=settings.max_concurrent_executions,
        queue_limit=settings.queue_limit,
        blocked_imports=_modules_by_language(settings.blocked_imports, registry),
        allowed_imports=_modules_by_language(settings.allowed_imports, registry),
    )
