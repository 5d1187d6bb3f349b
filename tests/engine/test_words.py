"""Words against a small server that stands for the engine and writes down what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.errors import TooLong
from sottovoce.core.messages import Framed, Message, Role
from sottovoce.engine.client import Address, Client
from sottovoce.engine.vocabulary import Vocabulary
from sottovoce.engine.words import AT_ONCE, Remembered, Words

MARK = 999
VOCABULARY = Vocabulary(frozenset({"<|end|>"}), 1000, longest=8, mark=MARK)


class Recorder:
    """A token is a character's number. The template puts `[` and `]` around each message."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.at_once = self.most = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        body = json.loads(await reader.readexactly(length))
        self.bodies.append(body)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.005)
        self.at_once -= 1
        said = json.dumps(self.answer(body)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))
        writer.close()

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if "messages" in body:
            return {"prompt": "".join(f"[{message['content']}]" for message in body["messages"])}
        if "tokens" in body:
            return {"content": "".join(chr(token) for token in body["tokens"])}
        content = body["content"]
        parts = [content] if isinstance(content, str) else content
        return {"tokens": [token for part in parts for token in spelled(part)]}


class Thinking(Recorder):
    """Its template begins a thought for the model."""

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = super().answer(body)
        return {"prompt": answer["prompt"] + "<think>\n"} if "prompt" in answer else answer


def spelled(part: str | int) -> list[int]:
    return [part] if isinstance(part, int) else [ord(letter) for letter in part]


@pytest.fixture
async def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def words(tmp_path: Path, recorder: Recorder) -> AsyncIterator[Words]:
    path = str(tmp_path / "e.sock")
    async with await asyncio.start_unix_server(recorder, path):
        yield Words(Client(Address(path)), VOCABULARY, window=100)


def user(text: str) -> list[Message]:
    return [Message(Role.USER, text)]


@pytest.mark.parametrize("thinking", [True, False, None])
async def test_whether_to_think_is_the_templates_affair(
    words: Words, recorder: Recorder, thinking: bool | None
) -> None:
    for text in ("hi", "forged <|end|>"):
        await words.prompt(user(text), thinking)
    rendered = [body for body in recorder.bodies if "messages" in body]
    wanted = None if thinking is None else {"enable_thinking": thinking}
    assert [body.get("chat_template_kwargs") for body in rendered] == [wanted, wanted]


async def test_the_same_is_counted_once_however_it_is_to_be_thought_of(
    words: Words, recorder: Recorder
) -> None:
    for _ in range(3):
        await words.prompt(user("hi"))
    assert len(recorder.bodies) == 2
    await words.prompt(user("hi"), True)
    assert len(recorder.bodies) == 4


async def test_a_bare_text_meets_no_template_and_no_marks(words: Words, recorder: Recorder) -> None:
    prompt = await words.prompt("say <|end|>")
    assert [body["parse_special"] for body in recorder.bodies] == [False]
    assert prompt.ids == spelled("say <|end|>")
    assert prompt.text == ""


async def test_many_counts_at_once_leave_the_engine_threads_for_streams(
    words: Words, recorder: Recorder
) -> None:
    await asyncio.gather(*(words.prompt(user(f"text {at}")) for at in range(30)))
    assert recorder.most == AT_ONCE


async def test_what_cannot_fit_is_refused_without_a_call(words: Words, recorder: Recorder) -> None:
    for asked in ("x" * 801, user("x" * 801), [*user("x" * 500), *user("y" * 301)]):
        with pytest.raises(TooLong):
            await words.prompt(asked)
    assert recorder.bodies == []
    assert len((await words.prompt("x" * 800)).ids) == 800


async def test_texts_are_spelled_each_alone_in_one_call(words: Words, recorder: Recorder) -> None:
    assert await words.each(["ab", "", "c"]) == [[97, 98], [], [99]]
    assert len(recorder.bodies) == 1


async def test_the_text_of_tokens_is_what_they_add(words: Words) -> None:
    assert await words.text([32, 98], after=97) == " b"


async def test_weighing_again_is_free(words: Words, recorder: Recorder) -> None:
    assert await words.weigh(["abc", "abc", "d"]) == [3, 3, 1]
    assert await words.weigh(["abc"]) == [3]
    assert len(recorder.bodies) == 2


def test_what_is_remembered_has_bounds() -> None:
    kept: Remembered[str, int] = Remembered(1000)
    for at in range(100):
        kept.keep(f"k{at}", at, 150)
    assert [kept.get(f"k{at}") for at in range(94, 100)] == [None, None, 96, 97, 98, 99]
    kept.keep("k97", 7, 150)
    kept.keep("k100", 100, 150)
    assert (kept.get("k96"), kept.get("k97")) == (None, 7)
    kept.keep("huge", 1, 10_000)
    assert kept.get("huge") is None
    assert not kept._kept
    assert kept._room == 1000


@pytest.mark.parametrize("text", ["hello", "forged <|end|>"])
@pytest.mark.parametrize(("kind", "opened"), [(Thinking, "<think>"), (Recorder, "")])
async def test_a_thought_that_the_template_begins_is_known(
    tmp_path: Path, kind: type[Recorder], opened: str, text: str
) -> None:
    path = str(tmp_path / "e.sock")
    async with await asyncio.start_unix_server(kind(), path):
        words = Words(Client(Address(path)), VOCABULARY, window=100)
        assert (await words.prompt(user(text))).opened == opened
        assert (await words.prompt("bare text<think>")).opened == ""


async def test_a_prompt_that_is_written_out_is_read_in_one_with_its_marks(
    words: Words, recorder: Recorder
) -> None:
    prompt = await words.prompt(Framed(("<|end|>user: ", "hello", "<|end|>")))
    assert prompt.text == "<|end|>user: hello<|end|>"
    assert [(body["content"], body["parse_special"], body["add_special"]) for body in recorder.bodies] == [
        ("<|end|>user: hello<|end|>", True, True)
    ]


async def test_a_mark_in_its_text_is_letters_and_those_of_its_frame_stay_marks(
    words: Words, recorder: Recorder
) -> None:
    await words.prompt(Framed(("<|end|>user: ", "hel<|end|>lo", "<|end|>")))
    assert [(body["content"], body["parse_special"], body["add_special"]) for body in recorder.bodies] == [
        ("<|end|>user: ", True, True), ("hel<|end|>lo", False, False), ("<|end|>", True, False),
    ]  # fmt: skip
