"""No two supervisors on a host give their slots the same ids, and nobody else can hold their locks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runward.domain.errors import LayerMissing
from runward.sandbox.identity import UidPool, _claim_block

CLAIM = """
import sys
from pathlib import Path
from runward.sandbox.identity import _claim_block
first, lock = _claim_block(Path(sys.argv[1]), 1000, 2, 10)
print(first, flush=True)
sys.stdin.read()
"""


def claim(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CLAIM, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_supervisors_share_no_block_and_a_dead_one_frees_its_own(tmp_path: Path) -> None:
    with claim(tmp_path / "locks") as one, claim(tmp_path / "locks") as two:
        assert one.stdout is not None
        assert two.stdout is not None
        assert sorted([one.stdout.readline(), two.stdout.readline()]) == ["1000\n", "1010\n"]

        with pytest.raises(LayerMissing, match="all 2 blocks of user ids are claimed"):
            _claim_block(tmp_path / "locks", 1000, 2, 10)
        one.kill()
        one.wait()
        first, lock = _claim_block(tmp_path / "locks", 1000, 2, 10)
        os.close(lock)

        assert first in (1000, 1010)
        two.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that belongs to somebody else")
def test_locks_that_somebody_else_has_put_there_are_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    folder.mkdir()
    os.chown(folder, 65534, 65534)

    with pytest.raises(LayerMissing, match="belongs to somebody else; remove it"):
        _claim_block(folder, 1000, 2, 10)


def test_ids_are_given_to_one_slot_at_a_time_and_reused_late() -> None:
    pool = UidPool(first=100, count=6, lock=None, single=False)

    given = [pool.acquire() for _ in range(3)]

    assert len({uid for ids in given for uid in (ids.init, ids.guest)}) == 6
    with pytest.raises(LayerMissing, match="all user ids for slots are taken"):
        pool.acquire()
    pool.release(given[1])
    pool.release(given[0])
    assert pool.acquire() == given[1]
