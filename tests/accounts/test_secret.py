"""Keys are random and known again by their hash alone; a server's own secret is made once and read by its owner alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from runward.accounts.secret import KeyHasher, SecretUnusable, keep_secret, new_key, shown_part


def test_keys_are_long_and_never_the_same() -> None:
    keys = {new_key() for _ in range(100)}

    assert len(keys) == 100
    assert all(key.startswith("rw_") and len(key) == 3 + 43 for key in keys)


def test_what_is_shown_of_a_key_is_little_of_it() -> None:
    key = new_key()

    assert key.startswith(shown_part(key))
    assert len(shown_part(key)) == 11


def test_the_hash_depends_on_key_and_pepper() -> None:
    key, other = new_key(), new_key()
    plain, peppered = KeyHasher(None), KeyHasher(b"pepper of these tests")

    assert plain.hash(key) == plain.hash(key) != plain.hash(other)
    assert peppered.hash(key) not in {plain.hash(key), KeyHasher(b"another pepper of them").hash(key)}
    assert key[3:] not in plain.hash(key)


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = keep_secret(tmp_path / "data")

    assert keep_secret(tmp_path / "data") == first
    assert len(first) >= 32
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_servers_that_start_at_once_agree(tmp_path: Path) -> None:
    program = "import sys, pathlib; from runward.accounts.secret import keep_secret; print(keep_secret(pathlib.Path(sys.argv[1])))"
    crew = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    assert len({process.communicate()[0] for process in crew}) == 1


def test_a_secret_that_was_cut_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_bytes(b"short")

    with pytest.raises(SecretUnusable, match="secret-key: it is too short"):
        keep_secret(tmp_path)


def test_a_folder_that_cannot_be_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SecretUnusable, match="set SECRET_KEY"):
        keep_secret(tmp_path / "file" / "data")
