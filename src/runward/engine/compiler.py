"""Compile steps: each taken once, however many ask for it at once, and never again while its result is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from runward.domain.outcome import Outcome, Step
from runward.engine.cache import CompileCache, key_of
from runward.engine.compiled import INLINE_BYTES, Compiled
from runward.engine.result import Event, Output, StepEnded, StepStarted
from runward.engine.step import Finished, StepOrder, run_step
from runward.engine.tiers import Tiers

# A program of more large files than this is compiled by everyone for himself, each time.
_MOST_SHARED = 64


class Compiler:
    """Takes compile steps; with a cache, only those whose result is not in it."""

    def __init__(self, tiers: Tiers, cache: CompileCache | None) -> None:
        self._tiers, self._cache = tiers, cache
        self._flights: dict[str, _Flight] = {}
        self._keeping: set[asyncio.Task[None]] = set()

    async def compile(self, order: StepOrder, identity: bytes, on_event: Callable[[Event], None]) -> Compiled:
        """Return what the step makes, to be closed by the caller.

        Equal steps at the same time are one: the first caller takes it and the others wait.  Where the first is
        cancelled, which kills its step, or fails, one of the others takes it.
        """
        key = key_of(order, identity)
        while (flight := self._flights.get(key)) is not None:
            shared = await flight.share()
            if shared is not None:
                return _told(shared, on_event)
            if flight.ended_alone:
                return await self.compile_anew(order, on_event)
        return await self._lead(key, order, on_event)

    async def compile_anew(self, order: StepOrder, on_event: Callable[[Event], None]) -> Compiled:
        """Take the step for this caller alone."""
        return _take(await run_step(self._tiers.get(order.tier), order, on_event))

    def make_for(self, uid: int, gid: int) -> None:
        """Make ready what is written later, when this process, root, will have become this user."""
        if self._cache is not None:
            self._cache.make_for(uid, gid)

    async def close(self) -> None:
        """Wait until all is kept that is to be kept."""
        await asyncio.gather(*self._keeping)

    async def _lead(self, key: str, order: StepOrder, on_event: Callable[[Event], None]) -> Compiled:
        flight = self._flights[key] = _Flight()
        keeping = False
        try:
            if self._cache is not None and (found := await self._cache.find(key)) is not None:
                flight.land(found)
                return _told(found, on_event)
            finished = await run_step(self._tiers.get(order.tier), order, on_event)
            compiled = _take(finished)
            if _holds_for_all(finished):
                flight.land(compiled)
                keeping = compiled.succeeded and self._try_keep(key, flight)
            else:
                flight.ended_alone = True
            return compiled
        finally:
            if not keeping:
                del self._flights[key]
            flight.end()
            flight.leave()

    def _try_keep(self, key: str, flight: _Flight) -> bool:
        """Keep the result while the program runs already; until that is done, it is shared from here."""
        cache = self._cache
        if cache is None:
            return False

        async def keep() -> None:
            assert flight.landed is not None, "it has just landed"
            try:
                await asyncio.to_thread(cache.keep, key, flight.landed)
            finally:
                del self._flights[key]
                flight.leave()

        flight.hold()
        task = asyncio.create_task(keep())
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        return True


class _Flight:
    """A compile step under way.  Whoever takes it, waits for it or keeps its result holds it; the last one closes it."""

    def __init__(self) -> None:
        self.landed: Compiled | None = None
        self.ended_alone = False
        self._over = asyncio.Event()
        self._holders = 1

    def land(self, compiled: Compiled) -> None:
        """Say what the step made."""
        self.landed = compiled.share()

    def end(self) -> None:
        """Let those who wait go on."""
        self._over.set()

    async def share(self) -> Compiled | None:
        """Wait for the end; return what the step made, None where it made nothing that holds for others."""
        self.hold()
        try:
            await self._over.wait()
            return self.landed.share() if self.landed is not None else None
        finally:
            self.leave()

    def hold(self) -> None:
        """Keep what has landed."""
        self._holders += 1

    def leave(self) -> None:
        """Keep it no longer."""
        self._holders -= 1
        if not self._holders and self.landed is not None:
            self.landed.close()


def _take(finished: Finished) -> Compiled:
    return Compiled.take(finished.result, finished.files)


def _holds_for_all(finished: Finished) -> bool:
    """Tell whether an equal step would end the same: not where a limit or a signal ended it, or some of it is missing."""
    result = finished.result
    if result.stdout_truncated or result.stderr_truncated or finished.files_left_out:
        return False
    # Sharing takes descriptors, and those of this process are everybody's.
    if sum(file.size > INLINE_BYTES for file in finished.files) > _MOST_SHARED:
        return False
    return result.succeeded or (result.outcome is Outcome.COMPILE_ERROR and result.exit_code is not None)


def _told(compiled: Compiled, on_event: Callable[[Event], None]) -> Compiled:
    """Tell the listener what it would have heard of the step."""
    result = compiled.result
    assert result is not None, "it came of a compile step"
    try:
        on_event(StepStarted(step=Step.COMPILE))
        for stream, data in (("stdout", result.stdout), ("stderr", result.stderr)):
            if data:
                on_event(Output(step=Step.COMPILE, stream=stream, data=data))
        on_event(StepEnded(result=result))
    except BaseException:
        compiled.close()
        raise
    return compiled
