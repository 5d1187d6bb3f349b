"""An answer from elsewhere: what leaves, what comes back, and how it is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from io import BytesIO

import pytest
from repeating import asked, cuts, die, done, failure, repeat, seen, sent, stored, text_of
from speaking import Speaker

from sottovoce.app import App, open_app
from sottovoce.chat.archive import export_json, export_markdown
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import Edits, There
from sottovoce.chat.elsewhere.sending import send
from sottovoce.chat.marks.making import record_of
from sottovoce.chat.question import Question
from sottovoce.core import settings
from sottovoce.core.errors import NotFound, Offline, Refused, TooLong
from sottovoce.core.events import Done, Text
from sottovoce.core.messages import MADE, State
from sottovoce.core.paths import Home
from sottovoce.erasing import delete_chat
from sottovoce.hybrid.breakers import Breakers
from sottovoce.store import chats, pruning
from sottovoce.store.attachments import Attachment

PLANTED = (
    "Anna Berger",
    "anna.berger@example.org",
    "+43 660 1234567",
    "DE89 3704 0044 0532 0130 00",
    "4111 1111 1111 1111",
    "张伟",
    "13812345678",
    "11010519491231002X",
    "Nordlicht",
)
SYSTEM = "You help Anna Berger, whose card is 4111 1111 1111 1111."
FIRST = "My name is Anna Berger, my IBAN is DE89 3704 0044 0532 0130 00. 我叫张伟，电话13812345678。"
NOTES = "Write to anna.berger@example.org or call +43 660 1234567. 身份证号11010519491231002X"
SECOND = "What does Anna Berger have to do for Nordlicht?"

Place = Callable[..., There]


async def told(app: App) -> tuple[str, str]:
    """Return a chat that is full of what must not leave, and its last question, which nobody has answered."""
    first = Question(FIRST, system=SYSTEM, attached=(Attachment("notes.txt", NOTES),))
    chat = [event async for event in app.ask(first)][-1]
    assert isinstance(chat, Done)
    return await pose(app.parts(), Question(SECOND, chat.chat))


async def test_nothing_that_is_personal_leaves_and_all_of_it_comes_back(
    app: App, cellar: Speaker, there: Place
) -> None:
    (app.home.root / "private.txt").write_text("\nNordlicht\n")
    repeat(cellar)
    chat, question = await told(app)
    place = there()
    shown = await seen(place, chat, question)
    events = [event async for event in send(place, shown)]
    assert cellar.bodies == [shown.call.body]
    body = cellar.bodies[0].decode("unicode_escape").encode("latin-1", "ignore") + cellar.bodies[0]
    heard = "\n".join([*asked(cellar), body.decode("utf-8", "ignore"), *cellar.requests])
    assert [planted for planted in PLANTED if planted.lower() in heard.lower()] == []
    assert text_of(events) == done(events).text == SECOND
    assert {item.original for item in shown.items} >= set(PLANTED) - {"Nordlicht"}
    assert len(asked(cellar)) == 4  # instructions, a question with what is attached, its answer, the question


async def test_what_is_seen_says_who_what_and_for_how_much(app: App, cellar: Speaker, there: Place) -> None:
    from decimal import Decimal

    from sottovoce.hybrid.upstream import Price

    place = there(price=Price(Decimal(1), Decimal(2), "EUR"))
    chat, question = await told(app)
    shown = await seen(place, chat, question)
    assert (shown.upstream.name, shown.upstream.by, shown.upstream.where) == ("cellar", "the house", "inside")
    assert shown.most.micro > 0
    assert 0 < shown.tokens < shown.most.tokens
    assert next(item.placeholder for item in shown.items if item.original == "Anna Berger").startswith(
        "NAME_1"
    )
    assert cellar.connections == 0


async def test_a_placeholder_is_put_back_wherever_it_is_cut(app: App, cellar: Speaker, there: Place) -> None:
    text = "I am Anna Berger: anna.berger@example.org"
    chat, question = await pose(app.parts(), Question(text))
    place = there()
    shown = await seen(place, chat, question)
    count = 0
    for pieces in cuts(shown.messages[-1].text):
        repeat(cellar, lambda _, pieces=pieces: pieces)
        events = [event async for event in send(place, await seen(place, chat, question))]
        assert text_of(events) == done(events).text == text
        count += 1
    assert count > 20
    assert set(cellar.bodies) == {shown.call.body}


async def test_its_answer_stands_beside_the_others_and_says_who_gave_it(
    app: App, cellar: Speaker, there: Place
) -> None:
    repeat(cellar, model="large-2026")
    here = [event async for event in app.ask(Question("Hello?"))][-1]
    assert isinstance(here, Done)
    question = stored(there(), here.chat)[0]
    given = done(await sent(there(), here.chat, question.id))
    assert (given.model, given.digest, given.text) == ("large-2026", "", "Hello?")
    one, other = stored(there(), here.chat)[1:]
    assert (one.parent, other.parent) == (question.id, question.id)
    assert (other.model, other.digest, other.state) == ("large-2026", "", State.COMPLETE)
    assert other.facts["elsewhere"]["upstream"] == "cellar"
    assert other.facts["elsewhere"]["masked"] == 0
    assert other.facts[MADE] == f"http://127.0.0.1:{cellar.port}/v1"
    signer = app.pen().signer
    assert signer is not None
    record = record_of(signer, other)
    assert record is not None
    assert (record.model, record.model_digest) == ("large-2026", None)
    assert app.database.look(lambda conn: chats.get(conn, "me", here.chat)).leaf == other.id
    for write in (export_json, export_markdown):
        written = BytesIO()
        app.database.look(
            lambda conn, write=write, written=written: write(conn, "me", [here.chat], written, app.pen())
        )
        assert "large-2026" in written.getvalue().decode()
        assert "127.0.0.1" not in written.getvalue().decode()


async def test_where_nothing_may_leave_nothing_does_and_nothing_is_written(
    app: App, cellar: Speaker, there: Place
) -> None:
    chat, question = await told(app)
    shown = await seen(there(), chat, question)
    before = len(stored(there(), chat))
    settings.store(app.home, "network", "off")
    async with open_app(home=app.home, environment={}, engine=app.engine) as closed:
        place = closed.there("cellar")
        with pytest.raises(Offline) as refused:
            await seen(place, chat, question)
        assert "sotto settings set network ask" in str(refused.value.hint)
        with pytest.raises(Offline):
            _ = [event async for event in send(place, shown)]
    assert (cellar.connections, len(stored(there(), chat))) == (0, before)


async def test_what_came_before_a_server_died_is_kept_with_the_originals(
    app: App, cellar: Speaker, there: Place
) -> None:
    chat, question = await pose(app.parts(), Question("I am Anna Berger."))
    shown = await seen(there(), chat, question)
    whole = shown.messages[-1].text
    for at in range(len("I am N"), len(whole)):
        die(cellar, whole[:at])
        place = there()
        place = replace(place, means=replace(place.means, breakers=Breakers()))
        events = [event async for event in send(place, await seen(place, chat, question))]
        assert "broke off" in failure(events).error.sentence
        last = stored(there(), chat)[-1]
        assert last.state is State.INTERRUPTED
        assert last.text == text_of(events)
        assert last.text in ("I am " + whole[5:at], "I am Anna Berger", "I am Anna Berger.")
    die(cellar)
    failure(await sent(there(), chat, question))
    assert stored(there(), chat)[-1].state is State.FAILED


async def test_a_server_that_fails_again_and_again_is_left_alone(
    app: App, cellar: Speaker, there: Place
) -> None:
    die(cellar)
    chat, question = await pose(app.parts(), Question("Hello?"))
    for _ in range(3):
        failure(await sent(there(), chat, question))
    assert "is left alone" in failure(await sent(there(), chat, question)).error.sentence
    assert cellar.connections == 3


async def test_a_stop_keeps_what_was_written(app: App, cellar: Speaker, there: Place) -> None:
    repeat(cellar, list)
    chat, question = await pose(app.parts(), Question("A long question"))
    place = there()
    async with aclosing(send(place, await seen(place, chat, question))) as events:
        async for event in events:
            if isinstance(event, Text):
                break
    last = stored(place, chat)[-1]
    assert (last.state, last.text) == (State.STOPPED, "A")


async def test_a_second_question_has_the_same_placeholders_even_where_the_first_no_longer_fits(
    app: App, cellar: Speaker, there: Place
) -> None:
    repeat(cellar)
    chat, question = await pose(app.parts(), Question("My name is Anna Berger. " + "So it is. " * 150))
    await sent(there(), chat, question)
    first = asked(cellar)[-1].split()[3].rstrip(".")
    _, question = await pose(app.parts(), Question("Anna Berger, is it", chat))
    await sent(there(), chat, question)
    assert asked(cellar)[-1] == f"{first}, is it"
    _, question = await pose(app.parts(), Question("and Anna Berger, again", chat))
    shown = await seen(there(window=700, longest=256), chat, question)
    assert (shown.left_out, len(shown.messages)) == (1, 3)
    assert shown.messages[-1].text == f"and {first}, again"


async def test_a_question_that_does_not_fit_is_refused_before_anything_is_sent(
    app: App, cellar: Speaker, there: Place
) -> None:
    chat, question = await pose(app.parts(), Question("word " * 2000))
    with pytest.raises(TooLong, match="cellar reads 1,000"):
        await seen(there(window=1000, longest=256), chat, question)
    assert cellar.connections == 0


async def test_a_person_says_what_is_not_personal_what_is_and_what_is_asked(
    app: App, cellar: Speaker, there: Place
) -> None:
    repeat(cellar)
    chat, question = await pose(app.parts(), Question("I am Anna Berger of Windrad."))
    (item, *_) = (await seen(there(), chat, question)).items
    edits = Edits(never=(item.value,), own=("Windrad",))
    shown = await seen(there(), chat, question, edits)
    assert shown.messages[-1].text.startswith("I am Anna Berger of WORD_")
    await sent(there(), chat, question, edits)
    again = await seen(there(), chat, question)  # both hold for the chat
    assert again.call.body == shown.call.body
    other = await sent(there(), chat, question, Edits(text="Who is Windrad?"))
    assert (asked(cellar)[-1].startswith("Who is WORD_"), text_of(other)) == (True, "Who is Windrad?")
    assert stored(there(), chat)[0].text == "I am Anna Berger of Windrad."


async def test_what_was_seen_before_something_changed_is_not_sent(
    app: App, cellar: Speaker, there: Place
) -> None:
    repeat(cellar)
    chat, question = await told(app)
    old = await seen(there(), chat, question)
    await sent(there(), chat, question)
    with pytest.raises(Refused, match="has changed since"):
        _ = [event async for event in send(there(), old)]
    assert len(cellar.bodies) == 1


async def test_the_rules_of_a_profile_hold_for_what_is_asked_elsewhere(
    home: Home, app: App, cellar: Speaker, there: Place
) -> None:
    place = there()
    settings.store(home, "profile", "family")
    chat, question = await pose(app.parts(), Question("How do I make a pipe bomb at home?"))
    answered = done(await sent(place, chat, question))
    assert (answered.reason, cellar.connections) == ("refused", 0)


async def test_what_is_hidden_is_deleted_with_its_chat(app: App, cellar: Speaker, there: Place) -> None:
    repeat(cellar)
    chat, question = await pose(app.parts(), Question("I am Zqcanary Berger, zqcanary@example.org"))
    await sent(there(), chat, question)
    assert _traces(app.home)
    await delete_chat(app.home, app.database, chat)
    assert _traces(app.home) == []


async def test_what_is_hidden_is_deleted_with_what_was_said(app: App, cellar: Speaker, there: Place) -> None:
    repeat(cellar)
    chat, question = await pose(app.parts(), Question("I am Zqcanary Berger, zqcanary@example.org"))
    await sent(there(), chat, question, Edits(own=("zqcanary",)))
    await app.database.run(lambda conn: chats.rename(conn, "me", chat, "a chat"))
    await app.database.run(lambda conn: pruning.prune(conn, "me", chat, question))
    app.database.scrub()
    assert _traces(app.home) == []


async def test_what_is_no_question_or_not_known_is_told(app: App, there: Place) -> None:
    with pytest.raises(NotFound):
        app.there("nobody")
    with pytest.raises(NotFound):
        await seen(there(), "0123456789", "x")


def _traces(home: Home) -> list[str]:
    files = [path for path in home.root.rglob("*") if path.is_file()]
    return [path.name for path in files if b"zqcanar" in path.read_bytes().lower()]
