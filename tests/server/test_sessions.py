from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from sottovoce.core.errors import LimitReached, NoKey
from sottovoce.core.paths import Home
from sottovoce.server.sessions import HOUR, LINK_SECONDS, MOST_LINKS, MOST_SESSIONS, SESSION_SECONDS, Sessions
from sottovoce.server.tries import Tries
from sottovoce.store import backup
from sottovoce.store.db import Database, open_database
from sottovoce.store.sessions import listed


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(clock, Tries(clock))


def code(sessions: Sessions) -> str:
    path, _, behind = sessions.new_link().partition("#")
    assert path == "/enter"
    return behind


def signed_in(sessions: Sessions) -> str:
    return sessions.enter(code(sessions), "")


def test_a_link_signs_one_browser_in_once(sessions: Sessions) -> None:
    link = code(sessions)
    token = sessions.enter(link, "")
    assert sessions.knows(token)
    with pytest.raises(NoKey, match="has been used"):
        sessions.enter(link, "")
    assert sessions.knows(token)


def test_codes_and_cookies_hold_256_bits_and_are_never_the_same(sessions: Sessions) -> None:
    drawn = {made for _ in range(50) for made in (code(sessions), signed_in(sessions))}
    assert len(drawn) == 100
    assert all(len(one) >= 43 for one in drawn)  # base64: six bits a character


def test_a_link_is_good_for_ten_minutes(sessions: Sessions, clock: Clock) -> None:
    early, late = code(sessions), code(sessions)
    clock.now += LINK_SECONDS - 1
    sessions.enter(early, "")
    clock.now += 1
    with pytest.raises(NoKey, match="too old"):
        sessions.enter(late, "")


def test_neither_a_code_nor_nothing_is_a_cookie(sessions: Sessions) -> None:
    link = code(sessions)
    for wrong in (link, "", None, "\ud800", "x" * 10_000):
        assert not sessions.knows(wrong)
    with pytest.raises(NoKey):
        sessions.enter(sessions.enter(link, ""), "")


def test_a_browser_stays_signed_in_for_30_days_after_it_was_last_here(
    sessions: Sessions, clock: Clock
) -> None:
    token = signed_in(sessions)
    for _ in range(5):
        clock.now += SESSION_SECONDS - 1
        assert sessions.knows(token)
    clock.now += SESSION_SECONDS
    assert not sessions.knows(token)
    clock.now -= SESSION_SECONDS
    assert not sessions.knows(token)  # what is over stays over


def test_signing_out_ends_one_session_only(sessions: Sessions) -> None:
    here, there = signed_in(sessions), signed_in(sessions)
    sessions.leave(here)
    sessions.leave(here)
    sessions.leave(None)
    assert not sessions.knows(here)
    assert sessions.knows(there)


def test_only_so_many_are_kept_and_the_one_longest_away_goes_first(sessions: Sessions) -> None:
    first, second = signed_in(sessions), signed_in(sessions)
    for _ in range(MOST_SESSIONS - 1):
        assert sessions.knows(first)
        signed_in(sessions)
    assert sessions.knows(first)
    assert not sessions.knows(second)
    links = [code(sessions) for _ in range(MOST_LINKS + 1)]
    with pytest.raises(NoKey):
        sessions.enter(links[0], "")
    sessions.enter(links[1], "")


def test_guessing_is_refused_and_keeps_out_nobody_with_a_right_code(sessions: Sessions) -> None:
    right = code(sessions)
    for _ in range(20):
        with pytest.raises(NoKey):
            sessions.enter("guess", "10.0.0.1")
    with pytest.raises(LimitReached) as caught:
        sessions.enter("guess", "10.0.0.1")
    assert caught.value.retry_after is not None
    assert sessions.knows(sessions.enter(right, "10.0.0.1"))


def test_what_is_kept_is_no_code_and_no_cookie(sessions: Sessions) -> None:
    link, token = code(sessions), signed_in(sessions)
    assert link not in repr(sessions)
    assert token not in repr(sessions)


# ---- the disk ----


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    with closing(open_database(home)) as database:
        yield database


async def after_restart(database: Database, clock: Clock) -> Sessions:
    sessions = Sessions(clock, database=database)
    await sessions.load()
    return sessions


async def test_a_browser_stays_signed_in_when_the_server_starts_again(
    database: Database, clock: Clock
) -> None:
    first = await after_restart(database, clock)
    here, there = signed_in(first), signed_in(first)
    await first.save()
    clock.now += SESSION_SECONDS - HOUR
    second = await after_restart(database, clock)
    assert second.knows(here)
    clock.now += HOUR
    assert not second.knows(there)
    await second.save()
    third = await after_restart(database, clock)
    assert third.knows(here)
    assert not third.knows(there)
    assert len(await database.read(listed)) == 1


async def test_who_was_signed_out_is_so_for_good_and_all_can_be(database: Database, clock: Clock) -> None:
    first = await after_restart(database, clock)
    tokens, link = [signed_in(first) for _ in range(3)], code(first)
    await first.save()
    first.leave(tokens[0])
    await first.save()
    second = await after_restart(database, clock)
    assert [second.knows(token) for token in tokens] == [False, True, True]
    first.leave_all()
    await first.save()
    with pytest.raises(NoKey):
        first.enter(link, "")
    assert await database.read(listed) == []


async def test_a_cookie_is_checked_without_the_disk_and_its_hour_written_once(
    database: Database, clock: Clock
) -> None:
    sessions = await after_restart(database, clock)
    token = signed_in(sessions)
    await sessions.save()
    asked: list[str] = []
    database.call(lambda conn: conn.set_trace_callback(asked.append))
    assert all(sessions.knows(token) for _ in range(100))
    await sessions.save()
    assert not any("sessions" in one for one in asked)
    clock.now += HOUR
    assert all(sessions.knows(token) for _ in range(100))
    await sessions.save()
    await sessions.save()
    assert sum("INTO sessions" in one for one in asked) == 1
    (kept,) = await database.read(listed)
    assert kept.seen % HOUR == 0
    assert kept.begun == clock.now - HOUR


async def test_of_too_many_the_one_longest_away_is_not_kept(database: Database, clock: Clock) -> None:
    sessions = await after_restart(database, clock)
    first = signed_in(sessions)
    await sessions.save()
    for _ in range(MOST_SESSIONS):
        signed_in(sessions)
    await sessions.save()
    assert len(await database.read(listed)) == MOST_SESSIONS
    assert not (await after_restart(database, clock)).knows(first)


async def test_a_clock_that_was_wrong_lets_nobody_stay_longer(database: Database, clock: Clock) -> None:
    clock.now += 10 * SESSION_SECONDS
    sessions = await after_restart(database, clock)
    token = signed_in(sessions)
    await sessions.save()
    clock.now -= 10 * SESSION_SECONDS
    later = await after_restart(database, clock)
    clock.now += SESSION_SECONDS
    assert not later.knows(token)


async def test_no_cookie_is_on_the_disk(database: Database, clock: Clock, home: Home) -> None:
    sessions = await after_restart(database, clock)
    token = signed_in(sessions)
    await sessions.save()
    held = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    assert hashlib.sha256(token.encode()).digest() in held
    assert token.encode() not in held


async def test_a_disk_that_takes_nothing_signs_in_all_the_same(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    sessions = await after_restart(database, clock)
    token = signed_in(sessions)
    database.call(lambda conn: conn.execute("PRAGMA query_only = ON"))
    await sessions.save_or_say()
    assert "was not written down" in caplog.text
    assert sessions.knows(token)
    database.look(lambda conn: conn.execute("PRAGMA query_only = OFF"))
    await sessions.save()
    assert (await after_restart(database, clock)).knows(token)


async def test_a_backup_signs_nobody_in(database: Database, clock: Clock, home: Home) -> None:
    sessions = await after_restart(database, clock)
    token = signed_in(sessions)
    await sessions.save()
    backup.make(home)
    sessions.leave(token)
    await sessions.save()
    database.close()
    backup.restore(home)
    with closing(open_database(home)) as restored:
        assert not (await after_restart(restored, clock)).knows(token)
