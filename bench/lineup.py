"""All that take part: everything that a selection asks for is started here, and what cannot be is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import inputs
from bench.contestant import ENGINE, HTTP, Absent, Contestant, Role, WrongResult
from bench.crew import Crew
from bench.own import (
    again_contestant,
    first_contestant,
    interpreted_contestant,
    native_contestant,
    open_sandbox,
    python_contestant,
    slot_contestant,
)
from bench.peer import bare_contestants, find_tool, open_peers, version_of
from bench.server import http_contestant, open_server
from bench.toolchain import BareHost, InBwrap, Place, Toolchain
from bench.variant import VARIANTS, Variant
from bench.workload import (
    AGAIN,
    FEW_STEPS,
    FIRST,
    HELLO_SOURCE,
    JAVASCRIPT_HELLO,
    MANY_STEPS,
    PROGRAMS,
    PYTHON_HELLO,
    TIERS,
    TRUE,
    Selection,
)
from runward.domain.errors import RunwardError
from runward.domain.tier import Tier
from runward.engine import Engine
from runward.languages import Registry
from runward.settings import Settings, load_settings
from runward.wiring import open_engine, open_registry

_DEFINITIONS = Path(__file__).parent / "definitions"


def bench_settings(**overrides: str) -> Settings:
    """Return this environment's settings, with the benchmark's own language beside those of the operator."""
    folders = [*map(str, load_settings().language_dirs), str(_DEFINITIONS)]
    return load_settings(RUNWARD_LANGUAGE_DIRS=",".join(folders), **overrides)


@dataclass(slots=True, kw_only=True)
class Lineup:
    """The contestants, with everything that they need running for as long as the stack is open."""

    selection: Selection
    crew: Crew
    folder: Path
    stack: contextlib.AsyncExitStack
    say: Callable[[str], None]
    contestants: list[Contestant] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)

    async def add_plain(self) -> None:
        """Add bare processes and peers."""
        programs = [program for program in PROGRAMS if program.workload.name in self.selection]
        if not programs:
            return
        (self.folder / "main.py").write_text(HELLO_SOURCE)
        self.contestants += bare_contestants(self.crew, programs, self.folder)
        peers, absent = await open_peers(self.crew, programs, self.folder)
        self.contestants += peers
        self.absent += absent

    async def add_slots(self, settings: Settings) -> None:
        """Add slots without an engine around them."""
        for ready in (settings.ready_slots, 0) if TRUE.name in self.selection else ():
            sandbox = await self.stack.enter_async_context(open_sandbox(ready_slots=ready))
            name = "runward slot" if ready else "runward slot, none ready"
            note = (
                f"all layers, {ready} slots kept ready; what Engine.run does for a step (engine/step.py), no language"
                if ready
                else "the same with no slot kept ready: each run waits for its slot to be made"
            )
            self.contestants.append(slot_contestant(sandbox, name=name, note=note))

    async def add_engines(self, settings: Settings) -> None:
        """Add the engine for every workload, and beside it the toolchains alone."""
        registry = open_registry(settings)
        languages = [language for language in self._languages() if self._is_here(registry, language)]
        if not languages:
            return
        # A cache of its own: the new sources of every round would push out what the operator's cache holds.
        opened = open_engine(settings, languages=languages, registry=registry, cache_dir=self.folder)
        engine = await self.stack.enter_async_context(opened)
        if TRUE.name in languages:
            self.contestants.append(native_contestant(engine))
        if PYTHON_HELLO.name in languages:
            self.contestants.append(python_contestant(engine))
        if JAVASCRIPT_HELLO.name in languages:
            toolchains = [self._toolchain(engine, "javascript", place) for place in self._places()]
            self.contestants += [toolchain.interpreted(JAVASCRIPT_HELLO) for toolchain in toolchains]
            self.contestants.append(interpreted_contestant(engine, JAVASCRIPT_HELLO, "javascript"))
        for language in languages:
            if language in FIRST:
                await self._add_compiled(engine, language)

    async def add_variant(self, variant: Variant) -> None:
        """Add the engine under other settings; where they cannot be had here, that is told."""
        wanted = [each for each in variant.workloads if each.name in self.selection]
        name = f"{ENGINE}, {variant.name}"
        if not wanted:
            return
        try:
            settings = bench_settings(**variant.settings)
            opened = open_engine(settings, languages=[each.name for each in wanted])
            engine = await self.stack.enter_async_context(opened)
        except RunwardError as error:
            self.absent.append(Absent(name=name, reason=str(error)))
            return
        makers = {TRUE.name: native_contestant, PYTHON_HELLO.name: python_contestant}
        self.contestants += [makers[each.name](engine, name=name, note=variant.note, crowd=False) for each in wanted]

    async def add_tiers(self) -> None:
        """Add the engine in each tier, and bare processes beside it."""
        programs = [
            replace(program, workload=TIERS[program.workload.name])
            for program in PROGRAMS
            if TIERS[program.workload.name].name in self.selection
        ]
        if not programs:
            return
        (self.folder / "main.py").write_text(HELLO_SOURCE)
        self.contestants += bare_contestants(self.crew, programs, self.folder, crowd=False)
        for tier in Tier:
            try:
                opened = open_engine(bench_settings(RUNWARD_TIER=tier), languages=list(TIERS))
                engine = await self.stack.enter_async_context(opened)
            except RunwardError as error:
                self.absent.append(Absent(name=f"the tier {tier}", reason=str(error)))
                continue
            for maker, name in ((native_contestant, TRUE.name), (python_contestant, PYTHON_HELLO.name)):
                if TIERS[name].name in self.selection:
                    note = f"the same contract in the tier {tier}"
                    contestant = maker(engine, TIERS[name], name=f"{ENGINE}, {tier}", note=note, crowd=False)
                    self.contestants.append(contestant)

    async def add_http(self) -> None:
        """Add the HTTP face."""
        if PYTHON_HELLO.name not in self.selection:
            return
        try:
            port = await self.stack.enter_async_context(open_server())
        except WrongResult as error:
            self.absent.append(Absent(name=HTTP, reason=str(error)))
        else:
            self.contestants.append(http_contestant(self.crew, port))

    async def _add_compiled(self, engine: Engine, language: str) -> None:
        self.say(f"compiling without a sandbox, and in bubblewrap: {language}")
        for place in self._places():
            toolchain = self._toolchain(engine, language, place)
            try:
                self.contestants += await asyncio.to_thread(self._compiled, toolchain, language)
            except WrongResult as error:
                name = f"{place.name}, {engine.registry.get(language).name}"
                self.absent.append(Absent(name=name, reason=f"it does not run here: {error}"))
        if FIRST[language].name in self.selection:
            self.contestants.append(first_contestant(engine, language))
        if AGAIN[language].name in self.selection:
            self.contestants.append(again_contestant(engine, language))
        for workload in (FEW_STEPS, MANY_STEPS) if language == "cpp" else ():
            if workload.name in self.selection:
                self.contestants.append(inputs.engine_contestant(engine, workload))

    def _compiled(self, toolchain: Toolchain, language: str) -> list[Contestant]:
        found: list[Contestant] = []
        if FIRST[language].name in self.selection:
            found.append(toolchain.first())
        if AGAIN[language].name in self.selection:
            found.append(toolchain.again())
        if language == "cpp" and toolchain.place.role is Role.BARE:
            for workload in (FEW_STEPS, MANY_STEPS):
                if workload.name in self.selection:
                    found += inputs.bare_contestants(self.crew, toolchain, workload)
        return found

    def _places(self) -> list[Place]:
        tool = find_tool("bwrap")
        return [BareHost(), InBwrap(tool, version=version_of(tool))] if tool else [BareHost()]

    def _toolchain(self, engine: Engine, language: str, place: Place) -> Toolchain:
        runtime = engine.registry.runtime(language)
        return Toolchain(self.crew, runtime, engine.policy, place=place, folder=self.folder)

    def _languages(self) -> list[str]:
        plain = [each.name for each in (TRUE, PYTHON_HELLO, JAVASCRIPT_HELLO) if each.name in self.selection]
        return [*plain, *self.selection.languages()]

    def _is_here(self, registry: Registry, language: str) -> bool:
        status = registry.status(language)
        if not status.available:
            self.absent.append(Absent(name=status.name, reason=f"{status.reason}; {status.install}"))
        return status.available


@contextlib.asynccontextmanager
async def open_lineup(
    selection: Selection, crew: Crew, folder: Path, *, http: bool, say: Callable[[str], None]
) -> AsyncIterator[Lineup]:
    """Start all that take part, and end it."""
    settings = bench_settings()
    async with contextlib.AsyncExitStack() as stack:
        lineup = Lineup(selection=selection, crew=crew, folder=folder, stack=stack, say=say)
        await lineup.add_plain()
        await lineup.add_slots(settings)
        await lineup.add_engines(settings)
        await lineup.add_tiers()
        for variant in VARIANTS:
            await lineup.add_variant(variant)
        if http:
            await lineup.add_http()
        yield lineup
