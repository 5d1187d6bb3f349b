"""What can be computed is computed, before any model is asked; everything else goes its way."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.app import open_app
from sottovoce.chat.as_page import page_of
from sottovoce.chat.guarded import Guards, Said
from sottovoce.chat.guarding.exact import READ_BY_MODEL, ExactCheck
from sottovoce.chat.outgoing import form
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core import computed
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import EngineFailed
from sottovoce.core.events import Computed, Done, Event, Notice, Piece, Text
from sottovoce.core.messages import Conversation, State
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked
from sottovoce.store import chats, shown

EGGS = "If I have 17 boxes of 6 eggs, how many eggs do I have?"
SEVENTEEN = Computed("calculate", {"expression": "17 × 6"}, "102")


async def turn(parts: Parts, text: str, check: ExactCheck | None = None, **how: object) -> list[Event]:
    guarded = replace(parts, guards=Guards((check or ExactCheck(lambda: True),)))
    async with aclosing(ask(guarded, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def done_of(events: list[Event]) -> Done:
    assert isinstance(events[-1], Done)
    return events[-1]


async def test_a_sum_is_computed_and_shown_as_a_use_of_a_tool(parts: Parts) -> None:
    events = await turn(parts, "what is 17 x 6?")
    assert SEVENTEEN in events
    assert "".join(event.text for event in events if isinstance(event, Text)) == "17 × 6 = 102"
    done = done_of(events)
    assert (done.text, done.reason, done.model) == ("17 × 6 = 102", "computed", "")
    kept = parts.database.look(lambda conn: chats.messages(conn, parts.owner, done.chat))[-1]
    assert (kept.state, kept.model) == (State.COMPLETE, "")
    assert computed.kept(kept.facts) == (SEVENTEEN,)


@pytest.mark.parametrize("text", ["is 17 x 6 a good resolution", "hello", EGGS])
async def test_the_model_answers_everything_else(parts: Parts, text: str) -> None:
    done = done_of(await turn(parts, text))
    assert (done.text, done.reason) == (text, "stop")


async def test_turned_off_the_model_answers_sums_as_well(parts: Parts) -> None:
    done = done_of(await turn(parts, "17 x 6", ExactCheck(lambda: False)))
    assert done.text == "17 x 6"


@pytest.mark.parametrize("everywhere", [True, False])
async def test_what_a_chat_says_holds_there_whatever_holds_elsewhere(parts: Parts, everywhere: bool) -> None:
    check, own = ExactCheck(lambda: everywhere), ChatSettings(tools=not everywhere)
    first = done_of(await turn(parts, "17 x 6", check, settings=own))
    second = done_of(await turn(parts, "17 x 6", check, chat=first.chat))
    elsewhere = done_of(await turn(parts, "17 x 6", check))
    answers = ("17 × 6 = 102", "17 x 6")
    assert (first.text, second.text, elsewhere.text) == (answers[everywhere],) * 2 + (
        answers[not everywhere],
    )


async def test_what_must_follow_a_schema_is_the_models(parts: Parts) -> None:
    said = Said("17 x 6", "echo", 0.0, is_shaped=True)
    assert (await ExactCheck(lambda: True)(said)).instead is None


async def test_today_is_the_day_of_the_turns_clock(parts: Parts) -> None:
    noon = 1_709_294_400.0  # 1 March 2024, 12:00 UTC
    done = done_of(await turn(replace(parts, clock=lambda: noon), "what day is it today?"))
    assert done.text.startswith("Today is Friday, 1 March 2024 (UTC")


async def test_a_question_in_other_digits_is_answered_in_them(parts: Parts) -> None:
    events = await turn(parts, "١٧٠٠ × ٦")
    assert done_of(events).text == "١٧٠٠ × ٦ = ١٠٬٢٠٠"
    assert Computed("calculate", {"expression": "1700 × 6"}, "10200") in events
    assert done_of(await turn(parts, "१७ / ४ =")).text == "१७ ÷ ४ = ४.२५"
    assert done_of(await turn(parts, "١٧ × 6")).text == "17 × 6 = 102"
    assert "29 February 2023" in done_of(await turn(parts, "what day is ٢٩ February ٢٠٢٣")).text


class Deciding(EchoEngine):
    """An echo that says this where it is to follow a schema, and keeps what it was asked."""

    def __init__(self, decision: str | None) -> None:
        super().__init__()
        self._decision = decision
        self.asked: list[Asked] = []

    async def answer(
        self, asked: Asked, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        if sampling.schema is None:
            async with aclosing(super().answer(asked, sampling, conversation)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        self.asked.append(asked)
        if self._decision is None:
            raise EngineFailed("It does not work.", hint="Ask again")
        yield Text(self._decision)


def able(decision: str | None) -> tuple[ExactCheck, Deciding]:
    engine = Deciding(decision)

    async def give() -> Deciding:
        return engine

    return ExactCheck(lambda: True, give), engine


async def test_an_able_model_decides_which_sum_a_question_is(parts: Parts) -> None:
    check, engine = able(json.dumps({"tool": "calculate", "expression": "17 * 6"}))
    events = await turn(parts, EGGS, check)
    assert SEVENTEEN in events
    assert [event.code for event in events if isinstance(event, Notice)] == [READ_BY_MODEL]
    assert done_of(events).text == "17 × 6 = 102"
    assert len(engine.asked) == 1


@pytest.mark.parametrize("decision", ['{"tool": "none", "expression": ""}', "nonsense", None])
async def test_where_it_decides_for_none_it_answers_itself(parts: Parts, decision: str | None) -> None:
    check, engine = able(decision)
    assert done_of(await turn(parts, EGGS, check)).text == EGGS
    assert len(engine.asked) == 1


@pytest.mark.parametrize("text", ["17 x 6", "hello", "How many people live in Paris?"])
async def test_it_is_not_asked_about_the_certain_and_the_other(parts: Parts, text: str) -> None:
    check, engine = able(None)
    await turn(parts, text, check)
    assert engine.asked == []


async def test_a_program_computes_out_of_the_box_and_obeys_its_setting(home: Home, echo: EchoEngine) -> None:
    for given, text in (({}, "17 × 6 = 102"), ({"tools": "off"}, "17 x 6")):
        async with (
            open_app(home=home, given=given, environment={}, engine=echo) as app,
            aclosing(app.ask(Question("17 x 6"))) as events,
        ):
            *_, done = [event async for event in events]
        assert isinstance(done, Done)
        assert done.text == text


async def test_exports_say_what_was_computed_and_that_no_model_wrote_it(parts: Parts) -> None:
    done = done_of(await turn(parts, "17 x 6"))
    chat = parts.database.look(lambda conn: chats.get(conn, parts.owner, done.chat))
    text = parts.database.look(lambda conn: form("markdown").write(conn, parts.owner, chat)).decode()
    assert "## Sottovoce (computed, by no model)\n\n`calculate: 17 × 6`\n\n17 × 6 = 102\n" in text
    branch = parts.database.look(lambda conn: shown.branch(conn, parts.owner, chat.id))
    for language, by in (("en", "computed, by no model"), ("zh", "由精确工具计算，未用模型")):
        page = page_of(chat, branch, language).decode()
        assert by in page
        assert "calculate: 17 × 6" in page


def test_tools_that_another_program_wrote_down_are_read_with_care() -> None:
    good = {"name": "calculate", "arguments": {"expression": "17 × 6"}, "result": "102"}
    bad: list[object] = [
        None,
        "x",
        {},
        {**good, "arguments": "17"},
        {**good, "result": 102},
        {**good, "name": "x" * 9999},
    ]
    assert computed.kept({"tools": [*bad, good]}) == (SEVENTEEN,)
    assert computed.kept({"tools": "calculate"}) == computed.kept({}) == ()
