"""People and programs who ask one server, each with a secret word of their own, in every API it has.

They tell what they asked and every byte that came; what may be in it is judged elsewhere.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from torture.serving import PATIENCE, Reply, Server

LETTERS = "bcdfghjklmnpqrstvwxz"
LENGTH = 10
PIECE = 5
"""Letters of a marker that count as it: an answer may be cut within. No two markers share so many."""

TOKENS = 6
"""Of an answer: more than PIECE letters of a marker."""
WAYS = ("chat", "responses", "anthropic", "ollama")
PATHS = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "ollama": "/api/chat",
}


def markers(count: int, chance: Random) -> list[str]:
    """Return words of ten consonants, so that no model says one, or half of one, by chance."""
    found: list[str] = []
    seen: set[str] = set()
    while len(found) < count:
        word = "".join(chance.choices(LETTERS, k=LENGTH))
        if not seen & pieces(word):
            found.append(word)
            seen |= pieces(word)
    return found


def pieces(text: str) -> set[str]:
    return {text[at : at + PIECE] for at in range(len(text) - PIECE + 1)}


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one question. The counts are None where none were told; Ollama's API tells no reuse."""

    raw: bytes
    said: str = ""
    prompt: int | None = None
    reused: int | None = None
    answer: int = 0
    name: str = ""
    """The id of what was kept."""

    @property
    def is_answer(self) -> bool:
        return self.prompt is not None


@dataclass(slots=True)
class User:
    """`key` is "" for the person at this machine, whose chats are kept. Asks one question at a time."""

    number: int
    marker: str
    key: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    way: str = ""
    system: str = ""
    told: list[dict[str, str]] = field(default_factory=list)
    kept: str = ""
    """The response, or the chat, that the next question goes on from."""

    def begin(self, preamble: str, way: str, *, as_system: bool) -> str:
        """Begin anew, and return the question."""
        self.way, self.told, self.kept = way if self.key else "page", [], ""
        self.system = preamble if as_system else ""
        before = "" if as_system else f"{preamble} "
        return f"{before}My secret word is {self.marker}. Say {self.marker}."

    def go_on(self) -> str:
        return f"Say {self.marker} once more, and nothing else."

    def ask(self, server: Server, text: str, *, stream: bool, leave_after: float | None = None) -> Heard:
        """Ask, and take what was answered into the chat. Who leaves asks no more than that."""
        if not self.key:
            return self._ask_on_the_page(server, text, leave_after)
        body = json.dumps(self._body(text, stream)).encode()
        reply = server.ask(PATHS[self.way], body, key=self.key, leave_after=leave_after or PATIENCE)
        heard = taken(reply)
        if heard.is_answer and leave_after is None:
            self.told += [_message("user", text), _message("assistant", heard.said)]
            self.kept = heard.name if self.way == "responses" else ""
        return heard

    def _body(self, text: str, stream: bool) -> dict[str, Any]:
        asked = [*self.told, _message("user", text)]
        whole = [*([_message("system", self.system)] if self.system else []), *asked]
        body: dict[str, Any] = {"model": "default", "stream": stream}
        match self.way:
            case "chat":
                counts = {"stream_options": {"include_usage": True}} if stream else {}
                return {**body, "messages": whole, "max_tokens": TOKENS, **counts}
            case "responses":
                earlier = {"previous_response_id": self.kept} if self.kept else {}
                system = {"instructions": self.system} if self.system else {}
                body |= {"input": text, "store": True, "max_output_tokens": TOKENS}
                return {**body, **earlier, **system}
            case "anthropic":
                system = {"system": self.system} if self.system else {}
                return {**body, "messages": asked, "max_tokens": TOKENS, **system}
        return {**body, "messages": whole, "options": {"num_predict": TOKENS}}

    def _ask_on_the_page(self, server: Server, text: str, leave_after: float | None) -> Heard:
        """Ask as the page does: begin a run, then follow it, a second time where the first was left."""
        where = f"/app/api/chats/{self.kept}/runs" if self.kept else "/app/api/runs"
        system = {"system": self.system} if self.system and not self.kept else {}
        begun = server.ask(where, json.dumps({"text": text, **system}).encode())
        if not begun.is_well:
            return Heard(begun.raw)
        run = json.loads(begun.body)
        self.kept = run["chat"]
        events = f"/app/api/chats/{run['chat']}/runs/{run['id']}/events"
        left = b"" if leave_after is None else server.ask(events, leave_after=leave_after).raw
        heard = taken(server.ask(events))
        return Heard(
            begun.raw + left + heard.raw, heard.said, heard.prompt, heard.reused, heard.answer, self.kept
        )


def _message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


# ---- what comes ----


def taken(reply: Reply) -> Heard:
    """Return what an answer says in any of the protocols, whole or in pieces."""
    events = [*_events(reply.body)]
    leaves = [leaf for event in events for leaf in _leaves(event)]
    said = {
        name: "".join(value for key, value in leaves if key == name and isinstance(value, str))
        for name in ("content", "text", "delta", "response")
    }
    counts = {key: value for key, value in leaves if isinstance(value, int)}
    prompt = _first(counts, "prompt_tokens", "prompt_eval_count", "input_tokens", "prompt")
    reused = _first(counts, "cached_tokens", "cache_read_input_tokens", "reused")
    if prompt is not None and "cache_read_input_tokens" in counts:
        prompt += counts["cache_read_input_tokens"]
    answer = _first(counts, "completion_tokens", "eval_count", "output_tokens", "answer")
    has_ended = answer is not None and not any(map(_is_problem, events))
    name = next((str(value) for key, value in leaves if key == "id" and str(value).startswith("resp_")), "")
    # What is said twice, in pieces and as a whole, is said once in the whole.
    return Heard(
        reply.raw,
        max(said.values(), key=len),
        prompt if has_ended and reply.is_well else None,
        reused,
        answer or 0,
        name,
    )


def everything(heard: Heard) -> str:
    """Return what came, in small letters: as it came, and its texts joined over the pieces they came in."""
    return f"{heard.raw.decode('latin-1')}\n{heard.said}".lower()


def _is_problem(event: Any) -> bool:
    return isinstance(event, dict) and bool(event.get("error") or event.get("type") == "error")


def _first(counts: dict[str, int], *names: str) -> int | None:
    return next((counts[name] for name in names if name in counts), None)


def _events(body: bytes) -> Iterator[Any]:
    try:
        yield json.loads(body)
    except ValueError:
        for line in body.split(b"\n"):
            try:
                yield json.loads(line.removeprefix(b"data: "))
            except ValueError:  # no event, or cut
                continue


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif not isinstance(value, bool):
        yield name, value
