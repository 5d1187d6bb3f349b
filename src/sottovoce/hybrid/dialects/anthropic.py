"""Messages as Anthropic has them, and as Sottovoce and others speak them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sottovoce.core.errors import Unsupported
from sottovoce.core.events import Reasoning, Text, Usage
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.hybrid.dialects import words
from sottovoce.hybrid.dialects.words import Call, Ended, Said
from sottovoce.hybrid.upstream import Upstream

VERSION = "2023-06-01"
REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop_text",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "stop",
}
HOTTEST = 1.0
UNSAID = ("min_p", "repeat_penalty", "presence_penalty", "frequency_penalty", "seed", "bias", "likelihoods")


def request(upstream: Upstream, messages: Sequence[Message], sampling: Sampling, longest: int) -> Call:
    """Return what asks a model, for an answer of at most `longest` tokens that streams.

    Raises Unsupported for an answer that is to follow a schema.
    """
    if sampling.schema is not None:
        raise Unsupported(
            f"{upstream.name} cannot be held to a JSON schema: its protocol has no place for one.",
            hint="Ask the model here",
            field="schema",
        )
    is_hot = sampling.temperature is not None and sampling.temperature > HOTTEST
    fields = {
        "model": upstream.model,
        "system": "\n\n".join(one.text for one in messages if one.role is Role.SYSTEM) or None,
        "messages": [
            {"role": one.role.value, "content": one.text} for one in messages if one.role is not Role.SYSTEM
        ],
        "stream": True,
        "max_tokens": longest,
        "temperature": None if is_hot else sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "stop_sequences": list(sampling.stop) or None,
    }
    unsaid = [name for name in UNSAID if getattr(sampling, name) not in (None, ())]
    if is_hot:
        unsaid.append("temperature")
    return Call(_path(upstream.url), {"anthropic-version": VERSION}, words.encoded(fields), tuple(unsaid))


def _path(url: str) -> str:
    return "/messages" if url.rstrip("/").endswith("/v1") else "/v1/messages"


class Reader:
    """Understands one answer."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._reason: str | None = None
        self._stop: str | None = None
        self._read, self._reused, self._written = 0, 0, 0
        self._is_counted = self.is_over = False

    @property
    def has_ended(self) -> bool:
        return self._reason is not None

    def event(self, name: str, data: str) -> Iterator[Said]:
        found = words.parsed(self._upstream, data)
        kind = found.get("type", name)
        if self.is_over:
            raise words.wrong(self._upstream, "went on after the end of its answer", data)
        if kind == "error":
            raise words.own_error(self._upstream, found.get("error"))
        if kind == "message_start":
            yield from self._about(words.table_of(self._upstream, found.get("message")))
        elif kind == "content_block_start":
            yield from self._block(words.table_of(self._upstream, found.get("content_block")))
        elif kind == "content_block_delta":
            yield from self._block(words.table_of(self._upstream, found.get("delta")))
        elif kind == "message_delta":
            self._count(words.table_of(self._upstream, found.get("usage")))
            yield from self._finish(words.table_of(self._upstream, found.get("delta")))
        elif kind == "message_stop":
            self.is_over = True

    def whole(self, body: bytes) -> Iterator[Said]:
        found = words.parsed(self._upstream, body)
        if found.get("type") == "error":
            raise words.own_error(self._upstream, found.get("error"))
        content = found.get("content")
        if not isinstance(content, list):
            raise words.wrong(self._upstream, "sent JSON of another shape", body)
        yield from self._about(found)
        for block in content:
            yield from self._block(words.table_of(self._upstream, block))
        yield from self._finish(found)
        yield self.ended()

    def ended(self) -> Ended:
        if self._reason is None:
            raise words.wrong(self._upstream, "broke off in the middle of its answer")
        usage = Usage(self._read, self._reused, self._written) if self._is_counted else None
        return Ended(self._reason, usage, self._stop)

    def _about(self, message: dict[str, Any]) -> Iterator[Said]:
        yield from words.named(self._upstream, words.text_of(self._upstream, message.get("model")))
        self._count(words.table_of(self._upstream, message.get("usage")))

    def _block(self, block: dict[str, Any]) -> Iterator[Said]:
        """Yield what a block, or more of one, says; blocks that were not asked for are passed over."""
        thought = words.text_of(self._upstream, block.get("thinking"))
        text = words.text_of(self._upstream, block.get("text"))
        if (thought or text) and self._reason is not None:
            raise words.wrong(self._upstream, "went on after the end of its answer", text)
        if thought:
            yield Reasoning(thought)
        if text:
            yield Text(text)

    def _finish(self, table: dict[str, Any]) -> Iterator[Said]:
        reason = words.text_of(self._upstream, table.get("stop_reason"))
        if not reason:
            return
        if reason == "refusal":
            yield words.filtered(self._upstream)
        if reason not in REASONS:
            raise words.wrong(self._upstream, "ended its answer in a way that was not asked for", reason)
        self._reason = REASONS[reason]
        self._stop = words.text_of(self._upstream, table.get("stop_sequence")) or None

    def _count(self, usage: dict[str, Any]) -> None:
        """Take over what is counted: each count stands for the whole answer so far."""

        def count(name: str) -> int:
            return words.count_of(self._upstream, usage.get(name))

        if not usage:
            return
        self._is_counted = True
        if "input_tokens" in usage:
            self._reused = count("cache_read_input_tokens")
            self._read = count("input_tokens") + count("cache_creation_input_tokens") + self._reused
        if "output_tokens" in usage:
            self._written = count("output_tokens")
