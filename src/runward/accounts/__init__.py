"""Who may do what: users, keys, quotas, and the record of what was done for safety's sake.

May import store and what is below.  Invariants: of a secret only a hash is kept; only ``authenticate`` makes an Identity.
"""

from runward.accounts.accounts import Accounts, AccountsPolicy
from runward.accounts.authenticator import AuthMode
from runward.accounts.identity import Identity
from runward.domain.access import Quotas, Role, Scope

__all__ = ["Accounts", "AccountsPolicy", "AuthMode", "Identity", "Quotas", "Role", "Scope"]
