"""An ordinary user in a delegated control group, as whom a command of ours is run; only root can arrange it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from runward.sandbox.cgroup.delegation import open_parent
from runward.sandbox.cgroup.hierarchy import Hierarchy, read_hierarchies
from runward.sandbox.cgroup.subtree import kill_and_remove

IDS_OF_ITS_OWN = "nobody:1700000000:65536"
_USER = pwd.getpwnam("nobody")
_CONTROLLERS = {"memory", "pids", "cpu", "cpuacct"}
# In a mount namespace of its own: the repository may lie in a folder that is closed to the user, and the ranges of ids
# are the host's to give, not the test's.
_START = """
set -eu
mount --bind "$REPOSITORY" "$PLACE/repository"
if [ -n "$RANGE" ]; then
    echo "$RANGE" >"$PLACE/range"
    mount --bind "$PLACE/range" /etc/subuid
    mount --bind "$PLACE/range" /etc/subgid
fi
for cgroup in $CGROUPS; do echo $$ >"$cgroup/cgroup.procs"; done
cd "$PLACE/repository"
exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups env -i "$@"
"""


def runward_as_user(
    repository: Path,
    *arguments: str,
    id_range: str,
    timeout_seconds: float,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `runward` with these arguments; without ``id_range`` all slots have the user's one id, which is allowed."""
    with _place() as place, _delegated_cgroups() as cgroups:
        given = {
            "HOME": str(place / "home"),
            "XDG_CACHE_HOME": "/var/cache",  # where root has prepared toolchains for all to read
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{place}/repository/src",
            "RUNWARD_ALLOW_MISSING_LAYERS": "" if id_range else "uids",
            **(environment or {}),
        }
        return subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", _START, "sh"]
            + [f"{name}={value}" for name, value in given.items()]
            + [sys.executable, "-c", "from runward.cli import main; main()", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "REPOSITORY": str(repository),
                "PLACE": str(place),
                "RANGE": id_range,
                "CGROUPS": " ".join(map(str, cgroups)),
                "USER_ID": str(_USER.pw_uid),
            },
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )


@contextmanager
def _place() -> Iterator[Path]:
    """Make a folder that the user may enter, with a home of its own."""
    place = Path(tempfile.mkdtemp(prefix="runward-as-user-"))
    try:
        place.chmod(0o755)
        (place / "repository").mkdir()
        (place / "home").mkdir()
        shutil.chown(place / "home", _USER.pw_uid, _USER.pw_gid)
        yield place
    finally:
        shutil.rmtree(place)


@contextmanager
def _delegated_cgroups() -> Iterator[list[Path]]:
    """Give the user a control group below ours, in the hierarchy that the platform will use."""
    hierarchies = read_hierarchies()
    v1 = [hierarchy.own for hierarchy in hierarchies if hierarchy.controllers & _CONTROLLERS]
    with ExitStack() as undo:
        parents = v1 or [_v2_parent(hierarchies, undo)]
        groups = []
        for parent in dict.fromkeys(parents):
            group = parent / f"runward-user-{os.getpid()}"
            group.mkdir()
            undo.callback(kill_and_remove, group)
            groups.append(_hand_over(group) if v1 else _hand_over_v2(group))
        yield groups


def _v2_parent(hierarchies: list[Hierarchy], undo: ExitStack) -> Path:
    parent = open_parent(next(each for each in hierarchies if each.version == 2))
    undo.callback(parent.restore)
    return parent.directory


def _hand_over(group: Path) -> Path:
    for path in (group, *group.iterdir()):
        shutil.chown(path, _USER.pw_uid, _USER.pw_gid)
    return group


def _hand_over_v2(group: Path) -> Path:
    """Delegate as systemd does: the group is the user's but for its limits; its processes are in a leaf."""
    (group / "cgroup.subtree_control").write_text("+memory +pids +cpu")
    leaf = group / "session"
    leaf.mkdir()
    for folder in (group, leaf):
        for path in (folder, *(folder / f"cgroup.{name}" for name in ("procs", "subtree_control", "threads"))):
            shutil.chown(path, _USER.pw_uid, _USER.pw_gid)
    return leaf
