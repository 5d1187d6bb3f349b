"""How much each caller may do: requests and tokens in a minute, answers at once, requests open at once.

A minute's worth is a bucket that fills evenly: whoever was quiet may do a whole minute's worth in one go,
and then one more each time there is room for one. Every look costs the same, however many callers there
are, and callers of whom nothing is left to know are forgotten. Knows neither keys nor HTTP.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sottovoce.core.errors import LimitReached
from sottovoce.server.caller import Caller, Limits

MOST_OPEN = 256
"""Requests of one owner at the same time, so that nobody fills the memory with theirs."""

SOON = 1.0
"""Seconds after which to look again, where what is waited for is the end of an answer."""

_MINUTE = 60.0
_TRACE = 1e-6  # what adding up fractions leaves of a bucket that is just full enough


@dataclass(slots=True)
class Bucket:
    """Fills evenly up to `size` in a minute; below zero it is overdrawn."""

    size: int
    level: float
    at: float

    def fill(self, now: float) -> None:
        self.level = min(float(self.size), self.level + max(0.0, now - self.at) * self.size / _MINUTE)
        self.at = now

    def wait(self, wanted: float) -> float:
        """Return the seconds until so much is in it; 0 where it is."""
        missing = wanted - self.level
        return 0.0 if missing <= _TRACE else missing * _MINUTE / self.size

    def is_full(self) -> bool:
        return self.wait(self.size) == 0.0


@dataclass(slots=True)
class Account:
    """What is known of one caller. The buckets are None where there is no such limit."""

    limits: Limits
    requests: Bucket | None
    tokens: Bucket | None
    open: int = 0
    computing: int = 0

    def fill(self, now: float) -> None:
        for bucket in (self.requests, self.tokens):
            if bucket is not None:
                bucket.fill(now)

    def is_blank(self) -> bool:
        """Return whether a new account would say the same."""
        return self.open == 0 and all(
            bucket is None or bucket.is_full() for bucket in (self.requests, self.tokens)
        )


@dataclass(slots=True)
class Meter:
    """Counts visits as they come and go. `clock` is monotonic."""

    clock: Callable[[], float] = time.monotonic
    _accounts: OrderedDict[str, Account] = field(default_factory=OrderedDict)

    @contextmanager
    def visit(self, caller: Caller, computes: bool) -> Iterator[None]:
        """Let the caller in for as long as this lasts. Raises LimitReached, and counts nothing then."""
        account = self._account(caller)
        _require_room(account, computes)
        if account.requests is not None:
            account.requests.level -= 1
        account.open += 1
        account.computing += computes
        try:
            yield
        finally:
            account.open -= 1
            account.computing -= computes

    def used(self, caller: Caller, tokens: int) -> None:
        """Charge for an answer, now that it is known what it took; the next one may have to wait for it."""
        account = self._account(caller)
        if account.tokens is not None:
            account.tokens.level -= tokens

    def __len__(self) -> int:
        return len(self._accounts)

    def _account(self, caller: Caller) -> Account:
        now = self.clock()
        self._forget_one(now, caller.owner)
        account = self._accounts.get(caller.owner)
        if account is None:
            limits = caller.limits
            account = Account(
                limits, _bucket(limits.requests_per_minute, now), _bucket(limits.tokens_per_minute, now)
            )
            self._accounts[caller.owner] = account
        account.fill(now)
        return account

    def _forget_one(self, now: float, but: str) -> None:
        """Look at one account at each visit, in turn: so all are, and none ever costs a sweep."""
        if not self._accounts:
            return
        owner, account = self._accounts.popitem(last=False)
        account.fill(now)
        if owner == but or not account.is_blank():
            self._accounts[owner] = account


def _bucket(size: int | None, now: float) -> Bucket | None:
    return None if size is None else Bucket(size, size, now)


def _require_room(account: Account, computes: bool) -> None:
    limits = account.limits
    if account.open >= MOST_OPEN:
        raise LimitReached(
            f"{MOST_OPEN} requests of this caller are open already.",
            hint="Ask again when some are answered",
            retry_after=SOON,
        )
    if computes and limits.at_once is not None and account.computing >= limits.at_once:
        raise LimitReached(
            f"This key may have {_count(limits.at_once, 'answer')} at once, and has.",
            hint="Ask again when one has ended",
            retry_after=SOON,
        )
    if computes and account.tokens is not None and (seconds := account.tokens.wait(0)):
        raise LimitReached(
            f"This key has used its {_count(account.tokens.size, 'token')} a minute.",
            hint="Ask again when Retry-After has passed",
            retry_after=seconds,
        )
    if account.requests is not None and (seconds := account.requests.wait(1)):
        raise LimitReached(
            f"This key has made its {_count(account.requests.size, 'request')} a minute.",
            hint="Ask again when Retry-After has passed",
            retry_after=seconds,
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
