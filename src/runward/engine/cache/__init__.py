"""What compilers made, kept on disk: the same program again is not compiled again.

Theory of operation.  A *key* (key.py) is a digest of all that can change the compiler's answer.  An *entry* (entry.py)
is one file named by its key, which holds the step's result and the small files, and one more file for each large one.
Entries lie in a *folder* (folder.py) of the engine's user alone, where they are written under another name and renamed,
by one writer at a time.  Every byte is checked against a digest before it is used, so what a kill, a full disk or a
power failure left behind is no worse than nothing; hence nothing is ever synced.  A program can reach none of it: its
root does not hold the folder, its user may not enter it, and what is kept came out of a compile slot as descriptors
after everything there was dead.
"""

from runward.engine.cache.cache import CompileCache
from runward.engine.cache.key import key_of

__all__ = ["CompileCache", "key_of"]
