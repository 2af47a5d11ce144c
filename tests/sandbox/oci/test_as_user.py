"""The stronger tiers as an ordinary user: they hold the same limits where the user has ids for slots, else they say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from runward.domain.tier import Tier
from tests.ordinary_user import IDS_OF_ITS_OWN, runward_as_user

every_runtime = pytest.mark.parametrize("tier", [tier for tier in Tier if tier is not Tier.NATIVE])


@every_runtime
def test_a_user_with_ids_for_slots_has_every_tier(repository: Path, tier: Tier) -> None:
    told = "print('hello'); raise SystemExit(7)"
    arguments = ("run", f"--tier={tier}", "--language=python", "-")
    ran = runward_as_user(repository, *arguments, id_range=IDS_OF_ITS_OWN, stdin=told, timeout_seconds=300)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("hello\n", "", 7)


@every_runtime
def test_its_program_is_held_by_the_control_groups(repository: Path, tier: Tier) -> None:
    hungry = "kept = []\nwhile True: kept.append(bytearray(b'x' * (1 << 20)))"
    arguments = ("run", f"--tier={tier}", "--language=python", "--memory=64M", "--time=60", "-")
    ran = runward_as_user(repository, *arguments, id_range=IDS_OF_ITS_OWN, stdin=hungry, timeout_seconds=300)
    assert "memory" in ran.stderr
    assert ran.returncode == 137


@every_runtime
def test_a_user_with_one_id_is_told_why_not(repository: Path, tier: Tier) -> None:
    arguments = ("run", f"--tier={tier}", "--language=python", "-")
    ran = runward_as_user(repository, *arguments, id_range="", stdin="print('hello')", timeout_seconds=300)
    assert f"the tier {tier} needs ids of its own; `runward doctor` tells the command" in ran.stderr
    assert (ran.stdout, ran.returncode) == ("", 125)
