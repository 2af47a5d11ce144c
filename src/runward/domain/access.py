"""What an account may do and how much: roles, scopes, quotas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum


class Role(StrEnum):
    """What a user is."""

    USER = "user"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a caller may do; each route asks for one."""

    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    EXECUTIONS_READ = "executions:read"
    EXECUTIONS_RUN = "executions:run"
    EXECUTORS_RUN = "executors:run"
    ADMIN = "admin"


USER_SCOPES = frozenset(Scope) - {Scope.ADMIN}


def scopes_of(role: Role) -> frozenset[Scope]:
    """Return the most that someone of this role may do."""
    return frozenset(Scope) if role is Role.ADMIN else USER_SCOPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The most that an account or a key may use; None means that there is no bound."""

    runs_per_minute: int | None = None
    runs_per_hour: int | None = None
    concurrent_runs: int | None = None
    cpu_seconds_per_day: int | None = None

    def within(self, other: Quotas) -> Quotas:
        """Return the tighter of both, bound by bound."""
        pairs = {each.name: (getattr(self, each.name), getattr(other, each.name)) for each in fields(self)}
        return Quotas(**{name: _least(bounds) for name, bounds in pairs.items()})

    def as_dict(self) -> dict[str, int]:
        """Return the bounds that there are."""
        return {name: bound for name, bound in asdict(self).items() if bound is not None}


UNBOUNDED = Quotas()


def _least(bounds: Iterable[int | None]) -> int | None:
    return min((bound for bound in bounds if bound is not None), default=None)
