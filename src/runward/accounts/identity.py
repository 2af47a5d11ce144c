"""Who calls, once that has been established."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from runward.accounts.errors import ScopeMissing
from runward.domain.access import UNBOUNDED, Quotas, Role, Scope

# Whoever has one IPv6 address has the whole network of this length, and may call from any address of it.
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who calls and what they may do.  Only ``Authenticator.authenticate`` makes one: holding it is the proof.

    ``account_id`` is None for the anonymous caller of the open mode, whose resources have no owner either.  ``quotas`` are
    the tighter of the key's and the account's.
    """

    account_id: UUID | None
    name: str
    role: Role
    scopes: frozenset[Scope]
    key_id: UUID | None = None
    login_id: UUID | None = None
    quotas: Quotas = UNBOUNDED
    account_quotas: Quotas = UNBOUNDED
    address: str | None = None

    @property
    def is_admin(self) -> bool:
        """Tell whether everything may be seen: an admin's key without the scope may not."""
        return Scope.ADMIN in self.scopes

    @property
    def fairness_key(self) -> str:
        """Return what executions of this caller are queued and counted under."""
        if self.key_id is not None:
            return f"key:{self.key_id}"
        if self.account_id is not None:
            return f"user:{self.account_id}"
        return address_key(self.address)

    def require(self, scope: Scope) -> None:
        """Raise ScopeMissing where the caller may not do this."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)

    def owns(self, owner_id: UUID | None) -> bool:
        """Tell whether a resource of this owner is the caller's own."""
        return owner_id == self.account_id

    def may_see(self, owner_id: UUID | None) -> bool:
        """Tell whether a resource of this owner may be seen; where not, it must look as if it were not there (404)."""
        return self.is_admin or self.owns(owner_id)


def address_key(address: str | None) -> str:
    """Return what calls without an account are counted under."""
    if address is None:
        return "address:local"
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        return f"address:{ip_network((parsed, _IPV6_NETWORK_BITS), strict=False)}"
    return f"address:{parsed}"
