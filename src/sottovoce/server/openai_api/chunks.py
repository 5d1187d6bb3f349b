"""Writes the chunks of a stream, each as the bytes of one event. Pure.

There is one for each token, so all but the text is written beforehand. A test holds them against the
official client's own types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sottovoce.core.events import Called, Likelihood, Usage
from sottovoce.server.openai_api.saying import calling, reason, text_reason, text_weighed, used, weighed

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What all chunks of one answer begin with. `tells_usage`: the last one counts the tokens."""

    id: str
    created: int
    model: str
    fingerprint: str
    tells_usage: bool = False
    tier: Literal["default"] | None = None

    def before(self, kind: str) -> bytes:
        fields = {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.fingerprint,
            **({"service_tier": self.tier} if self.tier else {}),
        }
        return b"data: " + _json(fields)[:-1] + b',"choices":['

    @property
    def after(self) -> bytes:
        return b'],"usage":null}\n\n' if self.tells_usage else b"]}\n\n"

    def counted(self, kind: str, usage: Usage) -> bytes:
        """Return the chunk with the count alone."""
        return self.before(kind) + b'],"usage":' + used(usage).model_dump_json().encode() + b"}\n\n"


class ChatChunks:
    """The chunks of one chat completion. `old_functions`: a call is told in the form it once had."""

    kind = "chat.completion.chunk"

    def __init__(self, head: Head, *, old_functions: bool = False) -> None:
        self._head = head
        self._before = head.before(self.kind)
        self._after = b',"logprobs":null,"finish_reason":null}' + head.after
        self._old_functions = old_functions
        self._texts: list[bytes] = []
        self._calls: list[int] = []

    def text(self, at: int, text: str, likelihoods: Sequence[Likelihood] = ()) -> bytes:
        """Return the next words of a choice."""
        begun = self._begin(at)
        content = json.dumps(text).encode()
        if not likelihoods:
            return begun + self._texts[at] + content + b"}" + self._after
        logprobs = {"content": [weighed(one).model_dump() for one in likelihoods], "refusal": None}
        return begun + self._chunk(at, {"content": text}, logprobs)

    def reasoning(self, at: int, text: str) -> bytes:
        """Return the next words of what the model thinks before a choice."""
        return self._begin(at, None) + self._chunk(at, {"reasoning_content": text})

    def call(self, at: int, call: Called) -> bytes:
        """Return the next call of a choice, whole."""
        begun = self._begin(at, None)
        if self._old_functions:
            return begun + self._chunk(
                at, {"function_call": {"name": call.name, "arguments": call.arguments}}
            )
        number = self._calls[at]
        self._calls[at] += 1
        return begun + self._chunk(at, {"tool_calls": [{"index": number, **calling(call).model_dump()}]})

    def end(self, at: int, finished: str, cited: Mapping[str, object] | None = None) -> bytes:
        """Return the end of a choice; `cited` is what its message has besides the text."""
        begun = self._begin(at)
        return begun + self._chunk(
            at, cited or {}, finish_reason=reason(finished, old_functions=self._old_functions)
        )

    def last(self, usage: Usage) -> bytes:
        """Return the end of the stream."""
        return (self._head.counted(self.kind, usage) if self._head.tells_usage else b"") + DONE

    def _begin(self, at: int, content: str | None = "") -> bytes:
        """Return the chunk that a choice begins with, if it has not begun."""
        if at < len(self._texts):
            return b""
        self._texts.append(self._before + b'{"index":%d,"delta":{"content":' % at)
        self._calls.append(0)
        return self._chunk(at, {"role": "assistant", "content": content, "refusal": None})

    def _chunk(
        self,
        at: int,
        delta: Mapping[str, object],
        logprobs: Mapping[str, object] | None = None,
        finish_reason: str | None = None,
    ) -> bytes:
        choice = {"index": at, "delta": delta, "logprobs": logprobs, "finish_reason": finish_reason}
        return self._before + _json(choice) + self._head.after


class TextChunks:
    """The chunks of plain completions. Each choice may begin with its `prompts` text."""

    kind = "text_completion"

    def __init__(self, head: Head, prompts: Sequence[str] = ()) -> None:
        self._head = head
        self._before = head.before(self.kind)
        self._after = b',"logprobs":null,"finish_reason":null}' + head.after
        self._prompts = prompts
        self._offsets: list[int] = []

    def text(self, at: int, text: str, likelihoods: Sequence[Likelihood] = ()) -> bytes:
        """Return the next words of a choice."""
        begun = self._begin(at)
        offset = self._offsets[at]
        self._offsets[at] += len(text)
        if not likelihoods:
            return (
                begun + self._before + b'{"index":%d,"text":' % at + json.dumps(text).encode() + self._after
            )
        return begun + self._chunk(at, text, text_weighed(likelihoods, offset).model_dump())

    def end(self, at: int, finished: str, more: Mapping[str, object] | None = None) -> bytes:
        """Return the end of a choice, with what else it has."""
        return self._begin(at) + self._chunk(at, "", finish_reason=text_reason(finished), more=more)

    def last(self, usage: Usage) -> bytes:
        """Return the end of the stream."""
        return (self._head.counted(self.kind, usage) if self._head.tells_usage else b"") + DONE

    def _begin(self, at: int) -> bytes:
        if at < len(self._offsets):
            return b""
        self._offsets.append(0)
        return self._chunk(at, self._prompts[at]) if self._prompts else b""

    def _chunk(
        self,
        at: int,
        text: str,
        logprobs: Mapping[str, object] | None = None,
        finish_reason: str | None = None,
        more: Mapping[str, object] | None = None,
    ) -> bytes:
        choice = {
            "index": at,
            "text": text,
            "logprobs": logprobs,
            "finish_reason": finish_reason,
            **(more or {}),
        }
        return self._before + _json(choice) + self._head.after


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
