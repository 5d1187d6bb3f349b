"""Whose turn it is: deficit round robin over owners, counted in tokens.

Every owner with something waiting earns the same in each round, and is served once it has earned what its
next ask costs. What an ask really took is settled afterwards. Pure: knows no clock, no slots, and nothing
of what is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

QUANTUM = 32.0
"""What a round earns. Smaller than nearly every ask, so that rounds decide, not the order of owners."""


@dataclass(slots=True, eq=False)
class _Account(Generic[T]):
    """One owner's asks, oldest first, with what they cost. `earned` below zero is a debt."""

    waiting: dict[T, float] = field(default_factory=dict)
    backlog: float = 0.0
    earned: float = 0.0
    inside: int = 0


class Fair(Generic[T]):
    """The asks of all owners. Each item is one ask: it waits, is taken or leaves, and once taken ends."""

    def __init__(self, quantum: float = QUANTUM) -> None:
        self._quantum = quantum
        self._accounts: dict[str, _Account[T]] = {}
        self.waiting = 0

    @property
    def owners(self) -> int:
        """How many owners have something waiting or inside."""
        return len(self._accounts)

    def waiting_items(self) -> list[T]:
        return [item for account in self._accounts.values() for item in account.waiting]

    def knows(self, owner: str) -> bool:
        return owner in self._accounts

    def inside(self, owner: str) -> int:
        """Return how many asks of an owner are taken and not ended."""
        account = self._accounts.get(owner)
        return 0 if account is None else account.inside

    def ask(self, owner: str, item: T, cost: float) -> None:
        account = self._accounts.setdefault(owner, _Account())
        account.waiting[item] = cost
        account.backlog += cost
        self.waiting += 1

    def leave(self, owner: str, item: T) -> None:
        """Take back an ask that still waits."""
        account = self._accounts[owner]
        self._drop(account, item)
        self._forget_idle(owner, account)

    def take(
        self,
        fits: Callable[[T], bool] = lambda _: True,
        may: Callable[[str], bool] = lambda _: True,
    ) -> T | None:
        """Return the ask whose turn it is, among those that fit of owners who may. It is inside from now on.

        One that does not fit is passed over: the next of its owner may go first, and an owner with none
        that fits earns nothing meanwhile.
        """
        ready = [
            (account, owner, item)
            for owner, account in self._accounts.items()
            if account.waiting and may(owner) and (item := _first(account, fits)) is not None
        ]
        if not ready:
            return None
        rounds, at = min((self._rounds(account, item), at) for at, (account, _, item) in enumerate(ready))
        for account, _, _ in ready:
            account.earned += rounds * self._quantum
        account, owner, item = ready[at]
        account.earned -= self._drop(account, item)
        account.inside += 1
        # Whoever was served stands last among those who have earned enough.
        self._accounts[owner] = self._accounts.pop(owner)
        return item

    def end(self, owner: str, beyond: float = 0.0) -> None:
        """Let one taken ask end; `beyond` is what it took above its cost, below zero if it took less.

        With nothing waiting and nothing inside, an owner's credit and debt are forgotten.
        """
        account = self._accounts[owner]
        account.inside -= 1
        account.earned -= beyond
        self._forget_idle(owner, account)

    def ahead(self, owner: str, item: T | None, cost: float) -> tuple[int, float]:
        """Return how many asks, and what cost, are likely served before this one; None is a newcomer."""
        own = self._accounts.get(owner, _Account())
        before = list(own.waiting)
        if item is not None:
            before = before[: before.index(item)]
        tokens = sum(own.waiting[one] for one in before)
        count = len(before)
        earns = max(0.0, tokens + cost - own.earned)
        for other in self._accounts.values():
            if other is own or not other.waiting:
                continue
            share = min(1.0, max(0.0, earns + other.earned) / other.backlog) if other.backlog else 1.0
            count += math.floor(len(other.waiting) * share)
            tokens += other.backlog * share
        return count, tokens

    def _rounds(self, account: _Account[T], item: T) -> int:
        return max(0, math.ceil((account.waiting[item] - account.earned) / self._quantum))

    def _drop(self, account: _Account[T], item: T) -> float:
        cost = account.waiting.pop(item)
        account.backlog = account.backlog - cost if account.waiting else 0.0
        self.waiting -= 1
        return cost

    def _forget_idle(self, owner: str, account: _Account[T]) -> None:
        if not account.waiting and not account.inside:
            del self._accounts[owner]


def _first(account: _Account[T], fits: Callable[[T], bool]) -> T | None:
    return next((item for item in account.waiting if fits(item)), None)
