"""The models elsewhere that a home knows, one file each. Holds no key: keys.py does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sottovoce.core.errors import BadUpstream, BadValue, NotFound
from sottovoce.core.paths import Home, make_folder, remove_whole, write_whole
from sottovoce.core.toml import NotRead, quoted, table_in
from sottovoce.hybrid.upstream import NAME, Budget, Kind, Limit, Price, Upstream, checked
from sottovoce.net.address import Where

SUFFIX = ".toml"
LARGEST = 100_000
"""Bytes of a file."""

LIST_HINT = "sotto upstreams list shows those that are known"
KEYS = (
    "url",
    "kind",
    "model",
    "where",
    "by",
    "terms",
    "retention",
    "stated",
    "window",
    "longest",
    "authority",
    "price",
    "budget",
)
PERIODS = ("day", "month")


def folder(home: Home) -> Path:
    return home.root / "upstreams"


def listed(home: Home) -> list[Upstream]:
    """Return the upstreams of a home by their names; of one whose file is wrong, its `problem`."""
    found: list[Upstream] = []
    for path in sorted(folder(home).glob(f"*{SUFFIX}")):
        try:
            found.append(read(path))
        except BadUpstream as problem:
            found.append(Upstream(path.stem, "", "", Where.OUTSIDE, problem=problem.sentence))
    return found


def get(name: str, home: Home) -> Upstream:
    """Return the upstream of this name. Raises NotFound and BadUpstream."""
    return read(path_of(name, home))


def add(home: Home, upstream: Upstream) -> Path:
    """Write an upstream's file; return it. Raises BadValue where it is none, or its name is taken."""
    checked(upstream)
    path = folder(home) / f"{upstream.name}{SUFFIX}"
    if path.exists():
        raise BadValue(
            f"There is a model elsewhere named {upstream.name!r} already.",
            hint=f"Choose another name, or remove that one: sotto upstreams remove {upstream.name}",
            field="name",
        )
    make_folder(path.parent)
    write_whole(path, written(upstream).encode())
    return path


def remove(home: Home, name: str) -> None:
    """Delete an upstream's file, also one that cannot be read. Raises NotFound, StoreProblem."""
    remove_whole(path_of(name, home))


def read(path: Path) -> Upstream:
    """Read an upstream's file. Raises BadUpstream, which names the file and what is wrong in it."""
    try:
        return checked(_upstream(path.stem, table_in(path, LARGEST, exact=True)))
    except NotRead as problem:
        raise BadUpstream(
            f"{path} {problem.reason}.", hint=f"Mend it, or remove it: sotto upstreams remove {path.stem}"
        ) from problem
    except BadValue as problem:
        raise BadUpstream(f"{path}: {problem.sentence}", hint=problem.hint) from problem


def written(upstream: Upstream) -> str:
    """Return the file of an upstream: the form that people pass on. It holds no key."""
    texts = {
        "url": upstream.url,
        "kind": upstream.kind.value,
        "model": upstream.model,
        "where": upstream.where.value,
        "by": upstream.by,
        "terms": upstream.terms,
        "retention": upstream.retention,
        "authority": upstream.authority,
    }
    lines = [f"{name} = {quoted(text)}" for name, text in texts.items() if text]
    if upstream.stated is not None:
        lines.append(f"stated = {upstream.stated.isoformat()}")
    lines += [f"window = {upstream.window}", f"longest = {upstream.longest}"]
    if upstream.price is not None:
        price = upstream.price
        lines += ["", "[price]", f"input = {_number(price.input)}", f"output = {_number(price.output)}"]
        lines.append(f"currency = {quoted(price.currency)}")
    for period in PERIODS:
        limit: Limit = getattr(upstream.budget, period)
        if limit != Limit():
            lines += ["", f"[budget.{period}]"]
            lines += [f"money = {_number(limit.money)}"] if limit.money is not None else []
            lines += [f"tokens = {limit.tokens}"] if limit.tokens is not None else []
            lines += [f"bytes = {limit.bytes}"] if limit.bytes is not None else []
    return "\n".join(lines) + "\n"


def renamed(path: Path, name: str) -> Upstream:
    """Read a file that was passed on, under a name of this home. Raises BadUpstream, BadValue."""
    return replace(read(path), name=name)


def path_of(name: str, home: Home) -> Path:
    """Return the file of the upstream of this name, also one that cannot be read. Raises NotFound."""
    path = folder(home) / f"{name}{SUFFIX}"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound(f"There is no model elsewhere named {name!r}.", hint=LIST_HINT)
    return path


def _number(number: Decimal) -> str:
    """Return a number as TOML has it, never with an exponent."""
    text = format(number, "f")
    return text if "." in text else f"{text}.0"


def _upstream(name: str, table: Mapping[str, Any]) -> Upstream:
    """Return what a table says. Raises BadValue."""
    _only(table, KEYS, "a model elsewhere")
    price, budget = _of(table, "price", dict, {}), _of(table, "budget", dict, {})
    _only(budget, PERIODS, "a budget")
    stated = table.get("stated")
    if stated is not None and (not isinstance(stated, date) or isinstance(stated, datetime)):
        raise BadValue(f"stated takes a day, not {stated!r}.", hint="For example: stated = 2026-11-27")
    return Upstream(
        name,
        _of(table, "url", str, ""),
        _of(table, "model", str, ""),
        _one_of(Where, table, "where", ""),
        _one_of(Kind, table, "kind", Kind.OPENAI.value),
        by=_of(table, "by", str, ""),
        price=_price(price) if price else None,
        terms=_of(table, "terms", str, ""),
        retention=_of(table, "retention", str, ""),
        stated=stated,
        window=_of(table, "window", int, Upstream.__dataclass_fields__["window"].default),
        longest=_of(table, "longest", int, Upstream.__dataclass_fields__["longest"].default),
        authority=_of(table, "authority", str, ""),
        budget=Budget(*(_limit(_of(budget, period, dict, {})) for period in PERIODS)),
    )


def _price(table: Mapping[str, Any]) -> Price:
    _only(table, ("input", "output", "currency"), "a price")
    return Price(_amount(table, "input"), _amount(table, "output"), _of(table, "currency", str, ""))


def _limit(table: Mapping[str, Any]) -> Limit:
    _only(table, ("money", "tokens", "bytes"), "a limit")
    money = _amount(table, "money") if "money" in table else None
    counts = (_of(table, name, int, 0) if name in table else None for name in ("tokens", "bytes"))
    return Limit(money, *counts)


def _only(table: Mapping[str, Any], keys: tuple[str, ...], what: str) -> None:
    for key in table:
        if key not in keys:
            raise BadValue(f"{key} is not part of {what}.", hint=f"Its parts are {', '.join(keys)}")


def _of(table: Mapping[str, Any], key: str, kind: type[Any], otherwise: Any) -> Any:
    value = table.get(key, otherwise)
    if not isinstance(value, kind) or isinstance(value, bool):
        wanted = {str: "text in quotes", int: "a whole number", dict: "a table"}[kind]
        raise BadValue(f"{key} takes {wanted}, not {value!r}.", hint="Mend that line")
    return value


def _amount(table: Mapping[str, Any], key: str) -> Decimal:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise BadValue(f"{key} takes a number, not {value!r}.", hint="Write it without quotes")
    return Decimal(value)


def _one_of(choices: type[Where] | type[Kind], table: Mapping[str, Any], key: str, otherwise: str) -> Any:
    value = _of(table, key, str, otherwise)
    try:
        return choices(value)
    except ValueError:
        known = [choice.value for choice in choices if choice is not Where.ANYWHERE]
        raise BadValue(f"{key} is one of {', '.join(known)}, not {value!r}.", hint="Mend that line") from None
