"""Chat completions as OpenAI has them, and as llama.cpp, vLLM, Ollama and Sottovoce speak them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sottovoce.core.events import Reasoning, Text, Usage
from sottovoce.core.messages import Message
from sottovoce.core.sampling import Sampling
from sottovoce.hybrid.dialects import words
from sottovoce.hybrid.dialects.words import Call, Ended, Said
from sottovoce.hybrid.upstream import Upstream

DONE = "[DONE]"
REASONS = {"stop": "stop", "length": "length", "content_filter": "stop", "eos": "stop"}
ITS_OWN = (".openai.com", ".openai.azure.com")
"""Where the length of an answer has its newer name, which other servers do not know."""

UNSAID = ("top_k", "min_p", "repeat_penalty", "bias", "likelihoods")


def request(upstream: Upstream, messages: Sequence[Message], sampling: Sampling, longest: int) -> Call:
    """Return what asks a model, for an answer of at most `longest` tokens that streams."""
    is_original = f".{upstream.host}".endswith(ITS_OWN)
    fields = {
        "model": upstream.model,
        "messages": [{"role": one.role.value, "content": one.text} for one in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens" if is_original else "max_tokens": longest,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "seed": sampling.seed,
        "stop": list(sampling.stop) or None,
        "response_format": _format(sampling.schema),
    }
    unsaid = tuple(name for name in UNSAID if getattr(sampling, name) not in (None, ()))
    return Call(_path(upstream.url), {}, words.encoded(fields), unsaid)


def _path(url: str) -> str:
    """Return what follows the server's address; one that is given without a path has the usual /v1."""
    has_path = bool(url.partition("//")[2].partition("/")[2].strip("/"))
    return "/chat/completions" if has_path else "/v1/chat/completions"


def _format(schema: str | None) -> dict[str, Any] | None:
    if schema is None:
        return None
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": json.loads(schema)}}


class Reader:
    """Understands one answer."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._reason: str | None = None
        self._usage: Usage | None = None
        self._is_named = False
        self.is_over = False

    @property
    def has_ended(self) -> bool:
        return self._reason is not None

    def event(self, name: str, data: str) -> Iterator[Said]:
        if data.strip() == DONE:
            self.is_over = True
            return
        found = words.parsed(self._upstream, data)
        if name == "error" or found.get("error") is not None or found.get("object") == "error":
            raise words.own_error(self._upstream, found)
        yield from self._about(found)
        choice = self._choice(found)
        yield from self._parts(words.table_of(self._upstream, choice.get("delta")))
        yield from self._finish(choice)

    def whole(self, body: bytes) -> Iterator[Said]:
        found = words.parsed(self._upstream, body)
        if found.get("error") is not None:
            raise words.own_error(self._upstream, found)
        yield from self._about(found)
        choice = self._choice(found)
        if not choice:
            raise words.wrong(self._upstream, "sent JSON of another shape", body)
        yield from self._parts(words.table_of(self._upstream, choice.get("message")))
        yield from self._finish(choice)
        yield self.ended()

    def ended(self) -> Ended:
        if self._reason is None:
            raise words.wrong(self._upstream, "broke off in the middle of its answer")
        return Ended(self._reason, self._usage)

    def _about(self, found: dict[str, Any]) -> Iterator[Said]:
        named = words.text_of(self._upstream, found.get("model"))
        if named and not self._is_named:
            self._is_named = True
            yield from words.named(self._upstream, named)
        if found.get("usage") is not None:
            self._usage = self._counted(words.table_of(self._upstream, found["usage"]))

    def _choice(self, found: dict[str, Any]) -> dict[str, Any]:
        choices = found.get("choices", [])
        if not isinstance(choices, list):
            raise words.wrong(self._upstream, "sent JSON of another shape", repr(choices))
        return words.table_of(self._upstream, choices[0]) if choices else {}

    def _parts(self, delta: dict[str, Any]) -> Iterator[Said]:
        thought = delta.get("reasoning_content")
        thought = delta.get("reasoning") if thought is None else thought
        reasoning = words.text_of(self._upstream, thought)
        text = self._content(delta.get("content"))
        if (reasoning or text) and self._reason is not None:
            raise words.wrong(self._upstream, "went on after the end of its answer", text)
        if reasoning:
            yield Reasoning(reasoning)
        if text:
            yield Text(text)

    def _content(self, content: Any) -> str:
        """Return the text of a content, which some servers send in parts."""
        if not isinstance(content, list):
            return words.text_of(self._upstream, content)
        parts = (words.table_of(self._upstream, part) for part in content)
        return "".join(words.text_of(self._upstream, part.get("text")) for part in parts)

    def _finish(self, choice: dict[str, Any]) -> Iterator[Said]:
        reason = words.text_of(self._upstream, choice.get("finish_reason"))
        if not reason:
            return
        if reason == "content_filter":
            yield words.filtered(self._upstream)
        if reason not in REASONS:
            raise words.wrong(self._upstream, "ended its answer in a way that was not asked for", reason)
        self._reason = REASONS[reason]

    def _counted(self, usage: dict[str, Any]) -> Usage:
        def count(table: dict[str, Any], name: str) -> int:
            return words.count_of(self._upstream, table.get(name))

        details = words.table_of(self._upstream, usage.get("prompt_tokens_details"))
        return Usage(
            count(usage, "prompt_tokens"), count(details, "cached_tokens"), count(usage, "completion_tokens")
        )
