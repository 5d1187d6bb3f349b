"""`/route`: who answers in a chat, when the person is asked, and what stands beside the answer of why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.input.base import PipeInput
from repeating import PATH, repeat
from speaking import Speaker

from sottovoce.chat.elsewhere import consent
from sottovoce.chat.elsewhere.preview import Preview, There
from sottovoce.cli.chat import about_elsewhere, routed
from sottovoce.cli.chat.talk import Talk
from sottovoce.core import notices, settings
from sottovoce.core.errors import BadValue, NotFound, Offline
from sottovoce.core.messages import Role
from sottovoce.hybrid import upstreams
from sottovoce.store import waiting
from sottovoce.store.rows import StoredMessage
from sottovoce.store.waiting import Consent

QUESTION = "The sea is blue, is it not?"


@pytest.fixture(autouse=True)
def repeating(cellar: Speaker) -> None:
    repeat(cellar)


def rules(talk: Talk, text: str) -> None:
    (talk.app.home.root / "routing.toml").write_text(text, "utf-8")


async def answer(talk: Talk) -> StoredMessage:
    found = await talk.last(Role.ASSISTANT)
    assert found is not None
    return found


async def why(talk: Talk) -> str:
    told = {one.code: one.text for one in notices.kept((await answer(talk)).facts)}
    return told.get("routed", "")


async def route(talk: Talk, said: str) -> None:
    await about_elsewhere.route(talk, said)


async def test_nothing_is_asked_or_said_where_nobody_chose_a_route(talk: Talk, cellar: Speaker) -> None:
    await talk.send(QUESTION)
    assert (await answer(talk)).text == QUESTION
    assert await why(talk) == ""
    assert cellar.connections == 0


async def test_a_doubtful_answer_is_asked_for_elsewhere_once_the_person_says_so(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    rules(talk, "doubt = 0")
    await route(talk, "ask cellar")
    keys.send_text("s\r")
    await talk.send(QUESTION)
    shown = capsys.readouterr().out
    assert "Ask cellar, because the answer here looks doubtful (" in shown
    assert shown.index(QUESTION) < shown.index("Ask cellar") < shown.index("This would go to cellar")
    assert (await answer(talk)).model == "large"
    assert (await why(talk)).endswith("; you said yes.")
    assert len(cellar.bodies) == 1


async def test_what_the_person_keeps_stays_here_and_says_so(
    talk: Talk, cellar: Speaker, keys: PipeInput
) -> None:
    rules(talk, "doubt = 0")
    await route(talk, "ask")
    keys.send_text("k\r")
    await talk.send(QUESTION)
    assert cellar.connections == 0
    said = await why(talk)
    assert said.startswith("Answered here because you said so, though the answer here looks doubtful")


async def test_an_answer_without_doubt_is_not_asked_about(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    rules(talk, "doubt = 1")
    await route(talk, "ask")
    await talk.send(QUESTION)
    assert "Ask cellar" not in capsys.readouterr().out
    assert await why(talk) == ""
    assert cellar.connections == 0


async def test_what_was_allowed_for_a_chat_holds_where_there_is_a_reason(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    rules(talk, "doubt = 0")
    settings.store(talk.app.home, "route", "ask")
    keys.send_text("a\r")
    await talk.send(QUESTION)
    assert "cellar answers in this chat where there is a reason" in capsys.readouterr().out
    await talk.send("And now?")
    assert "This would go to" not in capsys.readouterr().out
    assert (await why(talk)).endswith("; you allowed it for this chat.")
    assert len(cellar.bodies) == 2
    rules(talk, "doubt = 1")
    await talk.send("And then?")
    assert len(cellar.bodies) == 2
    await about_elsewhere.here(talk, "")
    rules(talk, "doubt = 0")
    await talk.send("And in the end?")
    assert len(cellar.bodies) == 2


async def test_what_does_not_fit_is_asked_about_before_it_is_answered(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    rules(talk, "doubt = 1")
    await route(talk, "ask")
    keys.send_text("s\r")
    await talk.send(f"{'blue ' * 4200}?")
    shown = capsys.readouterr().out
    assert "tokens does not fit here" in shown.replace("\n", " ")
    assert (await why(talk)).startswith("Asked cellar because a context of ")
    assert len(await talk.branch()) == 2


async def test_what_does_not_fit_there_either_stays_here(
    talk: Talk, cellar: Speaker, capsys: pytest.CaptureFixture[str]
) -> None:
    await route(talk, "ask")
    await talk.send(f"{'blue ' * 6000}?")
    assert "cellar reads 8,192" in " ".join(capsys.readouterr().out.split())
    assert cellar.connections == 0


async def test_always_is_a_yes_to_the_chat_for_what_waits_too(
    talk: Talk, cellar: Speaker, keys: PipeInput
) -> None:
    cellar.says[PATH] = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    await route(talk, "there cellar")
    for said in ("s\r", "a\r"):
        keys.send_text(said)
        await talk.send(QUESTION)
    waits = talk.app.database.look(waiting.everyones)
    assert [one.consent for one in waits] == [Consent.TEXT, Consent.CHAT]


async def test_what_is_withdrawn_while_the_model_here_answers_does_not_leave(
    talk: Talk, cellar: Speaker, keys: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules(talk, "doubt = 0")
    await route(talk, "ask cellar")
    keys.send_text("a\r")
    await talk.send(QUESTION)
    before = routed.preview.preview

    async def withdrawn(there: There, chat: str, question: str, **more: Any) -> Preview:
        await consent.withdraw(there.parts, chat)
        return await before(there, chat, question, **more)

    monkeypatch.setattr(routed.preview, "preview", withdrawn)
    await talk.send("And now?")
    assert len(cellar.bodies) == 1
    assert (await answer(talk)).text == "And now?"


async def test_there_asks_each_time_until_it_is_allowed(talk: Talk, cellar: Speaker, keys: PipeInput) -> None:
    await route(talk, "there cellar")
    keys.send_text("k\r")
    await talk.send(QUESTION)
    assert cellar.connections == 0
    assert await why(talk) == "Answered here because you said so, though you chose so for this chat."
    keys.send_text("a\r")
    await talk.send("And now?")
    await talk.send("And then?")
    assert len(cellar.bodies) == 2
    assert await why(talk) == "Asked cellar because you allowed it for this chat."


@pytest.mark.parametrize(
    "rule", ['words = ["sea"]', 'people = ["me"]', 'from = "00:00"\nuntil = "23:59"\npeople = ["me"]', ""]
)
async def test_no_consent_takes_elsewhere_what_a_rule_keeps_here(
    talk: Talk, cellar: Speaker, keys: PipeInput, rule: str
) -> None:
    await talk.send("Hello")
    keys.send_text("a\r")
    await about_elsewhere.there(talk, "cellar")
    rules(talk, f'[[rule]]\nname = "ours"\nroute = "here"\n{rule}')
    await talk.send(QUESTION)
    assert len(cellar.bodies) == 1
    assert await why(talk) == "Answered here because your rule “ours” says so."


async def test_a_rule_looks_at_all_that_would_leave(talk: Talk, cellar: Speaker, keys: PipeInput) -> None:
    await talk.send("My patient asks for a sick note")
    keys.send_text("a\r")
    await about_elsewhere.there(talk, "cellar")
    rules(talk, '[[rule]]\nname = "patients"\nroute = "here"\nwords = ["patient"]')
    await talk.send("Now in English")
    assert len(cellar.bodies) == 1


async def test_a_rule_looks_at_the_instructions_of_a_chat_too(
    talk: Talk, cellar: Speaker, keys: PipeInput
) -> None:
    talk.place.system = "You write for the patient Anna."
    await talk.send("Hello")
    keys.send_text("a\r")
    await about_elsewhere.there(talk, "cellar")
    rules(talk, '[[rule]]\nname = "patients"\nroute = "here"\nwords = ["patient"]')
    await talk.send("Now in English")
    assert len(cellar.bodies) == 1


async def test_a_chat_whose_model_elsewhere_is_gone_is_answered_here(talk: Talk, cellar: Speaker) -> None:
    rules(talk, "doubt = 0")
    await talk.send("Hello")
    await route(talk, "ask cellar")
    upstreams.remove(talk.app.home, "cellar")
    await talk.send(QUESTION)
    assert (await answer(talk)).text == QUESTION


async def test_no_rule_takes_elsewhere_what_a_chat_keeps_here(talk: Talk, cellar: Speaker) -> None:
    await about_elsewhere.here(talk, "")
    rules(talk, '[[rule]]\nname = "all"\nroute = "there"')
    await talk.send(QUESTION)
    assert cellar.connections == 0
    assert (await answer(talk)).text == QUESTION


async def test_a_rule_that_says_there_still_asks_the_person(
    talk: Talk, cellar: Speaker, keys: PipeInput
) -> None:
    rules(talk, '[[rule]]\nname = "seas"\nroute = "there"\nto = "cellar"\nwords = ["sea"]')
    keys.send_text("s\r")
    await talk.send(QUESTION)
    assert await why(talk) == "Asked cellar because your rule “seas” says so; you said yes."


async def test_no_rule_opens_a_network_that_is_off(
    talk: Talk, cellar: Speaker, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.store(talk.app.home, "network", "off")
    rules(talk, '[[rule]]\nname = "all"\nroute = "there"')
    await talk.send(QUESTION)
    assert cellar.connections == 0
    assert await why(talk) == "Answered here because nothing may leave this machine."
    await route(talk, "there")
    with pytest.raises(Offline):
        await talk.send("And now?")


async def test_rules_that_cannot_be_read_keep_everything_here(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    await talk.send("Hello")
    keys.send_text("a\r")
    await about_elsewhere.there(talk, "cellar")
    rules(talk, '# ours\n[[rule]]\nname = "x"\nroute = "somewhere"\n')
    await talk.send(QUESTION)
    assert len(cellar.bodies) == 1
    told = 'routing.toml is not used, so everything stays here. Line 4: route is "here", "ask" or "there".'
    assert await why(talk) == told
    assert told in " ".join(capsys.readouterr().out.split())


async def test_a_chat_goes_where_it_was_told_to_before_its_first_question(
    talk: Talk, cellar: Speaker, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    await route(talk, "there")
    keys.send_text("s\r")
    await talk.send(QUESTION)
    await route(talk, "")
    assert "there: cellar answers, once you saw what leaves" in capsys.readouterr().out
    await route(talk, "-")
    assert "here, as the setting route says" in capsys.readouterr().out
    talk.begin()
    await talk.send("And here?")
    assert len(cellar.bodies) == 1


async def test_what_is_no_route_is_told(talk: Talk) -> None:
    with pytest.raises(BadValue, match="here, ask or there"):
        await route(talk, "away")
    with pytest.raises(NotFound, match="attic"):
        await route(talk, "there attic")


async def test_the_route_of_a_chat_is_deleted_with_it(talk: Talk, tmp_path: Path) -> None:
    await talk.send(QUESTION)
    await route(talk, "ask")
    chat = talk.place.chat
    assert chat is not None
    await talk.app.delete_chat(chat)
    assert talk.app.database.look(lambda conn: conn.execute("SELECT count(*) FROM routes").fetchone()) == (0,)
