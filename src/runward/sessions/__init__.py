"""Live code: a person's program under edit, its versions, its runs, and the files they are given.

May import executions and what is below.  Invariant: saving never waits for a run.
"""

from runward.sessions.sessions import RunWish, Sessions, UploadWish
from runward.sessions.uploads import Uploads

__all__ = ["RunWish", "Sessions", "UploadWish", "Uploads"]
