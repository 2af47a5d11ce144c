"""An entry is read back as it was written, or not at all."""

from __future__ import annotations

import pytest

from runward.engine.cache.entry import Damaged, Entry, EntryFile, pack, unpack
from tests.engine.cache.keeping import key, result

FILES = (
    EntryFile(path="main", size=5, content=b"\x7fELF\0"),
    EntryFile(path="lib/\udcff.so", size=123_456, digest="ab" * 32),
    EntryFile(path="empty", size=0, content=b""),
)
DATA = pack(key(1), result(), FILES)


def unpack_or_none(data: bytes) -> Entry | None:
    try:
        return unpack(key(1), data)
    except Damaged:
        return None


def test_everything_comes_back_and_says_that_it_was_kept() -> None:
    entry = unpack(key(1), DATA)

    assert entry.files == FILES
    assert entry.result.cached
    assert (entry.result.stdout, entry.result.stderr) == (result().stdout, result().stderr)
    assert entry.result.usage == result().usage
    assert entry.result.succeeded


def test_an_entry_cut_off_anywhere_is_none() -> None:
    assert [length for length in range(len(DATA)) if unpack_or_none(DATA[:length])] == []


def test_an_entry_with_any_byte_changed_is_none() -> None:
    changed = (DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :] for at in range(len(DATA)))

    assert [number for number, data in enumerate(changed) if unpack_or_none(data)] == []


def test_an_entry_with_something_behind_it_is_none() -> None:
    assert unpack_or_none(DATA + b"\0") is None


def test_an_entry_under_another_name_is_none() -> None:
    with pytest.raises(Damaged):
        unpack(key(2), DATA)
