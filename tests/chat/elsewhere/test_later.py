"""Ask now, finish later: a draft at once, and the better answer beside it, once."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import pytest
from coming import PLANTED, QUESTION, Away, Desk, codes
from repeating import asked, text_of

from sottovoce.chat.archive import export_markdown
from sottovoce.chat.elsewhere import consent
from sottovoce.chat.elsewhere.finishing import SENT_AGAIN
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import Edits
from sottovoce.chat.elsewhere.sending import ELSEWHERE
from sottovoce.chat.question import Question
from sottovoce.core.events import Asked, Done, Failed
from sottovoce.core.messages import DRAFT, State
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.asking import ONCE
from sottovoce.hybrid.upstream import Budget, Limit
from sottovoce.store import hidden
from sottovoce.store.waiting import Consent, Progress


async def test_the_model_here_answers_at_once_and_the_better_answer_is_added_once(
    desk: Desk, away: Away
) -> None:
    chat, question, events = await desk.ask()
    kinds = [type(event) for event in events]
    assert (kinds.count(Asked), kinds.count(Done), kinds.count(Failed)) == (1, 1, 0)
    assert text_of(events) == QUESTION
    (draft,) = desk.answers(chat, question)
    assert (draft.state, codes(draft)) == (State.COMPLETE, {DRAFT})
    assert draft.model == desk.app.model.name
    one = desk.only()
    assert (one.state, one.sent, one.reason != "") == (Progress.WAITING, 0, True)
    assert not any(planted in json.dumps(one.said).encode() for planted in PLANTED)
    await away.come()
    for _ in range(3):
        await desk.round()
    (kept, better) = desk.answers(chat, question)
    assert (kept, better.text, better.state) == (draft, QUESTION, State.COMPLETE)
    assert (better.model, better.facts[ELSEWHERE]["upstream"]) == ("large", "cellar")
    assert SENT_AGAIN not in codes(better)
    assert desk.leaf(chat) == better.id
    assert desk.waits() == []
    assert [outcome.answer for outcome in desk.told] == [better.id]
    assert len(away.bodies) == 1
    assert not any(planted in away.bodies[0] for planted in PLANTED)
    assert f"{ONCE}: {one.id}" in away.requests[0]


async def test_a_draft_says_so_in_exports(desk: Desk) -> None:
    chat, _, _ = await desk.ask()
    file = BytesIO()
    desk.app.database.look(lambda conn: export_markdown(conn, "me", [chat], file))
    assert "A draft: cellar could not be reached." in file.getvalue().decode()


async def test_whoever_has_gone_on_is_not_led_away(desk: Desk, away: Away) -> None:
    chat, question, _ = await desk.ask()
    more = [event async for event in desk.app.ask(Question("And the sky?", chat))][-1]
    assert isinstance(more, Done)
    await away.come()
    await desk.round()
    assert len(desk.answers(chat, question)) == 2
    assert desk.leaf(chat) == more.answer


async def test_what_was_edited_is_what_is_sent(desk: Desk, away: Away) -> None:
    await desk.ask(edits=Edits(text="Is Anna Berger blue?"))
    await away.come()
    await desk.round()
    assert asked(away) == ["Is NAME_1QX blue?"]


async def test_nothing_is_connected_to_before_it_is_due_nor_where_nothing_waits(
    desk: Desk, away: Away
) -> None:
    await away.come()
    await desk.round()
    assert desk.app.ledger.summary().empty
    await away.go()
    await desk.ask()
    tried = desk.app.ledger.summary().count
    await away.come()
    await desk.round(0.0)
    assert (desk.app.ledger.summary().count, away.connections) == (tried, 0)
    pause = await desk.later.round()
    assert 0 < pause <= 5.0


async def test_those_that_wait_for_the_same_place_try_it_once_and_then_all_go(desk: Desk, away: Away) -> None:
    chat, _, _ = await desk.ask()
    for text in ("And the sky?", "And the grass?"):
        await desk.ask(text, chat)
    before = desk.app.ledger.summary().count
    await desk.round()
    assert desk.app.ledger.summary().count == before + 1
    assert len({one.due for one in desk.waits()}) == 1
    await away.come()
    await desk.round()
    assert desk.waits() == []
    assert len(away.bodies) == 3


# ---- consent ----


async def unsent(desk: Desk, away: Away, reason: str) -> None:
    """Expect that nothing is sent, and why."""
    await away.come()
    await desk.round()
    await away.go()
    assert away.connections == 0
    one = desk.only()
    assert (one.state, one.reason) == (Progress.WAITING, reason)


async def test_a_place_that_is_described_anew_or_removed_is_sent_nothing(desk: Desk, away: Away) -> None:
    await desk.ask()
    desk.there(model="larger")
    await unsent(desk, away, "cellar is not any more what you said yes to.")
    upstreams.remove(desk.app.home, "cellar")
    await unsent(desk, away, "There is no model elsewhere named 'cellar'.")
    desk.there(longest=99)
    await unsent(desk, away, "What would be sent to cellar is not what you saw any more.")
    desk.there()
    await away.come()
    await desk.round()
    assert desk.waits() == []


@pytest.mark.parametrize("given", [Consent.TEXT, Consent.CHAT])
async def test_a_yes_that_is_withdrawn_is_none(desk: Desk, away: Away, given: Consent) -> None:
    place = desk.place("cellar")
    chat, asked_ = await pose(place.parts, Question(QUESTION))
    await consent.allow(place, chat)
    await desk.ask_again(chat, asked_, consent=given)
    await consent.withdraw(place.parts, chat)
    await unsent(desk, away, "What you allowed for cellar has ended since.")


async def test_a_yes_to_a_chat_ends_where_another_place_answers_it(desk: Desk, away: Away) -> None:
    place = desk.place("cellar")
    chat, question = await pose(place.parts, Question(QUESTION))
    await consent.allow(place, chat)
    await desk.ask_again(chat, question, consent=Consent.CHAT)
    await desk.ask("A yes to this text", chat)
    other = replace(place, upstream=replace(place.upstream, name="attic"))
    await consent.allow(other, chat)
    await away.come()
    await desk.round()
    assert [one.question for one in desk.waits()] == [question]


async def test_a_word_that_must_not_leave_since_then_does_not(desk: Desk, away: Away) -> None:
    await desk.ask("Is the Nordlicht blue?")
    (desk.app.home.root / "private.txt").write_text("nordlicht\n")
    await unsent(desk, away, "A word that must never leave stands in it since.")


async def test_a_word_that_is_hidden_in_its_chat_since_then_does_not(desk: Desk, away: Away) -> None:
    chat, _, _ = await desk.ask("Is the Nordlicht blue?")
    await desk.app.database.run(
        lambda conn: hidden.keep(conn, "me", chat, replace(hidden.of(conn, "me", chat), own=("nordlicht",)))
    )
    await unsent(desk, away, "A word that must never leave stands in it since.")


async def test_where_nothing_may_leave_it_waits(desk: Desk, away: Away) -> None:
    await desk.ask()
    desk.changed = lambda means: replace(means, door=replace(means.door, setting=lambda: "off"))
    await unsent(desk, away, "Nothing may leave this machine now.")


async def test_a_limit_holds_for_what_waits(desk: Desk, away: Away) -> None:
    desk.there(budget=Budget(day=Limit(tokens=2000)))
    chat, question, _ = await desk.ask()
    upstreams.remove(desk.app.home, "cellar")
    desk.there(budget=Budget(day=Limit(tokens=10)))
    await away.come()
    await desk.round()
    assert away.connections == 0
    assert "cellar may use 10 tokens a day" in desk.only().reason
    assert len(desk.answers(chat, question)) == 1
