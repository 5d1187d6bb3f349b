"""Where a question goes, in the page's API: chosen before, offered in doubt, and never sent unasked."""

from __future__ import annotations

from typing import Any

import pytest
from asking_page import TEXT, Page
from repeating import asked

from sottovoce.chat.elsewhere import choosing, consent
from sottovoce.engine.echo import EchoEngine
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.server.caller import Scope
from sottovoce.store import chats, waiting

MORE = "And Anna Berger's garage?"
THERE = {"route": "there", "to": "cellar"}
ASK = {"route": "ask", "to": "cellar"}
HERE = {"route": "here", "to": ""}
DOUBTFUL = "Ask cellar, because the answer here looks doubtful"


async def choose(page: Page, route: dict[str, str] | None) -> dict[str, Any]:
    answer = await page.browser.patch(f"/app/api/chats/{page.chat}", json={"route": route})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def doubt(page: Page, limit: float = 0.01) -> None:
    """Have every answer be doubtful, or hardly any."""
    (page.house.app.home.root / "routing.toml").write_text(f"doubt = {limit}\n")


async def last(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = (await page.opened())["messages"][-1]
    return found


def routed(message: dict[str, Any]) -> list[str]:
    return [one["text"] for one in message["notices"] if one["code"] == "routed"]


async def test_one_question_is_seen_before_anybody_answers_it(page: Page) -> None:
    offered = await page.ask(MORE, only=THERE)
    assert offered["id"] == ""
    assert offered["offer"] == {"upstream": "cellar", "route": "there", "text": ""}
    assert page.cellar.connections == 0
    question = await last(page)
    assert (question["role"], question["text"], question["offer"]) == ("user", MORE, offered["offer"])
    sent = await page.send((await page.preview())["seal"])
    await page.events(sent.json())
    answer = await last(page)
    assert (answer["text"], answer["elsewhere"]["upstream"], routed(answer)) == (MORE, "cellar", [])
    assert b"Anna" not in page.cellar.bodies[0]
    assert [one["offer"] for one in (await page.opened())["messages"]] == [None] * 4
    await page.ask("And this one?")  # it was for one question
    assert len(page.cellar.bodies) == 1


async def test_kept_here_it_is_answered_here_once(page: Page) -> None:
    offered = await page.ask(MORE, only=THERE)
    runs = f"/app/api/chats/{page.chat}/runs"
    await page.events((await page.browser.post(runs, json={"again": offered["question"]})).json())
    question, answer = (await page.opened())["messages"][-2:]
    assert (answer["text"], answer["made"], answer["offer"], question["offer"]) == (MORE, "here", None, None)
    assert routed(answer) == []
    assert page.cellar.connections == 0


async def test_a_chat_chosen_to_go_there_is_asked_about_each_time(page: Page) -> None:
    assert (await choose(page, THERE))["route"] == THERE
    for text in ("One of Anna Berger?", "Two of Anna Berger?"):
        offered = await page.ask(text)
        assert offered["offer"]["text"] == "Ask cellar, because you chose so for this chat?"
        await page.events((await page.send((await page.preview())["seal"])).json())
        assert routed(await last(page)) == ["Asked cellar because you chose so for this chat; you said yes."]
    assert not any(b"Anna" in body for body in page.cellar.bodies)
    kept = await page.ask(MORE)
    runs = f"/app/api/chats/{page.chat}/runs"
    await page.events((await page.browser.post(runs, json={"again": kept["question"]})).json())
    why = ["Answered here because you said so, though you chose so for this chat."]
    assert routed(await last(page)) == why
    await page.ask("And here, this once?", only=HERE)
    assert (await last(page))["made"] == "here"
    assert len(page.cellar.bodies) == 2
    assert (await choose(page, None))["route"] is None
    assert (await page.ask("And now?"))["offer"] is None


async def test_a_chat_begins_as_it_is_chosen(page: Page) -> None:
    for about in ({}, {"temporary": True}):
        begun = await page.browser.post("/app/api/runs", json={"text": TEXT, "route": THERE, **about})
        assert begun.json()["offer"]["upstream"] == "cellar", begun.text
        page.chat, page.question = begun.json()["chat"], begun.json()["question"]
        assert (await page.opened())["route"] == THERE
        await page.events((await page.send((await page.preview())["seal"])).json())
        assert (await last(page))["text"] == TEXT
    assert page.house.app.database.look(lambda conn: not chats.exists(conn, "me", page.chat))
    assert len(page.cellar.bodies) == 2


async def test_a_doubtful_answer_is_offered_and_sent_only_after_a_yes(page: Page) -> None:
    doubt(page)
    await choose(page, ASK)
    assert (await page.ask(MORE))["offer"] is None
    answer = await last(page)
    assert (answer["text"], answer["made"], answer["offer"]["route"]) == (MORE, "here", "ask")
    assert answer["offer"]["text"].startswith(DOUBTFUL)
    assert page.cellar.connections == 0
    await page.events((await page.send((await page.preview())["seal"])).json())
    here, there = await page.answers()
    assert (here["offer"], there["offer"], there["elsewhere"]["upstream"]) == (None, None, "cellar")
    assert routed(there)[0].startswith("Asked cellar because the answer here looks doubtful")
    assert routed(there)[0].endswith("; you said yes.")
    assert b"Anna" not in page.cellar.bodies[0]


async def test_what_is_not_doubtful_is_not_offered(page: Page) -> None:
    doubt(page, 0.99)
    await choose(page, ASK)
    await page.ask(MORE)
    assert (await last(page))["offer"] is None


async def test_an_offer_that_is_refused_is_gone_and_told(page: Page) -> None:
    doubt(page)
    await choose(page, ASK)
    await page.ask(MORE)
    offer = f"/app/api/chats/{page.chat}/messages/{(await last(page))['id']}/offer"
    assert (await page.browser.delete(offer)).status_code == 204
    answer = await last(page)
    assert answer["offer"] is None
    assert routed(answer)[0].startswith("Answered here because you said so, though the answer here looks")
    assert (await page.browser.delete(offer)).status_code == 204
    assert routed(await last(page)) == routed(answer)
    assert page.cellar.connections == 0


async def test_always_with_ask_goes_there_where_there_is_a_reason_and_no_further(page: Page) -> None:
    doubt(page)
    await choose(page, ASK)
    await page.ask("First?")
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    opened = await page.opened()
    assert (opened["route"], opened["always"]) == (ASK, "cellar")
    await page.ask(MORE)
    [run] = (await page.opened())["runs"] or [None]
    if run is not None:
        await page.events(run)
    here, there = await page.answers()
    assert (here["made"], here["offer"], there["elsewhere"]["upstream"]) == ("here", None, "cellar")
    assert routed(there)[0].endswith("; you allowed it for this chat.")
    assert len(page.cellar.bodies) == 2
    doubt(page, 0.99)
    await page.ask("And this?")
    assert len(page.cellar.bodies) == 2
    # To be asked is to be asked again each time.
    opened = await choose(page, ASK)
    assert (opened["route"], opened["always"]) == (ASK, "")


async def test_a_rule_offers_before_anything_is_answered(page: Page) -> None:
    rule = '[[rule]]\nname = "garages"\nroute = "ask"\nwords = ["garage"]'
    (page.house.app.home.root / "routing.toml").write_text(rule)
    offered = await page.ask(MORE)
    assert offered["offer"]["text"] == "Ask cellar, because your rule “garages” says so?"
    told = await page.browser.get(f"/app/api/chats/{page.chat}", headers={"Accept-Language": "zh-CN"})
    assert "因为" in told.json()["messages"][-1]["offer"]["text"]
    assert page.cellar.connections == 0


async def test_the_setting_holds_for_chats_for_which_nothing_is_chosen(page: Page) -> None:
    (page.house.app.home.root / "config.toml").write_text('network = "ask"\nroute = "ask"\n')
    doubt(page)
    await page.ask(MORE)
    assert (await last(page))["offer"]["text"].startswith(DOUBTFUL)
    usual = (await page.browser.get("/app/api/upstreams")).json()["usual"]
    assert usual == {"route": "ask", "to": ""}
    await choose(page, HERE)
    await page.ask(MORE)
    assert (await last(page))["offer"] is None


async def test_nothing_is_weighed_or_offered_where_nobody_elsewhere_is_described(
    page: Page, echo: EchoEngine
) -> None:
    upstreams.remove(page.house.app.home, "cellar")
    (page.house.app.home.root / "config.toml").write_text('network = "ask"\nroute = "ask"\n')
    doubt(page)
    await page.ask(MORE)
    answer = await last(page)
    assert (answer["text"], answer["offer"], routed(answer)) == (MORE, None, [])
    assert echo.samplings[-1].likelihoods is None
    refused = await page.browser.patch(f"/app/api/chats/{page.chat}", json={"route": THERE})
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")


async def test_off_is_off_before_anything_is_written(page: Page) -> None:
    (page.house.app.home.root / "config.toml").write_text('network = "off"\n')
    before = len((await page.opened())["messages"])
    runs = f"/app/api/chats/{page.chat}/runs"
    refused = await page.browser.post(runs, json={"text": MORE, "only": THERE})
    assert refused.json()["error"]["code"] == "offline"
    assert len((await page.opened())["messages"]) == before


async def test_what_does_not_fit_there_is_answered_here_at_once(page: Page) -> None:
    await choose(page, THERE)
    await page.ask("blue " * 6000)
    answer = await last(page)
    assert answer["role"] == "assistant"
    assert routed(answer)[0].startswith("Answered here. ")


async def test_here_ends_what_was_allowed_and_what_waits(page: Page) -> None:
    there = page.house.app.there("cellar")
    await choosing.allow_all(there, page.chat)
    assert (await choose(page, THERE))["always"] == "cellar"  # it is that already
    page.cellar.says = {}
    page.describe(url="http://127.0.0.1:9/v1")
    await consent.allow(page.house.app.there("cellar"), page.chat)
    await page.ask(MORE)
    assert len(page.house.app.database.look(waiting.everyones)) == 1
    assert (await choose(page, HERE))["always"] == ""
    [waits] = page.house.app.database.look(waiting.everyones)
    assert waits.consent is waiting.Consent.WITHDRAWN


async def test_the_choice_of_the_terminal_is_that_of_the_page(page: Page) -> None:
    await choosing.choose(page.house.app.parts(), page.chat, Choice(Route.THERE, "cellar"))
    assert (await page.opened())["route"] == THERE
    assert (await page.ask(MORE))["offer"]["upstream"] == "cellar"


async def test_what_another_program_wrote_there_is_no_offer(page: Page) -> None:
    path = f"/app/api/chats/{page.chat}"
    told = {"id": page.question, "offer": '"there"'}
    change = "UPDATE messages SET facts = json_set(facts, '$.offer', json(:offer)) WHERE id = :id"
    await page.house.app.database.run(lambda conn: conn.execute(change, told))
    assert (await page.browser.get(path)).json()["messages"][0]["offer"] is None
    await page.events((await page.send((await page.preview())["seal"])).json())
    assert routed((await page.answers())[-1]) == []


async def test_an_offer_is_the_persons_alone(page: Page, program: Any) -> None:
    from sottovoce.server.app_api.elsewhere import ENDPOINTS

    offered = await page.ask(MORE, only=THERE)
    path = f"/app/api/chats/{page.chat}/messages/{offered['question']}/offer"
    assert (await program.delete(path)).status_code == 403
    assert [one.scope for one in ENDPOINTS if one.path.endswith("/offer")] == [Scope.PAGE]
    assert (await last(page))["offer"] is not None


@pytest.mark.parametrize("said", [{"route": "away"}, {"route": "there", "to": "x" * 61}, "there"])
async def test_what_is_no_route_is_refused(page: Page, said: Any) -> None:
    runs = f"/app/api/chats/{page.chat}/runs"
    assert (await page.browser.post(runs, json={"text": MORE, "only": said})).status_code in (400, 422)


async def test_what_left_is_what_was_seen(page: Page) -> None:
    await page.ask(MORE, only=THERE)
    shown = await page.preview()
    await page.events((await page.send(shown["seal"])).json())
    assert asked(page.cellar) == [one["text"] for one in shown["messages"]]
