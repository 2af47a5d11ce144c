"""placeholder until accounts is merged"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runward.accounts.identity import Identity
from runward.domain.access import USER_SCOPES, Role, Scope


def allow(scope: Scope) -> Callable[..., Any]:
    async def check() -> Identity:
        return Identity(account_id=None, name="anonymous", role=Role.USER, scopes=USER_SCOPES)

    return check
