"""What an executor offers, wherever it runs."""

from __future__ import annotations

from typing import Protocol

from runward.api.executors.probe import Health
from runward.api.schemas.executor import (
    ExecuteRequest,
    ExecuteResponse,
    InfoResponse,
    ValidateRequest,
    ValidateResponse,
)


class Executor(Protocol):
    """Runs, checks and describes programs in one language; errors are RunwardErrors."""

    @property
    def language(self) -> str:
        """Return the language's identifier."""

    @property
    def location(self) -> str:
        """Return ``local`` or the executor's address."""

    async def health(self) -> Health:
        """Tell how a recent hello-world went; LanguageUnavailable where there is no toolchain."""

    async def execute(self, request: ExecuteRequest) -> ExecuteResponse:
        """Run the program; cancelling kills it."""

    async def validate(self, request: ValidateRequest) -> ValidateResponse:
        """Check the program without running it."""

    async def info(self) -> InfoResponse:
        """Describe the language."""

    async def close(self) -> None:
        """End what goes on without a caller."""
