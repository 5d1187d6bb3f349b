"""sotto keys: add, list and remove the keys that let programs in from beyond this machine."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._yes import need_yes
from sottovoce.core.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sottovoce.store.keys import Key

USUAL_SCOPES = "chat,models,embeddings"

UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}
LONGEST_DAYS = 3650

MOST_REQUESTS = 1_000_000
MOST_TOKENS = 1_000_000_000
MOST_AT_ONCE = 256

EXAMPLES = """\b
Examples:
  sotto keys add laptop
  sotto keys add notebook --limit 60/min --expires 30d
  sotto keys remove laptop"""


@click.group(epilog=EXAMPLES)
def keys() -> None:
    """The keys that let programs in."""


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    metavar="LIST",
    default=USUAL_SCOPES,
    show_default=True,
    help="What it opens: chat, models, embeddings, admin.",
)
@click.option("--limit", metavar="N/min", help="At most so many requests a minute.")
@click.option("--tokens", metavar="N/min", help="At most so many tokens a minute, read and written.")
@click.option("--at-once", type=click.IntRange(1, MOST_AT_ONCE), help="At most so many answers at once.")
@click.option(
    "--expires",
    metavar="TIME",
    default="never",
    show_default=True,
    help="How long it lasts: 30d, 12h, 90m or never.",
)
@click.option(
    "--shelf", "shelves", metavar="NAME", multiple=True, help="A shelf that it may ask; may be given again."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def add(
    given: Given,
    /,
    name: str,
    scope: str,
    limit: str | None,
    tokens: str | None,
    at_once: int | None,
    expires: str,
    shelves: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a key, and show it this once.

    NAME is for you, to know it again by: who or what uses the key. A server that runs takes it at once.
    """
    from contextlib import closing

    from sottovoce.core.messages import OWNER
    from sottovoce.store.keys import Terms
    from sottovoce.store.keys import add as add_key
    from sottovoce.store.shelves import get as get_shelf

    now = time.time()
    terms = Terms(
        name,
        read_scopes(scope),
        read_rate("--limit", limit, MOST_REQUESTS),
        read_rate("--tokens", tokens, MOST_TOKENS),
        at_once,
        read_end(expires, now),
    )
    with closing(given.open_database()) as database:
        asked = database.look(lambda conn: [get_shelf(conn, OWNER, shelf) for shelf in shelves])
        terms = replace(terms, shelves=tuple(dict.fromkeys(shelf.id for shelf in asked)))
        key, secret = database.call(lambda conn: add_key(conn, terms, now))
    names = {shelf.id: shelf.name for shelf in asked}
    if as_json:
        given.show.data({"key": secret} | _data(key, names))
        return
    opened = [*terms.scopes, *map(given.show.words, _opened(key, names))]
    given.show.plain(secret)
    given.show.note(
        "\nKeep it now: it is kept nowhere here, and never shown again.\n"
        f"It opens: {', '.join(opened)}. {_lasting(key)}\n\n"
        "Where it is used:  export OPENAI_API_KEY=sk-sotto-…"
    )


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_keys(given: Given, /, as_json: bool) -> None:
    """List the keys. What is shown of one is its end."""
    from contextlib import closing

    from sottovoce.core.messages import OWNER
    from sottovoce.store import shelves
    from sottovoce.store.keys import listed

    with closing(given.open_database()) as database:
        found, there = database.look(lambda conn: (listed(conn), shelves.listed(conn, OWNER)))
    names = {shelf.id: shelf.name for shelf in there}
    if as_json:
        given.show.data([_data(key, names) for key in found])
    elif found:
        rows = [_row(key, names, given.show.words) for key in found]
        given.show.table(("NAME", "KEY", "EXPIRES", "USED", "LIMITS", "OPENS"), rows, said=(2, 3, 4))
    else:
        given.show.note("There are no keys yet. To make one: sotto keys add NAME")


@keys.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(given: Given, /, name: str, yes: bool) -> None:
    """Remove a key for good, and with it the responses that were stored for it.

    A server that runs refuses it within a second.
    """
    from contextlib import closing

    from sottovoce.store import keys as store

    with closing(given.open_database()) as database:
        key = database.look(lambda conn: store.named(conn, name))
        count = database.look(lambda conn: store.owned(conn, key))
        if not yes:
            need_yes(given, f"Remove the key {name!r}{_with_responses(count)} for good?")
        gone = database.call(lambda conn: store.remove(conn, key))
        given.show.note(f"The key {name!r} is removed{_with_responses(gone)}.")
        if gone:
            database.scrub()


def read_scopes(text: str) -> tuple[str, ...]:
    """Return the scopes in a list with commas, each once. Raises BadValue."""
    from sottovoce.server.caller import GIVEN_TO_KEYS

    named = [part.strip().lower() for part in text.split(",") if part.strip()]
    known = ", ".join(GIVEN_TO_KEYS)
    for name in named:
        if name not in GIVEN_TO_KEYS:
            raise BadValue(f"There is no scope {name!r} for a key.", hint=f"The scopes are: {known}")
    if not named:
        raise BadValue("A key without a scope opens nothing.", hint=f"The scopes are: {known}")
    return tuple(scope.value for scope in GIVEN_TO_KEYS if scope in named)


def read_rate(option: str, text: str | None, most: int) -> int | None:
    """Return what `60/min` or `60` says, or None for nothing. Raises BadValue."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,12})(?:/min)?", text.strip())
    if found is None or not 1 <= int(found[1]) <= most:
        raise BadValue(
            f"{text!r} is no limit; that is a number from 1 to {most:,}, a minute.",
            hint=f"Write it as {option} 60/min",
        )
    return int(found[1])


def read_end(text: str, now: float) -> float | None:
    """Return when `30d`, `12h` or `90m` from now is, or None for `never`. Raises BadValue."""
    if text.strip().lower() == "never":
        return None
    found = re.fullmatch(r"([0-9]{1,9})([mhd])", text.strip().lower())
    seconds = int(found[1]) * UNITS[found[2]] if found else 0.0
    if not 0 < seconds <= LONGEST_DAYS * UNITS["d"]:
        raise BadValue(
            f"{text!r} is no length of time; a key lasts at most {LONGEST_DAYS} days, or for ever.",
            hint="Write it as --expires 30d, 12h, 90m or never",
        )
    return now + seconds


def _row(key: Key, names: Mapping[str, str], words: Callable[[str], str]) -> tuple[str, ...]:
    from sottovoce.cli.chats import when

    terms = key.terms
    limits = [
        f"{number}{unit}"
        for number, unit in (
            (terms.requests_per_minute, "/min"),
            (terms.tokens_per_minute, " tokens/min"),
            (terms.at_once, " at once"),
        )
        if number is not None
    ]
    expires = "never" if terms.expires is None else when(terms.expires)
    if terms.expires is not None and terms.expires <= time.time():
        expires = "expired"
    used = "never" if key.used is None else when(key.used)
    opens = ", ".join((*terms.scopes, *map(words, _opened(key, names))))
    return (terms.name, f"…{key.hint}", expires, used, ", ".join(limits) or "none", opens)


def _opened(key: Key, names: Mapping[str, str]) -> list[str]:
    """Return the shelves that a key opens; `names` are those of the shelves that are there, by id."""
    return [f"the shelf {names[shelf]}" for shelf in key.terms.shelves if shelf in names]


def _lasting(key: Key) -> str:
    from sottovoce.cli.chats import when

    return "It does not expire." if key.terms.expires is None else f"It expires {when(key.terms.expires)}."


def _data(key: Key, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a key's documented keys; `names` are those of the shelves that are there, by id."""
    terms = key.terms
    return {
        "id": key.id,
        "name": terms.name,
        "hint": key.hint,
        "scopes": list(terms.scopes),
        "requests_per_minute": terms.requests_per_minute,
        "tokens_per_minute": terms.tokens_per_minute,
        "at_once": terms.at_once,
        "created": key.created,
        "expires": terms.expires,
        "used": key.used,
        "shelves": [{"id": shelf, "name": names[shelf]} for shelf in terms.shelves if shelf in names],
    }


def _with_responses(count: int) -> str:
    return "" if not count else f", with {count} stored response{'' if count == 1 else 's'}"
