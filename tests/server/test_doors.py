from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.requests import Request

from sottovoce.core.errors import LimitReached, NoKey, StoreBusy, WrongDoor
from sottovoce.core.paths import Home
from sottovoce.server.caller import PERSON, SOMEBODY_HERE, Limits, Scope
from sottovoce.server.doors import FRESH, Doors
from sottovoce.server.sessions import COOKIE, Sessions
from sottovoce.store import keys
from sottovoce.store.db import Database, open_database
from sottovoce.store.keys import Key, Terms

HOST = "127.0.0.1:7886"
OURS = {"origin": f"http://{HOST}"}
SAME = {"sec-fetch-site": "same-origin"}
DUMMIES = [
    "ollama",
    "lm-studio",
    "not-needed",
    "EMPTY",
    "sk-no-key-required",
    "sk-proj-abc",
    "none",
    "SK-SOTTO-X",
]
LAPTOP = Terms("laptop", ("chat", "embeddings"), 60, 20_000, 4)


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    with closing(open_database(home)) as database:
        yield database


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(clock)


@pytest.fixture
def here(database: Database, sessions: Sessions, clock: Clock) -> Doors:
    """Return the doors of a server that only this machine reaches."""
    return Doors(database, sessions, is_loopback_only=True, clock=clock, now=clock)


@pytest.fixture
def wide(database: Database, sessions: Sessions, clock: Clock) -> Doors:
    """Return the doors of a server that others reach."""
    return Doors(database, sessions, is_loopback_only=False, clock=clock, now=clock)


def ask(
    headers: dict[str, str] | None = None,
    *,
    method: str = "GET",
    socket: bool = False,
    peer: str | None = "127.0.0.1",
    query: str = "",
) -> Request:
    raw = [
        (name.encode(), value.encode("latin-1")) for name, value in ({"host": HOST} | (headers or {})).items()
    ]
    extensions = {"sotto": {"socket": True}} if socket else {}
    return Request(
        {
            "type": "http",
            "method": method,
            "path": "/v1/models",
            "query_string": query.encode(),
            "scheme": "http",
            "server": ("127.0.0.1", 7886),
            "client": None if peer is None else (peer, 50_000),
            "headers": raw,
            "extensions": extensions,
        }
    )


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def made(database: Database, terms: Terms = LAPTOP, now: float = 1000.0) -> tuple[Key, str]:
    return database.call(lambda conn: keys.add(conn, terms, now))


async def refused(doors: Doors, shown: Request, required: bool = True) -> tuple[str, str | None]:
    with pytest.raises(NoKey) as caught:
        await doors.open(shown, required)
    return caught.value.sentence, caught.value.hint


# ---- keys ----


@pytest.mark.parametrize(
    "shown", [bearer, lambda secret: {"x-api-key": secret}, lambda s: bearer(s) | {"x-api-key": s}]
)
@pytest.mark.parametrize("scheme", ["here", "wide"])
async def test_a_key_opens_what_it_is_for(
    request: pytest.FixtureRequest, database: Database, shown: Any, scheme: str
) -> None:
    doors: Doors = request.getfixturevalue(scheme)
    key, secret = made(database)
    caller = await doors.open(ask(shown(secret)), True)
    assert caller.owner == f"key-{key.id}"
    assert caller.key == key.id
    assert caller.scopes == {Scope.CHAT, Scope.EMBEDDINGS}
    assert caller.limits == Limits(60, 20_000, 4)
    assert secret not in repr(caller)


@pytest.mark.parametrize("text", ["Bearer {}", "bearer {}", "BEARER   {} ", " Bearer {}"])
async def test_a_bearer_is_read_as_clients_write_it(wide: Doors, database: Database, text: str) -> None:
    _, secret = made(database)
    assert (await wide.open(ask({"authorization": text.format(secret)}), True)).key


async def test_a_scope_that_is_no_key_s_is_never_given(wide: Doors, database: Database) -> None:
    _, secret = made(database, replace(LAPTOP, scopes=("chat", "page", "of-a-later-version")))
    assert (await wide.open(ask(bearer(secret)), True)).scopes == {Scope.CHAT}


async def test_unknown_expired_and_removed_keys_are_told_the_same(
    here: Doors, wide: Doors, database: Database, clock: Clock
) -> None:
    _, expired = made(database, replace(LAPTOP, name="expired", expires=clock.now))
    gone, removed = made(database, replace(LAPTOP, name="removed"))
    _, right = made(database)
    database.call(lambda conn: keys.remove(conn, gone))
    wrong = [expired, removed, "sk-sotto-", "sk-sotto-" + "a" * 52, right[:-1], right + "a", right + "\xe9"]
    told = set()
    for doors in (here, wide):
        for secret in wrong:
            for headers in (bearer(secret), {"x-api-key": secret}):
                clock.now += 60  # the limit on wrong tries stays out of it
                told.add(await refused(doors, ask(headers), required=True))
                told.add(await refused(doors, ask(headers), required=False))
    assert told == {("This key is not valid (any more).", "sotto keys add NAME makes a new one")}
    assert (await here.open(ask(bearer(right)), True)).key


async def test_a_wrong_key_is_refused_even_where_none_is_needed(
    here: Doors, sessions: Sessions, database: Database
) -> None:
    wrong = bearer("sk-sotto-wrong")
    await refused(here, ask(wrong), required=False)
    await refused(here, ask(wrong, socket=True))
    await refused(here, ask(wrong | cookie(sessions)))


async def test_two_keys_that_differ_are_refused(wide: Doors, database: Database) -> None:
    _, first = made(database)
    _, second = made(database, replace(LAPTOP, name="other"))
    sentence, _ = await refused(wide, ask(bearer(first) | {"x-api-key": second}))
    assert "Two different keys" in sentence


async def test_a_key_in_the_address_is_no_key(wide: Doors, here: Doors, database: Database) -> None:
    _, secret = made(database)
    for query in (f"key={secret}", f"api_key={secret}", f"access_token={secret}"):
        await refused(wide, ask(query=query))
        assert await here.open(ask(query=query), True) == SOMEBODY_HERE


@pytest.mark.parametrize("other", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Digest x", "", "sk-sotto-x"])
async def test_another_kind_of_authorization_is_no_key(wide: Doors, here: Doors, other: str) -> None:
    sentence, _ = await refused(wide, ask({"authorization": other}))
    assert "asks for a key" in sentence
    assert await here.open(ask({"authorization": other}), True) == SOMEBODY_HERE


@pytest.mark.parametrize("dummy", DUMMIES)
async def test_a_word_in_place_of_a_key_is_none_here_and_a_wrong_one_elsewhere(
    here: Doors, wide: Doors, dummy: str
) -> None:
    for headers in (bearer(dummy), {"x-api-key": dummy}, bearer(dummy) | {"x-api-key": "another"}):
        assert await here.open(ask(headers), True) == SOMEBODY_HERE
    sentence, _ = await refused(wide, ask(bearer(dummy)))
    assert "not valid" in sentence
    # The terminal reaches a server through its socket wherever that listens besides.
    assert await wide.open(ask(bearer(dummy), socket=True), True) == PERSON


async def test_a_word_beside_a_key_does_not_hide_it(here: Doors, database: Database) -> None:
    _, secret = made(database)
    assert (await here.open(ask(bearer(secret) | {"x-api-key": "not-needed"}), True)).key


# ---- keys come and go while the server runs ----


async def test_a_key_removed_by_another_program_is_refused_within_a_second(
    wide: Doors, home: Home, clock: Clock
) -> None:
    with closing(open_database(home)) as other:
        key, secret = made(other)
        assert await wide.open(ask(bearer(secret)), True)
        other.call(lambda conn: keys.remove(conn, key))
    assert FRESH < 1
    clock.now += FRESH + 0.01
    await refused(wide, ask(bearer(secret)))


async def test_a_key_made_by_another_program_is_taken_at_once(wide: Doors, home: Home, clock: Clock) -> None:
    await refused(wide, ask(bearer("sk-sotto-wrong")))
    clock.now += 0.001
    with closing(open_database(home)) as other:
        _, secret = made(other)
    assert await wide.open(ask(bearer(secret)), True)


async def test_a_key_ends_on_the_second(wide: Doors, database: Database, clock: Clock) -> None:
    _, secret = made(database, replace(LAPTOP, expires=clock.now + 0.1))
    assert await wide.open(ask(bearer(secret)), True)
    clock.now += 0.1
    await refused(wide, ask(bearer(secret)))


async def test_many_who_ask_at_once_cause_one_reading(
    wide: Doors, database: Database, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    _, secret = made(database)
    await wide.open(ask(bearer(secret)), True)
    readings = []
    real = keys.listed

    def counted(conn: sqlite3.Connection) -> list[Key]:
        readings.append(1)
        return real(conn)

    monkeypatch.setattr(keys, "listed", counted)
    for expected in (0, 1):
        callers = await asyncio.gather(*(wide.open(ask(bearer(secret)), True) for _ in range(500)))
        assert len(callers) == 500
        assert len(readings) == expected
        clock.now += FRESH + 0.01


async def test_use_is_noted_once_an_hour(wide: Doors, database: Database, clock: Clock) -> None:
    _, secret = made(database)
    for _ in range(3):
        await asyncio.gather(*(wide.open(ask(bearer(secret)), True) for _ in range(5)))
        (seen,) = database.look(keys.listed)
        assert seen.used == clock.now // 3600 * 3600
        clock.now += 1800


async def test_a_use_that_cannot_be_noted_turns_nobody_away(
    wide: Doors, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, secret = made(database)

    def held(*_: Any) -> None:
        raise StoreBusy("Another program has held the database for too long.", hint="Wait.")

    monkeypatch.setattr(keys, "note_use", held)
    with caplog.at_level(logging.DEBUG):
        for _ in range(5):
            assert await wide.open(ask(bearer(secret)), True)
    assert len(caplog.records) == 1
    assert secret not in caplog.text


async def test_no_key_stands_in_a_log(
    wide: Doors, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    _, secret = made(database)
    with caplog.at_level(logging.DEBUG):
        await wide.open(ask(bearer(secret)), True)
        told = await refused(wide, ask(bearer(secret + "x")))
    assert secret not in caplog.text
    assert secret not in repr(told)


# ---- wrong tries ----


async def test_wrong_keys_are_refused_beyond_twenty_a_minute_from_one_peer(
    wide: Doors, database: Database, clock: Clock
) -> None:
    _, right = made(database)
    for number in range(20):
        await refused(wide, ask(bearer(f"sk-sotto-{number}"), peer="10.0.0.1"))
    with pytest.raises(LimitReached) as caught:
        await wide.open(ask(bearer("sk-sotto-x"), peer="10.0.0.1"), True)
    assert caught.value.retry_after == pytest.approx(3.0)
    # Never whoever is right, and nobody else.
    assert await wide.open(ask(bearer(right), peer="10.0.0.1"), True)
    await refused(wide, ask(bearer("sk-sotto-x"), peer="10.0.0.2"))
    clock.now += 3
    await refused(wide, ask(bearer("sk-sotto-x"), peer="10.0.0.1"))


async def test_a_key_made_a_moment_ago_is_right_whatever_was_tried_before(
    wide: Doors, home: Home, clock: Clock
) -> None:
    for number in range(20):
        await refused(wide, ask(bearer(f"sk-sotto-{number}"), peer="10.0.0.1"))
    clock.now += 0.001
    with closing(open_database(home)) as other:
        _, secret = made(other)
    assert await wide.open(ask(bearer(secret), peer="10.0.0.1"), True)


async def test_a_right_key_spends_no_try(wide: Doors, home: Home, clock: Clock) -> None:
    with closing(open_database(home)) as other:
        for number in range(20):
            _, secret = made(other, replace(LAPTOP, name=f"n{number}"))
            clock.now += 0.001
            assert await wide.open(ask(bearer(secret), peer="10.0.0.1"), True)
    for number in range(20):
        await refused(wide, ask(bearer(f"sk-sotto-{number}"), peer="10.0.0.1"))


# ---- without a key ----


async def test_who_shows_nothing_may_ask_here_and_sees_no_chats(here: Doors) -> None:
    caller = await here.open(ask(), True)
    assert caller == SOMEBODY_HERE
    assert Scope.PAGE not in caller.scopes


async def test_who_shows_nothing_beyond_this_machine_gets_no_further(wide: Doors) -> None:
    sentence, hint = await refused(wide, ask())
    assert "asks for a key" in sentence
    assert "sotto keys add" in (hint or "")
    stranger = await wide.open(ask(peer="10.0.0.9"), False)
    assert stranger.scopes == frozenset()
    assert stranger.owner not in ("me", "local")
    # So that one stranger's requests do not count as another's.
    assert stranger.owner != (await wide.open(ask(peer="10.0.0.8"), False)).owner


@pytest.mark.parametrize("header", ["X-Forwarded-For", "forwarded", "x-real-ip", "via"])
async def test_what_a_proxy_passes_on_is_not_from_here(here: Doors, header: str) -> None:
    passed_on = {header.lower(): "203.0.113.7"}
    await refused(here, ask(passed_on))
    await refused(here, ask(passed_on, socket=True))
    await refused(here, ask(passed_on | bearer("not-needed")))


async def test_the_socket_is_the_person_s_and_only_the_gate_says_so(here: Doors, wide: Doors) -> None:
    for doors in (here, wide):
        assert await doors.open(ask(socket=True, peer=None), True) == PERSON
        for extensions in ({}, None, {"sotto": {}}, {"sotto": {"socket": False}}, {"sotto": {"socket": "1"}}):
            other = ask()
            other.scope["extensions"] = extensions
            assert await doors.open(other, False) != PERSON


# ---- signed-in browsers ----


def cookie(sessions: Sessions) -> dict[str, str]:
    token = sessions.enter(sessions.new_link().partition("#")[2], "")
    return {"cookie": f"other=1; {COOKIE}={token}"}


@pytest.mark.parametrize("doors", ["here", "wide"])
@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("GET", SAME),
        ("GET", {"sec-fetch-site": "none"}),
        ("HEAD", {}),
        ("POST", OURS),
        ("POST", SAME),
        ("POST", OURS | SAME),
        ("DELETE", {"origin": f"HTTP://{HOST}"}),
    ],
)
async def test_a_signed_in_browser_is_the_person(
    request: pytest.FixtureRequest, sessions: Sessions, doors: str, method: str, headers: dict[str, str]
) -> None:
    found: Doors = request.getfixturevalue(doors)
    assert await found.open(ask(headers | cookie(sessions), method=method), True) == PERSON


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://127.0.0.1"},
        {"origin": f"https://{HOST}"},
        {"origin": f"http://{HOST}.evil.example"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
        OURS | {"sec-fetch-site": "same-site"},
        OURS | {"sec-fetch-site": "cross-site"},
    ],
)
async def test_a_cookie_changes_nothing_unless_our_own_page_asks(
    here: Doors, sessions: Sessions, method: str, headers: dict[str, str]
) -> None:
    with pytest.raises(WrongDoor):
        await here.open(ask(headers | cookie(sessions), method=method), True)


@pytest.mark.parametrize("site", ["same-site", "cross-site", "anything"])
async def test_a_cookie_that_another_page_brings_along_is_none(
    here: Doors, wide: Doors, sessions: Sessions, site: str
) -> None:
    shown = {"sec-fetch-site": site} | cookie(sessions)
    assert await here.open(ask(shown), True) == SOMEBODY_HERE
    await refused(wide, ask(shown))


async def test_a_cookie_that_is_over_is_none(here: Doors, wide: Doors, sessions: Sessions) -> None:
    shown = cookie(sessions)
    sessions.leave(shown["cookie"].partition(f"{COOKIE}=")[2])
    for method in ("GET", "POST"):
        assert await here.open(ask(shown, method=method), True) == SOMEBODY_HERE
        await refused(wide, ask(shown, method=method))


async def test_a_key_shown_by_a_signed_in_browser_is_what_counts(
    here: Doors, sessions: Sessions, database: Database
) -> None:
    key, secret = made(database)
    assert (await here.open(ask(bearer(secret) | cookie(sessions)), True)).key == key.id
    assert (await here.open(ask(bearer(secret), socket=True), True)).key == key.id
