"""The languages of this server."""

from __future__ import annotations

from fastapi import APIRouter

from runward.api.problem import responses
from runward.api.schemas.language import LanguageEntry
from runward.languages import Registry


def language_routes(registry: Registry) -> APIRouter:
    """Return the route that lists them."""
    router = APIRouter(tags=["languages"])

    @router.get("/languages", summary="List the languages", responses=responses())
    async def list_languages() -> list[LanguageEntry]:
        """List every defined language, available or not, with what would install it."""
        return [
            LanguageEntry(
                id=status.id,
                name=status.name,
                aliases=list(status.aliases),
                extensions=list(status.extensions),
                version=status.version,
                available=status.available,
                reason=status.reason,
                install=status.install,
            )
            for status in registry.statuses()
        ]

    return router
