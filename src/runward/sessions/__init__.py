"""Live code: a person's program under edit, its versions, and its runs.

May import executions and what is below.  Invariant: saving never waits for a run.
"""

from runward.sessions.sessions import RunWish, Sessions

__all__ = ["RunWish", "Sessions"]
