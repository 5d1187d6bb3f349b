"""Messages to token ids and their counts, asked of the engine and remembered. Never guessed.

Text that spells a control token ("<|im_end|>") is fed as plain letters, so that nobody can forge the
end of their own message or the words of another role.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from typing import Generic, TypeVar

from sottovoce.core.errors import BadValue, TooLong
from sottovoce.core.messages import Framed, Message, Role
from sottovoce.engine import marks
from sottovoce.engine.client import Client
from sottovoce.engine.protocol import Asked, texts_of
from sottovoce.engine.script import Prompt, Script
from sottovoce.engine.vocabulary import Vocabulary

Key = TypeVar("Key")
Value = TypeVar("Value")

REMEMBERED_CHARACTERS = 2_000_000
THINKS, THOUGHT = "<think>", "\n</think>\n\n"
"""What some templates have an answer begin with, and its end."""

AT_ONCE = 4
"""Calls for words at once: each takes one of the engine's threads from those who stream."""


class Remembered(Generic[Key, Value]):
    """Values by text, the latest of them, as long as the texts have no more characters together."""

    def __init__(self, characters: int) -> None:
        self._room = characters
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        found = self._kept.get(key)
        return None if found is None else found[0]

    def keep(self, key: Key, value: Value, characters: int) -> None:
        size = characters + 100  # even an empty text takes room
        self._room += self._kept.pop(key, (None, 0))[1] - size
        self._kept[key] = (value, size)
        while self._room < 0:
            _, (_, freed) = self._kept.popitem(last=False)
            self._room += freed


class Words:
    """`window` is how many tokens the model sees: what cannot have so few is refused without counting."""

    def __init__(self, client: Client, vocabulary: Vocabulary, window: int) -> None:
        self._client = client
        self._controls = vocabulary.controls
        self._mark = vocabulary.mark
        self._window = window
        self._most_bytes = window * vocabulary.longest
        self._lengths: Remembered[str, int] = Remembered(REMEMBERED_CHARACTERS)
        self._prompts: Remembered[tuple[Asked, bool | None], Prompt] = Remembered(REMEMBERED_CHARACTERS)
        self._openings: Remembered[str, list[int]] = Remembered(REMEMBERED_CHARACTERS)
        self._calls = asyncio.Semaphore(AT_ONCE)

    async def prompt(self, asked: Asked, thinking: bool | None = None) -> Prompt:
        """Return what was asked in the usual tokens of its text. Raises BadValue or TooLong."""
        key = (asked if isinstance(asked, str | Framed) else tuple(asked), thinking)
        known = self._prompts.get(key)
        if known is None:  # counted just before it is asked, as a rule
            known = await self._prompt(asked, thinking)
            self._prompts.keep(key, known, sum(map(len, texts_of(asked))))
        return known

    async def opening(self, system: str) -> list[int]:
        """Return what every prompt with these instructions begins with ("": with none), whatever is asked.

        Nothing where the instructions spell a control token.
        """
        if self._forges(system):
            return []
        known = self._openings.get(system)
        if known is None:
            mark = f"text{secrets.token_hex(12)}n"
            lead = [Message(Role.SYSTEM, system)] if system else []
            text, found, _ = (await self._render([*lead, Message(Role.USER, mark)], None)).partition(mark)
            known = await self._ids(text, special=True, first=True) if found else []
            self._openings.keep(system, known, len(system))
        return known

    async def continued(self, prompt: Prompt, script: Script) -> list[int]:
        """Return the prompt's ids, with the tokens the model really wrote wherever the script has them.

        Else the first unusual token would cost the reading of all that follows it.
        """
        characters, count = script.agreed(prompt.text)
        known = list(script.tokens[:count])
        if known == prompt.ids[:count]:
            return prompt.ids
        return known + await self._ids(prompt.text[characters:], special=True, first=False)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        return [await self._weigh(text) for text in texts]

    async def each(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the usual tokens of each text, in one call; nothing where they cannot be told apart."""
        mark = self._mark  # plain text is never spelled with it
        if mark is None:
            return [[] for _ in texts]
        mixed: list[str | int] = [part for text in texts for part in (text, mark)]
        ids = await self._ids(mixed, special=False, first=False)
        ends = [at for at, token in enumerate(ids) if token == mark]
        return [ids[start:end] for start, end in zip([0, *(end + 1 for end in ends)], ends, strict=False)]

    async def text(self, tokens: list[int], after: int) -> str:
        """Return the text of some tokens that stand behind another, where its first space counts."""
        before = await self._text([after])
        return (await self._text([after, *tokens])).removeprefix(before)

    def require_possible(self, texts: Sequence[str]) -> None:
        """Raise TooLong where even the longest tokens would be too many for the window."""
        size = sum(len(text.encode(errors="replace")) for text in texts)
        if self._most_bytes and size > self._most_bytes:
            raise TooLong(
                f"The text has {sum(map(len, texts)):,} characters, far more than the "
                f"{self._window:,} tokens that this model sees at once.",
                hint="Ask with less text",
            )

    async def _prompt(self, asked: Asked, thinking: bool | None) -> Prompt:
        self.require_possible(texts_of(asked))
        if isinstance(asked, Framed):
            return await self._framed(asked)
        if isinstance(asked, str):
            ids = await self._ids(asked, special=False, first=True)
            if not ids:
                raise BadValue("The prompt is empty.", hint="Give at least one character", field="prompt")
            return Prompt("", ids)
        if any(self._forges(message.text) for message in asked):
            return await self._guarded(asked, thinking)
        text = await self._rendered(asked, thinking)
        return Prompt(text, await self._ids(text, special=True, first=True), marks.opened(text))

    async def _framed(self, asked: Framed) -> Prompt:
        """Read frames with their control marks; a text that spells one is put in as plain letters."""
        if not any(self._forges(text) for text in asked.parts[1::2]):
            return Prompt(asked.text, await self._ids(asked.text, special=True, first=True))
        ids: list[int] = []
        for at, part in enumerate(asked.parts):
            ids += await self._ids(part, special=at % 2 == 0, first=at == 0)
        return Prompt("", ids)

    async def _weigh(self, text: str) -> int:
        known = self._lengths.get(text)
        if known is None:
            known = len(await self._ids(text, special=False, first=False))
            self._lengths.keep(text, known, len(text))
        return known

    def _forges(self, text: str) -> bool:
        return any(token in text for token in self._controls)

    async def _guarded(self, messages: Sequence[Message], thinking: bool | None) -> Prompt:
        """Render with stand-ins for the texts, and put the texts in as plain letters afterwards."""
        mark = f"text{secrets.token_hex(12)}n"
        stand_ins = [Message(message.role, f"{mark}{at}e") for at, message in enumerate(messages)]
        rest = await self._rendered(stand_ins, thinking)
        ids: list[int] = []
        for stand_in, message in zip(stand_ins, messages, strict=True):
            before, found, after = rest.partition(stand_in.text)
            if not found:
                continue  # this template leaves such a message out
            ids += await self._ids(before, special=True, first=not ids)
            ids += await self._ids(message.text, special=False, first=False)
            rest = after
        ids += await self._ids(rest, special=True, first=not ids)
        return Prompt("", ids, marks.opened(rest))

    async def _rendered(self, messages: Sequence[Message], thinking: bool | None) -> str:
        """Return the messages as the model is to see them; an answer that stands last is left open."""
        if len(messages) < 2 or messages[-1].role is not Role.ASSISTANT:
            return await self._render(messages, thinking)
        text = await self._render(messages[:-1], thinking)
        if text.rstrip().endswith(THINKS):
            text += THOUGHT
        return text + messages[-1].text

    async def _render(self, messages: Sequence[Message], thinking: bool | None) -> str:
        body: dict[str, object] = {
            "messages": [{"role": message.role.value, "content": message.text} for message in messages]
        }
        if thinking is not None:
            body["chat_template_kwargs"] = {"enable_thinking": thinking}
        async with self._calls:
            reply = await self._client.call("POST", "/apply-template", body)
        return str(reply["prompt"])

    async def _ids(self, text: str | list[str | int], *, special: bool, first: bool) -> list[int]:
        body = {"content": text, "add_special": first, "parse_special": special}
        async with self._calls:
            reply = await self._client.call("POST", "/tokenize", body)
        return [int(token) for token in reply["tokens"]]

    async def _text(self, tokens: list[int]) -> str:
        async with self._calls:
            reply = await self._client.call("POST", "/detokenize", {"tokens": tokens})
        return str(reply["content"])
