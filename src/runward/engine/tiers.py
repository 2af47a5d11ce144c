"""The tiers that an operator has enabled: one sandbox each, the first for whoever asks for none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from runward.domain.errors import TierNotEnabled
from runward.domain.tier import Tier
from runward.sandbox import LayerStatus, PoolStatus, Sandbox


class Tiers:
    """The sandboxes of an engine, opened and closed together."""

    def __init__(self, sandboxes: Mapping[Tier, Sandbox]) -> None:
        self._sandboxes = dict(sandboxes)
        self._default = next(iter(self._sandboxes))

    async def open(self) -> None:
        """Start them all; where one refuses, none is left."""
        try:
            for sandbox in self._sandboxes.values():
                await sandbox.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End them all."""
        for sandbox in self._sandboxes.values():
            await sandbox.close()

    async def wait_lost(self) -> None:
        """Return once one of them can start nothing any more, and never will."""
        waiting = {asyncio.ensure_future(sandbox.lost.wait()) for sandbox in self._sandboxes.values()}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    def choose(self, name: str | None) -> Tier:
        """Return the tier of this name, or the first; raise TierNotEnabled for one that the operator has not enabled."""
        if name is None:
            return self._default
        if name not in self._sandboxes:
            raise TierNotEnabled(name, enabled=list(self._sandboxes))
        return Tier(name)

    def get(self, name: str | None) -> Sandbox:
        """Return the sandbox of a tier, or of the first."""
        return self._sandboxes[self.choose(name)]

    def layers(self) -> tuple[LayerStatus, ...]:
        """Return the layers of the first."""
        return self._sandboxes[self._default].layers

    async def pools(self) -> dict[Tier, PoolStatus]:
        """Return how the slots of each are."""
        return {tier: await sandbox.pool() for tier, sandbox in self._sandboxes.items()}
