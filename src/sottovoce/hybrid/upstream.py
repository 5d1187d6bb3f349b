"""A model elsewhere, as its owner describes it, and what such a description may say. Opens nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sottovoce.core.errors import BadValue
from sottovoce.core.sampling import Range, check_range
from sottovoce.net.address import Where
from sottovoce.net.bearer import Origin
from sottovoce.net.target import EXAMPLE, host_of, origin_of
from sottovoce.net.target import checked as checked_address

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
CURRENCY = re.compile(r"[A-Z]{3}")
LONGEST_TEXT = 2000
WINDOW = Range(256, 100_000_000, True, "")
LONGEST = Range(1, 1_000_000, True, "")
PRICE = Range(0, 1_000_000, False, "")
MONEY = Range(0, 1_000_000_000, False, "")
COUNT = Range(0, 10**15, True, "")
ADDRESS_HINT = "For example: --url http://192.168.1.5:7886 --where inside"


class Kind(StrEnum):
    """The protocol that its server speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, of those read and of those written."""

    input: Decimal
    output: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Limit:
    """The most of a day or a month, in UTC: money in the price's currency, tokens, bytes. None: no limit."""

    money: Decimal | None = None
    tokens: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Hard: a question that might go beyond is not sent."""

    day: Limit = Limit()
    month: Limit = Limit()


@dataclass(frozen=True, slots=True)
class Upstream:
    """`where`: inside the house or outside; an address on the other side is not contacted.

    `by`: who runs it. `terms` and `retention` are as they were stated on the day `stated`. `window`: tokens
    of a question with its answer; `longest`: of an answer. `authority`: a file with the certificates of
    those who alone may vouch for its server; empty: those whom this system trusts. `problem`: why its file
    cannot be used, if so.
    """

    name: str
    url: str
    model: str
    where: Where
    kind: Kind = Kind.OPENAI
    by: str = ""
    price: Price | None = None
    terms: str = ""
    retention: str = ""
    stated: date | None = None
    window: int = 8192
    longest: int = 1024
    authority: str = ""
    budget: Budget = field(default=Budget())
    problem: str = ""

    @property
    def origin(self) -> Origin:
        """Return where its key may go. Raises BadValue."""
        return origin_of(checked_address(self.url, self.where))

    @property
    def host(self) -> str:
        return host_of(checked_address(self.url, self.where))

    @property
    def currency(self) -> str:
        """Return the currency of its price; empty where it has none."""
        return self.price.currency if self.price else ""


def checked(upstream: Upstream) -> Upstream:
    """Return the upstream, or raise BadValue naming what none may have."""
    if not NAME.fullmatch(upstream.name):
        raise BadValue(
            "The name of a model elsewhere has 1 to 60 small letters, digits, dots, dashes and underlines.",
            hint="For example: sotto upstreams add cellar --url http://192.168.1.5:7886",
            field="name",
        )
    if upstream.where not in (Where.INSIDE, Where.OUTSIDE):
        raise BadValue(
            "where is inside (this machine, your own network) or outside.",
            hint="Give --where inside or --where outside",
            field="where",
        )
    try:
        address = checked_address(upstream.url, upstream.where)
    except BadValue as problem:
        hint = ADDRESS_HINT if problem.hint == EXAMPLE else problem.hint
        raise BadValue(problem.sentence, hint=hint, field="url") from problem
    if address.query or address.fragment:
        raise BadValue(
            "The address of a server ends with its path.",
            hint="Leave out what follows ? or #; a key is given by --key-file",
            field="url",
        )
    if not upstream.model.strip():
        raise BadValue("It has to be said which model is asked there.", hint="Give --model", field="model")
    for name in ("model", "by", "terms", "retention", "authority"):
        _check_text(name, getattr(upstream, name))
    check_range("window", upstream.window, WINDOW)
    check_range("longest", upstream.longest, LONGEST)
    if upstream.longest >= upstream.window:
        raise BadValue(
            f"An answer of {upstream.longest:,} tokens leaves no room for a question in {upstream.window:,}.",
            hint="Give a smaller --longest, or a larger --window",
            field="longest",
        )
    _check_money(upstream)
    return upstream


def _check_text(name: str, text: str) -> None:
    if len(text) > LONGEST_TEXT or any(ord(letter) < 32 and letter != "\n" for letter in text):
        raise BadValue(
            f"{name} takes up to {LONGEST_TEXT:,} characters of plain text.", hint="Shorten it", field=name
        )


def _check_money(upstream: Upstream) -> None:
    price, limits = upstream.price, (upstream.budget.day, upstream.budget.month)
    if price is not None:
        check_range("price.input", float(price.input), PRICE)
        check_range("price.output", float(price.output), PRICE)
        if not CURRENCY.fullmatch(price.currency):
            raise BadValue(
                f"A currency has three capital letters, as EUR; {price.currency!r} has not.",
                hint="For example: --price 0.25/2.00 --currency EUR",
                field="currency",
            )
    for limit in limits:
        if limit.money is not None:
            check_range("a limit of money", float(limit.money), MONEY)
        for count in (limit.tokens, limit.bytes):
            if count is not None:
                check_range("a limit", count, COUNT)
    if price is None and any(limit.money is not None for limit in limits):
        raise BadValue(
            "A limit of money needs a price.",
            hint="For example: --price 0.25/2.00 --currency EUR",
            field="limit",
        )
