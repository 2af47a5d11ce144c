"""The command line: each command in a module of its own name, which imports what is heavy only when it is called.

May import everything.  Invariants: standard output belongs to the program that is run or to the result asked for; what
we have to say goes to standard error, in one line that tells what to do; exit statuses are those of ``exit_status``.
"""

from runward.cli.main import main

__all__ = ["main"]
