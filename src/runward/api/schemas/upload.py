"""Uploads on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


class UploadResponse(BaseModel):
    """A file that was sent ahead, to be the input of executions."""

    upload_id: UUID
    name: str = Field(examples=["data.csv"])
    size_bytes: int = Field(examples=[1048576])
    sha256: str = Field(examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"])
    created_at: datetime
