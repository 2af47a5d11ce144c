"""Python's collector of cyclic garbage, as suits a server that holds many connections."""

from __future__ import annotations

import gc

# A thousand listeners that are woken make and drop some ten thousand objects.  By default each 700 that were made and not
# yet dropped are looked through, and now and then everything: a quarter of a second in which nobody is answered.
_YOUNG_OBJECTS = 20_000
# So many collections of one generation for one of the next.
_ROUNDS = 5


def settle() -> None:
    """Have the collector leave alone what the process has loaded by now, and look only where garbage is likely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, _ROUNDS, _ROUNDS)
