"""The first page."""

from __future__ import annotations

from pydantic import BaseModel, Field


class HomeResponse(BaseModel):
    """What this server is, and where to read on."""

    name: str = Field(examples=["Runward"])
    version: str = Field(examples=["0.1.0"])
    docs: str = Field(examples=["/docs"])
    openapi: str = Field(examples=["/openapi.json"])
