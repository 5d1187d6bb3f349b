"""What is given and told of models elsewhere, in words and as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from sottovoce.core.errors import BadValue, Refused
from sottovoce.core.settings import FILES, KEYRING
from sottovoce.hybrid.budget import MILLION
from sottovoce.hybrid.keys import LARGEST
from sottovoce.hybrid.upstream import Budget, Kind, Limit, Price, Upstream
from sottovoce.net.address import Where, is_loopback

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.store.spending import Spent

LIMIT = re.compile(
    r"(?P<number>[0-9]{1,15}(?:\.[0-9]{1,6})?) ?(?P<unit>tokens|B|kB|MB|GB|)/(?P<period>day|month)"
)
PRICE = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,6})?)/([0-9]{1,7}(?:\.[0-9]{1,6})?)")
GIVEN = ("by", "terms", "retention", "window", "longest", "authority")
BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def described(name: str, said: Mapping[str, Any]) -> Upstream:
    """Return the upstream that options describe. Raises BadValue."""
    if not said["url"] or not said["where"]:
        raise BadValue(
            "It has to be said where the model is.",
            hint="Give --url, and --where inside or --where outside",
            field="url" if not said["url"] else "where",
        )
    stated = said["stated"]
    given = {key: said[key] for key in GIVEN if said[key] is not None}
    return Upstream(
        name,
        said["url"],
        said["model"] or "",
        Where(said["where"]),
        Kind(said["kind"] or Kind.OPENAI),
        price=read_price(said["price"], said["currency"]),
        stated=None if stated is None else stated.date(),
        budget=read_limits(said["limits"]),
        **given,
    )


def read_price(text: str | None, currency: str | None) -> Price | None:
    """Return what `0.25/2.00` says. Raises BadValue."""
    if text is None and currency is None:
        return None
    found = PRICE.fullmatch((text or "").strip())
    if found is None or currency is None:
        raise BadValue(
            "A price is that of a million tokens, read and written, with its currency.",
            hint="For example: --price 0.25/2.00 --currency EUR",
            field="price",
        )
    return Price(Decimal(found[1]), Decimal(found[2]), currency.strip().upper())


def read_limits(texts: tuple[str, ...]) -> Budget:
    """Return the budget that `5/month`, `90000tokens/day` and `20MB/day` make. Raises BadValue."""
    limits: dict[str, dict[str, Any]] = {"day": {}, "month": {}}
    for text in texts:
        found = LIMIT.fullmatch(text.strip())
        unit = found["unit"] if found else ""
        if found is None or (
            unit and unit != "GB" and unit != "MB" and unit != "kB" and "." in found["number"]
        ):
            raise BadValue(
                f"{text!r} is no limit.",
                hint="Write it as 5/month, 90000tokens/day or 20MB/day",
                field="limit",
            )
        number, limit = Decimal(found["number"]), limits[found["period"]]
        if unit == "tokens":
            limit["tokens"] = int(number)
        elif unit:
            limit["bytes"] = int(number * BYTES[unit])
        else:
            limit["money"] = number
    return Budget(Limit(**limits["day"]), Limit(**limits["month"]))


def read_key(file: IO[bytes]) -> str:
    """Return the key in a file; what it is, is checked where it is kept. Raises BadValue."""
    data = file.read(LARGEST + 1)
    try:
        return data[:LARGEST].decode().strip()
    except UnicodeDecodeError as problem:
        raise BadValue(
            "This is no key: the file is not text.",
            hint="The file holds the key and nothing else",
            field="key",
        ) from problem


def warnings(upstream: Upstream, has_key: bool) -> list[str]:
    """Return what a person should know of what they have just described."""
    found = []
    if upstream.url.lower().startswith("http:") and not is_loopback(upstream.host):
        what = "The key and all that is asked" if has_key else "All that is asked"
        found.append(f"{what} will go to {upstream.host} unencrypted: others in that network can read it.")
    if upstream.where is Where.OUTSIDE and upstream.budget == Budget():
        found.append("It has no limit. To set one, add it again with --limit 5/month, say.")
    if upstream.where is Where.OUTSIDE and not upstream.retention:
        found.append("Nothing is said of what is kept there of questions: --retention and --stated.")
    return found


def side(upstream: Upstream) -> str:
    return "" if upstream.problem else upstream.where.value


def told_of_key(place: str) -> str:
    """Return where a key stands, in a sentence."""
    told = {FILES: "Its key is kept in a private file.", KEYRING: "Its key is kept in the system's keyring."}
    return told.get(place, "It has no key.")


def told_of(upstream: Upstream, place: str, used: Mapping[str, Spent]) -> list[str]:
    """Return what is not in the file of an upstream; `place` is that of its key."""
    lines = ["", told_of_key(place)]
    day, month = (amounts(upstream, used[period]) for period in ("day", "month"))
    return [*lines, f"Used today, in UTC: {day}. This month: {month}."]


def amounts(upstream: Upstream, spent: Spent) -> str:
    """Return what was used in a few words, money first where it has a price."""
    money = f"{money_of(spent)} {upstream.currency}, " if upstream.price else ""
    return f"{money}{spent.tokens:,} tokens, {spent.bytes:,} bytes"


def at_most(upstream: Upstream, most: Spent) -> str:
    """Return a sentence on what it costs at most; "" where it has no price."""
    return f" It costs at most {money_of(most)} {upstream.currency}." if upstream.price else ""


def require_yes(given: Given, upstream: Upstream, question: str, *, yes: bool, hint: str) -> None:
    """Raise Refused unless the person says yes to the question, or did so with the command: see the hint."""
    if yes:
        return
    if not given.show.can_ask:
        raise Refused(f"Nothing was sent to {upstream.host}: nobody has said yes.", hint=hint)
    if not given.show.confirm(question):
        raise Refused(f"Nothing was sent to {upstream.host}.", hint="Ask again and say yes")


def money_of(spent: Spent) -> str:
    return format(Decimal(spent.micro) / MILLION, "f")


def data(upstream: Upstream, place: str, used: Mapping[str, Spent] | None = None) -> dict[str, object]:
    """Return an upstream's documented keys; money as text, so that no digit is lost. Never the key itself."""
    price = upstream.price
    found: dict[str, object] = {
        "name": upstream.name,
        "url": upstream.url,
        "kind": upstream.kind.value,
        "model": upstream.model,
        "where": upstream.where.value,
        "by": upstream.by,
        "price": price
        and {"input": str(price.input), "output": str(price.output), "currency": price.currency},
        "terms": upstream.terms,
        "retention": upstream.retention,
        "stated": upstream.stated and upstream.stated.isoformat(),
        "window": upstream.window,
        "longest": upstream.longest,
        "authority": upstream.authority or None,
        "budget": {period: _limit(getattr(upstream.budget, period)) for period in ("day", "month")},
        "key": bool(place),
        "key_in": place or None,
        "problem": upstream.problem or None,
    }
    if used is not None:
        found["used"] = {
            period: {"money": money_of(spent), "tokens": spent.tokens, "bytes": spent.bytes}
            for period, spent in used.items()
        }
    return found


def _limit(limit: Limit) -> dict[str, object]:
    return asdict(limit) | {"money": None if limit.money is None else str(limit.money)}
