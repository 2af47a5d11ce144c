"""A language, and whether it can be used here."""

from __future__ import annotations

from pydantic import BaseModel, Field


class LanguageEntry(BaseModel):
    """One defined language."""

    id: str = Field(examples=["python"])
    name: str = Field(examples=["Python"])
    aliases: list[str] = Field(examples=[["py", "python3"]])
    extensions: list[str] = Field(examples=[[".py"]])
    version: str | None = Field(description="The toolchain's own; null where there is none.", examples=["3.11.2"])
    available: bool = Field(examples=[True])
    reason: str = Field(description="What is missing, where something is.", examples=[""])
    install: str = Field(description="The command that brings it.", examples=[""])
