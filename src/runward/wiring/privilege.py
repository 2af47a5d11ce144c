"""The HTTP process needs no privilege: once the supervisor stands, one that was started as root becomes someone else."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path

import runward
from runward.domain.errors import RunwardError

# What the process still reads after its start: its own modules and those it imports late.
_READ_LATER = (runward.__file__, os.__file__, sys.executable)


class UserUnusable(RunwardError):
    """The user to become does not exist."""

    code = "user_unusable"


def give_up_privilege(user: str, make_for: Callable[[int, int], None]) -> str | None:
    """Become ``user`` if we are root; return None, or why we could not and are root still.

    It cannot where the installation lies in a folder that only root may enter (/root, often).
    ``make_for`` makes, as root, what the user of these ids is to find.
    """
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        raise UserUnusable(f"RUNWARD_USER: there is no user {user!r}; create it, or name another") from None
    if unreadable := _first_unreadable(account):
        return f"{user} cannot read {unreadable}; install where every user can read, such as /opt"
    make_for(account.pw_uid, account.pw_gid)
    os.environ["HOME"] = "/"
    _become(account)
    return None


def _become(account: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)


def _first_unreadable(account: pwd.struct_passwd) -> str | None:
    """Try it in a child, as the user: only the kernel knows every rule."""
    child = os.fork()
    if child == 0:
        first = len(_READ_LATER)
        try:
            _become(account)
            readable = [os.access(Path(path).resolve(), os.R_OK) for path in _READ_LATER]
            first = ([*readable, False]).index(False)
        finally:
            os._exit(first)
    _, status = os.waitpid(child, 0)
    first = os.waitstatus_to_exitcode(status)
    return str(_READ_LATER[first]) if first < len(_READ_LATER) else None
