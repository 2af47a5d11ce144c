"""Roles bound scopes, and of two quotas the tighter holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runward.domain.access import UNBOUNDED, USER_SCOPES, Quotas, Role, Scope, scopes_of

bounds = st.none() | st.integers(1, 10)
quotas = st.builds(
    Quotas, runs_per_minute=bounds, runs_per_hour=bounds, concurrent_runs=bounds, cpu_seconds_per_day=bounds
)


@given(quotas, quotas)
def test_the_tighter_of_two_is_neither_looser_than_either_nor_tighter_than_both(one: Quotas, other: Quotas) -> None:
    both = one.within(other)

    assert both == other.within(one)
    assert both.within(one) == both == both.within(other)
    for name in ("runs_per_minute", "runs_per_hour", "concurrent_runs", "cpu_seconds_per_day"):
        assert getattr(both, name) in {getattr(one, name), getattr(other, name)}


@given(quotas)
def test_no_bound_changes_nothing_and_what_is_kept_is_the_same(one: Quotas) -> None:
    assert one.within(UNBOUNDED) == one
    assert Quotas(**one.as_dict()) == one


def test_only_admins_administer() -> None:
    assert scopes_of(Role.ADMIN) == frozenset(Scope)
    assert scopes_of(Role.USER) == USER_SCOPES == frozenset(Scope) - {Scope.ADMIN}
