"""The one format of errors (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FieldFault(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(examples=["body.timeout"])
    message: str = Field(examples=["Input should be less than or equal to 60"])
    code: str = Field(examples=["less_than_equal"])


class Problem(BaseModel):
    """An error, for people (title, detail) and for machines (code)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:runward:problem:queue_full"])
    title: str = Field(examples=["Too Many Requests"])
    status: int = Field(examples=[429])
    detail: str = Field(examples=["64 executions are waiting already; try again in 1 s"])
    code: str = Field(examples=["queue_full"])
    correlation_id: str = Field(examples=["4bf92f3577b34da6a3ce929d0e0e4736"])
    errors: list[FieldFault] = Field(default=[])
