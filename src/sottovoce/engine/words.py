"""Messages to token ids and their counts, asked of the engine and remembered. Never guessed.

Text that spells a control token ("<|im_end|>") is fed as plain letters, so that nobody can forge the
end of their own message or the words of another role.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from sottovoce.core.messages import Message
from sottovoce.engine.client import Client
from sottovoce.engine.slots import Script

REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Prompt:
    """A chat up to where the answer begins. `text` is empty where it cannot be told from its tokens."""

    text: str
    ids: list[int]


class Words:
    def __init__(self, client: Client, control_tokens: frozenset[str]) -> None:
        self._client = client
        self._controls = control_tokens
        self._lengths: OrderedDict[str, int] = OrderedDict()
        self._last: tuple[tuple[Message, ...], Prompt] = ((), Prompt("", []))

    async def prompt(self, messages: Sequence[Message]) -> Prompt:
        """Return the chat so far in the usual tokens of its text."""
        key = tuple(messages)
        if self._last[0] != key:  # counted just before it is asked, as a rule
            self._last = (key, await self._prompt(messages))
        return self._last[1]

    async def continued(self, prompt: Prompt, script: Script) -> list[int]:
        """Return the prompt's ids, with the tokens the model really wrote wherever the script has them.

        Else the first unusual token would cost the reading of all that follows it.
        """
        characters, count = script.agreed(prompt.text)
        known = list(script.tokens[:count])
        if known == prompt.ids[:count]:
            return prompt.ids
        return known + await self._ids(prompt.text[characters:], special=True, first=False)

    async def _prompt(self, messages: Sequence[Message]) -> Prompt:
        if any(self._forges(message.text) for message in messages):
            return Prompt("", await self._guarded(messages))
        text = await self._render(messages)
        return Prompt(text, await self._ids(text, special=True, first=True))

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        return [await self._weigh(text) for text in texts]

    async def _weigh(self, text: str) -> int:
        known = self._lengths.get(text)
        if known is None:
            known = len(await self._ids(text, special=False, first=False))
            self._lengths[text] = known
            if len(self._lengths) > REMEMBERED:
                self._lengths.popitem(last=False)
        return known

    def _forges(self, text: str) -> bool:
        return any(token in text for token in self._controls)

    async def _guarded(self, messages: Sequence[Message]) -> list[int]:
        """Render with stand-ins for the texts, and put the texts in as plain letters afterwards."""
        mark = f"text{secrets.token_hex(12)}n"
        stand_ins = [Message(message.role, f"{mark}{at}e") for at, message in enumerate(messages)]
        rest = await self._render(stand_ins)
        ids: list[int] = []
        for stand_in, message in zip(stand_ins, messages, strict=True):
            before, found, after = rest.partition(stand_in.text)
            if not found:
                continue  # this template leaves such a message out
            ids += await self._ids(before, special=True, first=not ids)
            ids += await self._ids(message.text, special=False, first=False)
            rest = after
        return ids + await self._ids(rest, special=True, first=not ids)

    async def _render(self, messages: Sequence[Message]) -> str:
        said = [{"role": message.role.value, "content": message.text} for message in messages]
        reply = await self._client.call("POST", "/apply-template", {"messages": said})
        return str(reply["prompt"])

    async def _ids(self, text: str, *, special: bool, first: bool) -> list[int]:
        body = {"content": text, "add_special": first, "parse_special": special}
        reply = await self._client.call("POST", "/tokenize", body)
        return [int(token) for token in reply["tokens"]]
