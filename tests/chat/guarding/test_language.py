"""A question in a language that the model does not speak, and an answer in another: what the reader sees."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

import pytest

from sottovoce.app import open_app
from sottovoce.chat.guarded import Guards, Said
from sottovoce.chat.guarding.language import NOTICE, REASON, LanguageCheck, watch
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts, ask
from sottovoce.core.events import Asked, Done, Event, Failed, Grounds, Notice, Piece, Text, Whole
from sottovoce.core.messages import Conversation
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Asked as AskedOf
from sottovoce.models.speaking import Way
from sottovoce.store import chats
from sottovoce.store.rows import StoredMessage

NOW = 1_795_737_600.0
CHINESE = "天空为什么是蓝色的"
HERE = Way("sotto --model qwen", True)
GET = Way("sotto models pull qwen3-4b", False)


def check(languages: Sequence[str] = ("en",), way: Way | None = GET) -> LanguageCheck:
    async def known() -> Sequence[str]:
        return languages

    async def to(code: str) -> Way | None:
        return way

    return LanguageCheck(known, to)


def guarded(parts: Parts, *, way: Way | None = GET, languages: Sequence[str] = ("en",)) -> Parts:
    return replace(parts, guards=Guards((check(languages, way),), (watch,)))


async def turn(parts: Parts, text: str, **how: object) -> list[Event]:
    async with aclosing(ask(parts, Question(text, **how))) as events:  # type: ignore[arg-type]
        return [event async for event in events]


def ended(events: list[Event]) -> Done:
    done = events[-1]
    assert isinstance(done, Done)
    return done


def answer_in(parts: Parts, chat: str) -> StoredMessage:
    return parts.database.look(lambda conn: chats.messages(conn, parts.owner, chat))[-1]


class Never(EchoEngine):
    async def ready(self):  # type: ignore[no-untyped-def]
        raise AssertionError("no model is asked")


async def test_no_model_is_asked_what_it_cannot_answer(parts: Parts) -> None:
    done = ended(await turn(guarded(replace(parts, engine=Never())), CHINESE))
    assert (done.reason, done.model) == (REASON, "")
    assert done.text == (
        "模型 echo 不会说中文，所以没有向它提问。\n\n"
        "下面这条命令可以下载一个会中文、也适合这台电脑的模型：\n\n```\nsotto models pull qwen3-4b\n```"
    )
    kept = answer_in(parts, done.chat)
    assert (kept.text, kept.facts["reason"]) == (done.text, REASON)
    assert (kept.facts["language"], kept.facts["command"]) == ("zh", "sotto models pull qwen3-4b")


@pytest.mark.parametrize(
    ("question", "way", "told"),
    [
        ("warum ist der himmel blau", HERE, "```\nsotto --model qwen\n```"),
        ("warum ist der himmel blau", None, "`sotto fit`"),
        ("臺灣最高的山是哪一座", GET, "不會說中文"),
        ("வானம் ஏன் நீலமாக இருக்கிறது", GET, "does not speak the language of your question"),
    ],
)
async def test_it_is_told_how_to_come_to_one_that_can(
    parts: Parts, question: str, way: Way | None, told: str
) -> None:
    assert told in ended(await turn(guarded(parts, way=way), question)).text


@pytest.mark.parametrize(
    ("question", "languages"),
    [
        ("why is the sky blue", ("en",)),
        ("why is the sky blue", ("zh",)),
        (CHINESE, ("en", "zh")),
        (CHINESE, ("mul",)),
        (CHINESE, ()),
        ("42", ("en",)),
        ("👍👍", ("en",)),
        ("El Niño explained", ("en",)),
    ],
)
async def test_whoever_can_answer_or_might_is_asked(
    parts: Parts, question: str, languages: Sequence[str]
) -> None:
    events = await turn(guarded(parts, languages=languages), question)
    assert ended(events).text == question  # the echo engine answers with it


async def test_for_english_nothing_is_looked_up() -> None:
    async def never(*_: object) -> None:
        raise AssertionError

    verdict = await LanguageCheck(never, never)(Said("why is the sky blue", "m", NOW))  # type: ignore[arg-type]
    assert verdict.instead is None


async def test_an_answer_that_must_follow_a_schema_is_left_alone() -> None:
    said = Said(CHINESE, "m", NOW, is_shaped=True)
    assert (await check()(said)).instead is None
    assert watch(said) is None


async def test_shelves_are_quoted_behind_the_sentence(handbook: Parts, add_text) -> None:  # type: ignore[no-untyped-def]
    await add_text("假期.md", "员工每年有二十五天带薪年假。病假需要医生证明。")
    events = await turn(
        guarded(replace(handbook, engine=Never())), "员工每年有几天年假？", knowledge=("handbook",)
    )
    done = ended(events)
    assert done.reason == REASON
    texts = [event for event in events if isinstance(event, Text | Grounds)]
    assert isinstance(texts[0], Text)  # at once, before anything is looked for
    assert "".join(event.text for event in texts if isinstance(event, Text)) == done.text
    lead, _, quotes = done.text.partition("以下是您的书架中的原文：\n\n")
    assert lead.endswith("```\n\n")
    assert quotes.startswith("> 员工每年有二十五天带薪年假。")
    claim = done.cited.claims[0]
    assert done.text[claim.start : claim.end] == done.cited.citations[0].quote
    assert answer_in(handbook, done.chat).facts["language"] == "zh"


async def test_where_the_shelves_say_nothing_of_it_the_sentence_stands_alone(handbook: Parts) -> None:
    events = await turn(guarded(handbook), "월급은 언제 받나요", knowledge=("handbook",))
    done = ended(events)
    assert done.reason == REASON
    assert done.text.startswith("echo 모델은 한국어를 하지 못하므로")
    assert not done.cited.citations
    assert [event for event in events if isinstance(event, Grounds)][-1].answers is False


class Says(EchoEngine):
    """Answers everything with the same text, three characters at a time."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    async def answer(
        self, asked: AskedOf, sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        is_said = False
        async with aclosing(super().answer(asked, sampling, conversation)) as pieces:
            async for piece in pieces:
                if not isinstance(piece, Text):
                    yield piece
                elif not is_said:
                    is_said = True
                    for at in range(0, len(self.text), 3):
                        yield Text(self.text[at : at + 3])


@pytest.mark.parametrize("said", ["I am sorry for your loss. How can I help?", "👉" * 36])
async def test_an_answer_in_another_language_is_never_seen(parts: Parts, said: str) -> None:
    events = await turn(guarded(replace(parts, engine=Says(said)), languages=()), CHINESE)
    assert Notice(REASON, NOTICE) in events
    done = ended(events)
    assert (done.text, done.reason) == (
        "模型没有用中文回答，因此它的回答已被撤下。请再问一次，或换一个模型。",
        REASON,
    )
    assert [event.text for event in events if isinstance(event, Text)] == [done.text]
    assert answer_in(parts, done.chat).text == done.text


async def test_one_that_strays_later_is_replaced_as_a_whole(parts: Parts) -> None:
    on = "The sky is blue because the air scatters the blue part of the light more than the red one. "
    says = replace(parts, engine=Says(f"好的，我们来看看。{on * 3}"))
    events = await turn(guarded(says, languages=()), CHINESE)
    done = ended(events)
    assert [event.text for event in events if isinstance(event, Whole)] == [done.text]
    assert done.reason == REASON


async def test_an_answer_in_the_right_one_comes_whole(parts: Parts) -> None:
    said = "因为空气分子对蓝光的散射比对红光强得多，所以天空看起来是蓝色的。"
    done = ended(await turn(guarded(replace(parts, engine=Says(said)), languages=()), CHINESE))
    assert (done.text, done.reason) == (said, "stop")


async def test_what_is_held_back_when_the_engine_breaks_off_is_kept(parts: Parts) -> None:
    events = await turn(guarded(parts), "/fail one two three")
    assert isinstance(events[-1], Failed)
    written = "".join(event.text for event in events if isinstance(event, Text))
    assert written.strip()
    chat = next(event.chat for event in events if isinstance(event, Asked))
    assert answer_in(parts, chat).text == written


async def test_instructions_of_the_chat_may_want_another_language(parts: Parts) -> None:
    said = "Parce que l'air diffuse la lumière bleue plus que la lumière rouge, et que nous la voyons."
    french = guarded(replace(parts, engine=Says(said)))
    done = ended(await turn(french, "why is the sky blue", system="Always answer in French."))
    assert done.text == said
    assert ended(await turn(french, "why is the sky blue")).reason == REASON


async def test_the_starter_is_told_from_the_catalogue_to_know_english_only(home: Home) -> None:
    async with (
        open_app(home=home, environment={}) as app,
        aclosing(app.ask(Question(CHINESE))) as events,
    ):
        done = [event async for event in events][-1]
    assert isinstance(done, Done)
    assert done.text.startswith("模型 SmolLM2-135M-Instruct 不会说中文")  # and no engine was started for it
    assert done.reason == REASON
