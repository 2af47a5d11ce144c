"""What is kept: the tables, their migrations, and functions that read and change them.

May import settings, telemetry and domain.  Invariants: a function over a ``Connection`` has no effect but on the
database, so that it may be run again; a change of state names the state that it expects; times are aware and UTC.
"""

from runward.store.database import Database, StoreError, StoreUnavailable
from runward.store.opening import open_database

__all__ = ["Database", "StoreError", "StoreUnavailable", "open_database"]
