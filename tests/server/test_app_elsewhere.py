"""Models elsewhere in the page's API: what is shown is what leaves, and nothing leaves without a yes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx2
from asking_page import PLANTED, TEXT, Page
from repeating import PATH, asked, die

from sottovoce.chat.elsewhere import choosing, consent
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.question import Question
from sottovoce.core.messages import State
from sottovoce.hybrid import keys, upstreams
from sottovoce.hybrid.routing.choice import HERE, Choice, Route
from sottovoce.hybrid.upstream import Price
from sottovoce.server.caller import Scope
from sottovoce.store import chats, hidden, waiting
from sottovoce.store.waiting import Consent


async def test_what_is_listed_is_what_was_described_and_never_a_key(page: Page) -> None:
    page.describe(
        price=Price(Decimal("0.25"), Decimal(2), "EUR"), terms="https://example.com/terms",
        retention="30 days", stated=date(2026, 11, 27),
    )  # fmt: skip
    keys.keep(page.house.app.home, upstreams.get("cellar", page.house.app.home), "sk-very-secret")
    (page.house.app.home.root / "upstreams" / "torn.toml").write_text("url =")
    told = await page.browser.get("/app/api/upstreams")
    cellar, torn = told.json()["upstreams"]
    assert cellar == {
        "name": "cellar", "host": "127.0.0.1", "model": "large", "where": "inside", "by": "the house",
        "price": {"input": "0.25", "output": "2.0", "currency": "EUR"},
        "terms": "https://example.com/terms", "retention": "30 days", "stated": "2026-11-27", "problem": "",
    }  # fmt: skip
    assert (torn["name"], torn["host"]) == ("torn", "")
    assert "torn.toml" in torn["problem"]
    assert "secret" not in told.text


async def test_what_is_shown_is_what_leaves_and_the_originals_come_back(page: Page) -> None:
    page.describe(price=Price(Decimal(1), Decimal(2), "EUR"))
    shown = await page.preview()
    assert page.cellar.connections == 0
    assert [item["original"] for item in shown["hidden"]] == list(PLANTED)
    text = shown["messages"][-1]["text"]
    for item in shown["hidden"]:
        assert text.count(item["placeholder"]) == item["count"] == 1
    assert Decimal(shown["most"]) > 0
    sent = await page.send(shown["seal"])
    assert sent.status_code == 200, sent.text
    events = await page.events(sent.json())
    assert len(page.cellar.bodies) == 1
    assert len(page.cellar.bodies[0]) == shown["bytes"]
    assert asked(page.cellar) == [one["text"] for one in shown["messages"]]
    assert [planted for planted in PLANTED if planted.encode() in page.cellar.bodies[0]] == []
    assert "".join(said["text"] for name, said in events if name == "text") == TEXT
    assert events[-1][0] == "done"
    here, there = await page.answers()
    assert (here["elsewhere"], here["made"]) == (None, "here")
    assert (there["text"], there["model"], there["parent"]) == (TEXT, "large", page.question)
    about = there["elsewhere"]
    assert (about["upstream"], about["by"], about["where"], about["masked"]) == (
        "cellar", "the house", "inside", 2,
    )  # fmt: skip
    assert about["sent_sha256"] == shown["sha256"]
    assert Decimal(about["cost"]) > 0
    [left] = (await page.browser.get("/app/api/ledger")).json()["departures"]
    assert (left["purpose"], left["sha256"], left["outcome"]) == ("answer", shown["sha256"], "done")


async def test_edits_hide_more_stop_hiding_and_write_anew(page: Page) -> None:
    name, _ = (await page.preview())["hidden"]
    shown = await page.preview(own=["rent"], never=[name["value"]])
    assert [item["original"] for item in shown["hidden"]] == ["anna.berger@example.org", "rent"]
    assert shown["messages"][-1]["text"].startswith("I am Anna Berger, write to EMAIL_")
    anew = await page.preview(text="How high is a usual rent?")
    assert anew["messages"][-1]["text"] == "How high is a usual rent?"
    assert anew["hidden"] == []
    await page.events((await page.send(anew["seal"], text="How high is a usual rent?")).json())
    assert asked(page.cellar)[-1] == "How high is a usual rent?"
    assert (await page.answers())[1]["text"] == "How high is a usual rent?"
    assert (await page.opened())["messages"][0]["text"] == TEXT  # what was asked here stays as it was


def _private(page: Page) -> None:
    (page.house.app.home.root / "private.txt").write_text("rent\n")


CHANGES: dict[str, Callable[[Page], None]] = {
    "the model": lambda page: page.describe(model="larger"),
    "who runs it": lambda page: page.describe(by="somebody"),
    "its terms": lambda page: page.describe(retention="for ever"),
    "its price": lambda page: page.describe(price=Price(Decimal(1), Decimal(2), "EUR")),
    "what must not leave": _private,
}


async def test_nothing_leaves_that_is_not_what_was_seen(page: Page) -> None:
    for what, change in CHANGES.items():
        shown = await page.preview()
        change(page)
        refused = await page.send(shown["seal"])
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "refused"), what
        assert "has changed since you saw it" in refused.json()["error"]["sentence"]
    assert page.cellar.connections == 0
    again = await page.send((await page.preview())["seal"])
    assert again.status_code == 200
    await page.events(again.json())


async def test_a_yes_is_to_these_edits_alone(page: Page) -> None:
    shown = await page.preview()
    for edits in ({"own": ["rent"]}, {"never": [shown["hidden"][0]["value"]]}, {"text": "Hello?"}):
        assert (await page.send(shown["seal"], **edits)).status_code == 403, edits
    assert page.cellar.connections == 0


async def test_always_holds_for_new_questions_of_the_chat_until_it_is_ended(page: Page) -> None:
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    assert (await page.opened())["always"] == "cellar"
    runs = f"/app/api/chats/{page.chat}/runs"
    run = (await page.browser.post(runs, json={"text": "And Anna Berger's garage?"})).json()
    await page.events(run)
    assert asked(page.cellar)[-1].endswith("'s garage?")
    assert not any(b"Anna" in body for body in page.cellar.bodies)
    last = (await page.opened())["messages"][-1]
    assert (last["text"], last["elsewhere"]["upstream"]) == ("And Anna Berger's garage?", "cellar")
    here = (await page.browser.post(runs, json={"again": run["question"]})).json()
    await page.events(here)  # to have it answered once more is to ask the model here
    assert len(page.cellar.bodies) == 2
    assert (await page.browser.delete(f"/app/api/chats/{page.chat}/consent")).status_code == 204
    assert (await page.opened())["always"] == ""
    await page.events((await page.browser.post(runs, json={"text": "And here?"})).json())
    assert len(page.cellar.bodies) == 2


async def routed(page: Page) -> list[str]:
    """Ask once more in the chat; return why it was answered where it was."""
    runs = f"/app/api/chats/{page.chat}/runs"
    await page.events((await page.browser.post(runs, json={"text": "And the garage?"})).json())
    last = (await page.opened())["messages"][-1]
    return [one["text"] for one in last["notices"] if one["code"] == "routed"]


async def test_a_rule_keeps_here_what_always_would_send(page: Page) -> None:
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    assert await routed(page) == ["Asked cellar because you allowed it for this chat."]
    rule = '[[rule]]\nname = "garages"\nroute = "here"\nwords = ["garage"]'
    (page.house.app.home.root / "routing.toml").write_text(rule)
    assert await routed(page) == ["Answered here because your rule “garages” says so."]
    assert len(page.cellar.bodies) == 2


async def test_a_model_that_is_not_known_is_refused_before_the_question_is_written(page: Page) -> None:
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    (page.house.app.home.root / "routing.toml").write_text('[[rule]]\nname = "all"\nroute = "here"')
    before = (await page.opened())["messages"]
    asked = {"text": "And the garage?", "model": "nobody"}
    reply = await page.browser.post(f"/app/api/chats/{page.chat}/runs", json=asked)
    assert reply.status_code == 404
    assert (await page.opened())["messages"] == before


async def test_what_was_allowed_where_there_is_a_reason_is_not_sent_without_one(page: Page) -> None:
    there = page.house.app.there("cellar")
    await consent.allow(there, page.chat)
    await choosing.choose(there.parts, page.chat, Choice(Route.ASK, "cellar"))
    assert await routed(page) == []
    assert page.cellar.connections == 0
    rule = '[[rule]]\nname = "garages"\nroute = "ask"\nwords = ["garage"]'
    (page.house.app.home.root / "routing.toml").write_text(rule)
    because = "Asked cellar because your rule “garages” says so; you allowed it for this chat."
    assert await routed(page) == [because]
    assert len(page.cellar.bodies) == 1


async def test_always_on_the_page_holds_where_the_terminal_chose_here(page: Page) -> None:
    await choosing.choose(page.house.app.parts(), page.chat, HERE)
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    await routed(page)
    assert len(page.cellar.bodies) == 2


async def test_what_does_not_fit_there_is_answered_here_and_asked_once(page: Page) -> None:
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    begun = await page.browser.post(f"/app/api/chats/{page.chat}/runs", json={"text": "blue " * 6000})
    assert begun.status_code == 200, begun.text
    await page.events(begun.json())
    asked, answer = (await page.opened())["messages"][-2:]
    assert (asked["id"], answer["parent"]) == (begun.json()["question"], begun.json()["question"])
    (why,) = [one["text"] for one in answer["notices"] if one["code"] == "routed"]
    assert why.startswith("Answered here. ")
    assert len(page.cellar.bodies) == 1


async def test_always_is_a_yes_to_the_chat_for_what_waits_too(page: Page) -> None:
    page.cellar.says[PATH] = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    for always in (False, True):
        seal = (await page.preview())["seal"]
        await page.events((await page.send(seal, always=always)).json())
        (waits,) = page.house.app.database.look(waiting.everyones)
        assert (waits.consent is Consent.CHAT) is always


async def test_consent_is_over_once_it_is_described_anew(page: Page) -> None:
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    page.describe(model="larger")
    runs = f"/app/api/chats/{page.chat}/runs"
    refused = await page.browser.post(runs, json={"text": "And now?"})
    assert (refused.status_code, len(page.cellar.bodies)) == (403, 1)
    assert [one["role"] for one in (await page.opened())["messages"]] == ["user", "assistant"]
    offered = await page.ask("And now?")  # it is seen before it leaves, as in the beginning
    assert (offered["id"], offered["offer"]["upstream"], len(page.cellar.bodies)) == ("", "cellar", 1)


async def test_off_is_off(page: Page) -> None:
    seal = (await page.preview())["seal"]
    (page.house.app.home.root / "config.toml").write_text('network = "off"\n')
    for answer in (
        await page.browser.post(f"{page.path}/preview", json={"upstream": "cellar"}),
        await page.send(seal),
    ):
        assert answer.json()["error"]["code"] == "offline"
    assert page.cellar.connections == 0


async def test_what_breaks_off_is_kept_and_said(page: Page) -> None:
    die(page.cellar, "So ", "far.")
    events = await page.events((await page.send((await page.preview())["seal"])).json())
    assert events[-1][0] == "failed"
    assert events[-1][1]["error"]["code"] == "upstream_problem"
    last = (await page.answers())[-1]
    assert (last["text"], last["state"]) == ("So far.", State.INTERRUPTED)
    assert last["elsewhere"]["upstream"] == "cellar"


async def test_another_persons_chat_is_nobody_elses(page: Page) -> None:
    theirs, asked_there = await pose(replace(page.house.app.parts(), owner="other"), Question(TEXT))
    path = f"/app/api/chats/{theirs}/messages/{asked_there}"
    for answer in (
        await page.browser.post(f"{path}/preview", json={"upstream": "cellar"}),
        await page.browser.post(f"{path}/send", json={"upstream": "cellar", "seal": "0" * 64}),
        await page.browser.delete(f"/app/api/chats/{theirs}/consent"),
        # A message of theirs in a chat of one's own.
        await page.browser.post(
            f"/app/api/chats/{page.chat}/messages/{asked_there}/preview", json={"upstream": "cellar"}
        ),
    ):
        assert answer.status_code == 404, answer.text
        assert "Anna" not in answer.text
    assert page.cellar.connections == 0


async def test_nobody_but_the_signed_in_page_sends_anything(page: Page, program: httpx2.AsyncClient) -> None:
    shown = await page.preview()
    body = {"upstream": "cellar", "seal": shown["seal"]}
    other = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await page.browser.post(f"{page.path}/send", json=body, headers=other)).status_code == 403
    assert (await program.post(f"{page.path}/send", json=body)).status_code == 403
    assert (await program.get("/app/api/upstreams")).status_code == 403
    page.browser.cookies.clear()
    assert (await page.browser.post(f"{page.path}/send", json=body)).status_code in (401, 403)
    assert page.cellar.connections == 0


async def test_a_temporary_chat_asks_there_and_nothing_of_it_is_stored(page: Page) -> None:
    run = (await page.browser.post("/app/api/runs", json={"text": TEXT, "temporary": True})).json()
    await page.events(run)
    page.chat, page.question = run["chat"], run["question"]
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    assert (await page.answers())[-1]["text"] == TEXT
    assert (await page.opened())["always"] == "cellar"
    stored = page.house.app.database
    assert not stored.look(lambda conn: chats.exists(conn, "me", page.chat))
    assert stored.look(lambda conn: hidden.of(conn, "me", page.chat)) == hidden.NOTHING
    assert b"Anna" not in (page.house.app.home.ledger).read_bytes()


async def test_only_one_answer_at_a_time_is_begun_in_a_chat(page: Page) -> None:
    await page.events((await page.send((await page.preview())["seal"], always=True)).json())
    runs = f"/app/api/chats/{page.chat}/runs"
    at_ease = asyncio.Event()

    async def wait(_: asyncio.StreamWriter) -> None:
        await at_ease.wait()

    page.cellar.says[PATH] = wait
    first = (await page.browser.post(runs, json={"text": "one"})).json()
    assert (await page.opened())["messages"][-1]["elsewhere"]["upstream"] == "cellar"  # before its first word
    second = await page.browser.post(runs, json={"text": "two"})
    assert (second.status_code, second.json()["error"]["field"]) == (400, "chat")
    assert [one["text"] for one in (await page.opened())["messages"] if one["role"] == "user"] == [
        TEXT,
        "one",
    ]
    stop = await page.browser.post(f"{runs}/{first['id']}/stop")
    at_ease.set()
    assert stop.status_code == 204
    assert [name for name, _ in await page.events(first)][-1] == "stopped"


def test_all_of_it_is_the_persons_alone() -> None:
    from sottovoce.server.app_api.elsewhere import ENDPOINTS

    assert {one.scope for one in ENDPOINTS} == {Scope.PAGE}
