"""Clients that submit and never give up, and what each of their programs must come to."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

# Weight, program, and what it must come to; None: it is cancelled, and may have ended before.
PROGRAMS: dict[str, tuple[int, str, str | None]] = {
    "hello": (50, "print('hello')", "COMPLETED"),
    "slow": (20, "import time; time.sleep(0.3); print('slept')", "COMPLETED"),
    "fails": (15, "raise SystemExit(3)", "FAILED"),
    "much": (8, "print('x' * 60_000)", "COMPLETED"),
    "endless": (4, "while True: pass", "TIMEOUT"),
    "cancelled": (8, "import time; time.sleep(20)", None),
}
_HTTP_SECONDS = 10.0


@dataclass(slots=True)
class Load:
    """So many executions by so many clients, each a retry away from a node that was killed."""

    urls: list[str]
    count: int
    clients: int
    seed: int
    submitted: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _calls: int = 0

    async def run(self) -> None:
        """Submit all of them; return when each was accepted by some node."""
        chance = random.Random(self.seed)
        kinds = chance.choices(list(PROGRAMS), [weight for weight, _, _ in PROGRAMS.values()], k=self.count)
        todo = iter(kinds)
        async with httpx.AsyncClient(timeout=_HTTP_SECONDS, trust_env=False) as http:
            sessions = {kind: await self._open(http, kind) for kind in PROGRAMS}
            async with asyncio.TaskGroup() as group:
                for _ in range(self.clients):
                    group.create_task(self._submit_all(http, sessions, todo, chance))

    async def _submit_all(
        self, http: httpx.AsyncClient, sessions: dict[str, str], todo: Iterator[str], chance: random.Random
    ) -> None:
        for kind in todo:  # one iterator, which all clients share
            body = {"limits": {"wall_time_seconds": 5, "cpu_time_seconds": 0.5}} if kind == "endless" else {}
            key = uuid4().hex
            path = f"/code-sessions/{sessions[kind]}/run"
            answer = await self._insist(http, path, body, {"Idempotency-Key": key})
            execution_id = answer["execution_id"]
            self.submitted[execution_id] = kind
            if kind == "cancelled":
                # While it waits, or while it runs.
                await asyncio.sleep(chance.choice([0, 1]))
                await self._insist(http, f"/executions/{execution_id}/cancel", {}, {})

    async def _open(self, http: httpx.AsyncClient, kind: str) -> str:
        body = {"language": "python", "source_code": PROGRAMS[kind][1]}
        answer = await self._insist(http, "/code-sessions", body, {})
        return str(answer["session_id"])

    async def _insist(
        self, http: httpx.AsyncClient, path: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> dict[str, str]:
        for url in self._nodes():
            try:
                response = await http.post(url + path, json=body, headers=headers)
            except httpx.HTTPError as error:
                self.answers[type(error).__name__] += 1
            else:
                self.answers[str(response.status_code)] += 1
                if response.is_success:
                    answer: dict[str, str] = response.json()
                    return answer
                if response.status_code not in {429, 503}:
                    self.faults.append(f"{response.status_code} {path}: {response.text[:300]}")
                    raise AssertionError(self.faults[-1])
            # What a client does between two tries; there is nothing to wait for.
            await asyncio.sleep(0.2)
        raise AssertionError("there is always a next node")

    def _nodes(self) -> Iterator[str]:
        """Each call begins with another node, and goes round."""
        self._calls += 1
        return itertools.islice(itertools.cycle(self.urls), self._calls % len(self.urls), None)
