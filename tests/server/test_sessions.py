from __future__ import annotations

from dataclasses import dataclass

import pytest

from sottovoce.core.errors import LimitReached, NoKey
from sottovoce.server.sessions import LINK_SECONDS, MOST_LINKS, MOST_SESSIONS, SESSION_SECONDS, Sessions
from sottovoce.server.tries import Tries


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
