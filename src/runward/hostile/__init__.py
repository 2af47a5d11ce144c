"""The hostile suite: programs that try to break out, each with the promise that holds against it in its name.

``cases/<class>/<promise>.<ext>`` is a whole program.  Its first lines, marked ``//:`` or ``#:``, are TOML and say how it is
run and what must come of it (`case.py` knows every key).  A program proves that it tried: it prints what the kernel
answered, and ``ESCAPED: ...`` where it got what it must not have.  To add a case, add a file.

A **trial** is a case in one kind of slot (`trial.py`): every case is tried in each kind that its step has.  A trial goes
through the real engine; after it the host is looked at from outside (`footprint.py`, `canary.py`), and the next
hello-world must be right and quick.  `suite.py` shares the trials among worker processes, each with a platform of its own.

May import wiring and what is below.  Keeps: a trial holds only if it was really tried, in the kind of slot it is named for.
"""

from runward.hostile.case import CASES, CLASSES, HELLO_LANGUAGE, Case, load, paths
from runward.hostile.suite import Suite
from runward.hostile.trial import Start, Trial, TrialResult, list_trials, waiting_start

__all__ = [
    "CASES",
    "CLASSES",
    "HELLO_LANGUAGE",
    "Case",
    "Start",
    "Suite",
    "Trial",
    "TrialResult",
    "list_trials",
    "load",
    "paths",
    "waiting_start",
]
