"""Whether a caller may run one more program now: runs a minute and an hour, and the day's CPU time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from runward.accounts.errors import QuotaUsedUp
from runward.accounts.identity import Identity, address_key
from runward.accounts.limiter import Allowance, Limiter, Rule
from runward.domain.access import Quotas
from runward.store import Database
from runward.store.usage import cpu_seconds_used_today


class Admission:
    """Counts runs.  How many of a caller's may be under way at once is not judged here, but where they are claimed."""

    def __init__(self, database: Database, *, limiter: Limiter, anonymous: Rule | None) -> None:
        self._database, self._limiter, self._anonymous = database, limiter, anonymous

    async def admit(self, identity: Identity) -> Allowance | None:
        """Count a run and return what is left, None where nothing bounds it; raise TooManyCalls or QuotaUsedUp."""
        await self._check_cpu_time(identity)
        rules = self._rules(identity)
        # All are looked at before any is counted: a run that the hour refuses must not use up the minute.
        for rule, key in rules:
            await self._limiter.check(rule, key)
        allowances = [await self._limiter.hit(rule, key) for rule, key in rules]
        return min(allowances, key=lambda allowance: allowance.remaining, default=None)

    def _rules(self, identity: Identity) -> list[tuple[Rule, str]]:
        if identity.account_id is None:
            return [] if self._anonymous is None else [(self._anonymous, address_key(identity.address))]
        rules = [(rule, f"user:{identity.account_id}") for rule in _rules_of(identity.account_quotas)]
        if identity.key_id is not None:
            rules += [(rule, f"key:{identity.key_id}") for rule in _rules_of(identity.quotas)]
        return rules

    async def _check_cpu_time(self, identity: Identity) -> None:
        most_of_key, most = identity.quotas.cpu_seconds_per_day, identity.account_quotas.cpu_seconds_per_day
        if most_of_key is None:  # the tighter of both, so there is none at all
            return

        def work(connection: Connection) -> None:
            now = self._database.clock(connection)
            owner_id = identity.account_id
            if most is not None:
                _check(cpu_seconds_used_today(connection, owner_id=owner_id, now=now), most, now)
            if identity.key_id is not None:
                used = cpu_seconds_used_today(connection, owner_id=owner_id, key_id=identity.key_id, now=now)
                _check(used, most_of_key, now)

        await self._database.read(work)


def _rules_of(quotas: Quotas) -> list[Rule]:
    rules = []
    if quotas.runs_per_minute is not None:
        rules.append(Rule(name="minute", what="runs a minute", most=quotas.runs_per_minute, seconds=60, exact=True))
    if quotas.runs_per_hour is not None:
        rules.append(Rule(name="hour", what="runs an hour", most=quotas.runs_per_hour, seconds=3600, exact=True))
    return rules


def _check(used_seconds: float, most_seconds: int, now: datetime) -> None:
    if used_seconds < most_seconds:
        return
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    raise QuotaUsedUp(
        what="seconds of CPU time a day", limit=most_seconds, retry_after=int((midnight - now).total_seconds()) + 1
    )
