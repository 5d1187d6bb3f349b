"""A crisis card comes before the problem that a question cannot be kept."""

from __future__ import annotations

import sqlite3
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.chat.guarded import Guards
from sottovoce.chat.guarding.policy import PolicyGuard
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.errors import DiskFull
from sottovoce.core.events import Event, Failed, Text
from sottovoce.guard.policy import FAMILY, OPEN, Profile
from sottovoce.guard.ruleset import built_in
from sottovoce.store.attachments import Attachment

SAD = "我想自杀"
FILLED = "word " * 10_000


def guarded(parts: Parts, profile: Profile) -> Parts:
    policy = PolicyGuard(lambda: profile, lambda: "US", built_in)
    return replace(parts, guards=Guards((policy,), first=policy.first))


def fill(conn: sqlite3.Connection) -> None:
    """Let the store grow no further, as on a full disk."""
    conn.execute("PRAGMA max_page_count = 1")


async def came(parts: Parts, question: Question) -> list[Event]:
    async with aclosing(ask(parts, question)) as events:
        return [event async for event in events]


@pytest.mark.parametrize("profile", [OPEN, FAMILY], ids=["open", "family"])
async def test_a_card_comes_before_a_full_disk(parts: Parts, profile: Profile) -> None:
    await parts.database.run(fill)
    for attached in (Attachment("a.txt", FILLED), Attachment("b.txt", f"{SAD}\n{FILLED}")):
        text = SAD if attached.name == "a.txt" else "Answer it."
        with pytest.raises(DiskFull) as met:
            await came(guarded(parts, profile), Question(text, attached=(attached,)))
        assert "988" in met.value.first


async def test_of_an_ordinary_question_only_the_problem_is_told(parts: Parts) -> None:
    await parts.database.run(fill)
    with pytest.raises(DiskFull) as met:
        await came(guarded(parts, FAMILY), Question("Why?", attached=(Attachment("a.txt", FILLED),)))
    assert met.value.first == ""


async def test_a_card_is_told_before_it_is_kept(parts: Parts) -> None:
    shown: list[Event] = []
    async with aclosing(ask(guarded(parts, FAMILY), Question("I want to kill myself"))) as events:
        async for event in events:
            shown.append(event)
            if isinstance(event, Text):
                await parts.database.run(lambda conn: conn.execute("PRAGMA query_only = ON"))
    texts = [event.text for event in shown if isinstance(event, Text)]
    assert "988" in texts[0]
    assert isinstance(shown[-1], Failed)
