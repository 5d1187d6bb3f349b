"""What the protocols have in common: a request, the pieces of an answer, and words for a server that errs.

A server's own words go into `detail` alone: it may be anybody's, and may repeat what it was asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sottovoce.core.errors import UpstreamProblem
from sottovoce.core.events import Notice, Reasoning, Text, Usage
from sottovoce.hybrid.upstream import Upstream

LATER = "Ask the model here, or try again later."
LONGEST_DETAIL = 500
LONGEST_NAME = 80
MOST_TOKENS = 10**9


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent: to which path below the server's address. `unsaid` names settings it has no place for."""

    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """The server's last word. `reason` is stop, length or stop_text; without `usage` it did not count."""

    reason: str
    usage: Usage | None = None
    stop: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The name by which a server calls the model that answers; on one line, and not too long."""

    name: str


Said = Named | Text | Reasoning | Notice | Ended


class Reader(Protocol):
    """Understands one answer as it comes."""

    @property
    def has_ended(self) -> bool:
        """Whether the server has said how the answer ended."""

    @property
    def is_over(self) -> bool:
        """Whether the server has said that nothing follows."""

    def event(self, name: str, data: str) -> Iterator[Said]:
        """Yield what one event of a stream says. Raises UpstreamProblem."""

    def whole(self, body: bytes) -> Iterator[Said]:
        """Yield what an answer that is no stream says, `Ended` too. Raises UpstreamProblem."""

    def ended(self) -> Ended:
        """Return how the stream ended. Raises UpstreamProblem where it did not."""


def parsed(upstream: Upstream, text: str | bytes) -> dict[str, Any]:
    """Return the JSON object in a text. Raises UpstreamProblem."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise wrong(upstream, "sent what is not JSON", text) from problem
    if not isinstance(found, dict):
        raise wrong(upstream, "sent JSON of another shape", text)
    return found


def text_of(upstream: Upstream, value: Any) -> str:
    """Return a text of an answer; none is an empty one. Raises UpstreamProblem.

    Halves of characters, which no file can hold, become the sign for what cannot be read.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong(upstream, "sent a text of another shape", repr(value))
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def table_of(upstream: Upstream, value: Any) -> dict[str, Any]:
    """Return an object in an answer; none is an empty one. Raises UpstreamProblem."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(upstream, "sent JSON of another shape", repr(value))
    return value


def count_of(upstream: Upstream, value: Any) -> int:
    """Return a count of tokens; none is 0. Raises UpstreamProblem."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_TOKENS:
        raise wrong(upstream, "counted tokens that cannot be", repr(value))
    return value


def wrong(upstream: Upstream, what: str, said: str | bytes = "") -> UpstreamProblem:
    """Return the error for an answer that is not one in the protocol."""
    return UpstreamProblem(
        f"{upstream.name} {what}.",
        hint=f"Does its server speak {upstream.kind.value}'s protocol? sotto upstreams show {upstream.name}",
        detail=clipped(said),
    )


def own_error(upstream: Upstream, said: Any) -> UpstreamProblem:
    """Return the error for a stream in which the server tells of one."""
    return UpstreamProblem(
        f"{upstream.name} broke off with an error of its own.", hint=LATER, detail=clipped(repr(said))
    )


def refused(upstream: Upstream, status: int, body: bytes, wait: float | None) -> UpstreamProblem:
    """Return the error for an answer that is none, by its status; its body is the server's own words."""
    sentence, hint = _by_status(upstream, status)
    return UpstreamProblem(sentence, hint=hint, detail=f"{status}: {clipped(body)}", retry_after=wait)


def _by_status(upstream: Upstream, status: int) -> tuple[str, str]:
    name = upstream.name
    if status in (401, 403):
        again = f"sotto upstreams key {name} --key-file FILE"
        return f"{name} does not take its key, or has none.", f"Give it the right one: {again}"
    if status in (404, 405):
        return (
            f"{name} has no model {upstream.model!r}, or its address is wrong.",
            f"Compare the address and the model: sotto upstreams show {name}",
        )
    if status in (400, 413, 422):
        return (
            f"{name} did not accept the question: it may be too long for the model there.",
            "Shorten it or begin a new chat; --debug shows what the server said",
        )
    if status in (402, 429):
        return f"{name} takes no more questions for now.", LATER
    if status >= 500:
        return f"{name} failed ({status}).", LATER
    return f"{name} answered {status}, which is no answer.", "--debug shows what the server said"


def clipped(said: str | bytes) -> str:
    """Return a server's own words as a log may hold them."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * LONGEST_DETAIL])
    return plain[:LONGEST_DETAIL]


def named(upstream: Upstream, name: str) -> Iterator[Said]:
    """Yield by which name a server calls the model that answers, and whether that is another."""
    if plain := clipped(name)[:LONGEST_NAME].strip():
        yield Named(plain)
    notice = other_model(upstream, name)
    if notice is not None:
        yield notice


def other_model(upstream: Upstream, named: str) -> Notice | None:
    """Return what to tell where another model answers than was asked; a name's longer form is the same."""
    asked, answers = upstream.model.casefold(), named.casefold()
    if (
        not answers
        or answers.startswith(asked)
        or asked.startswith(answers)
        or _file(asked) == _file(answers)
    ):
        return None
    return Notice(
        "other_model",
        f"{upstream.name} was asked for {upstream.model}; {clipped(named)[:LONGEST_NAME]} answered.",
    )


def _file(name: str) -> str:
    """Return the last part of a name that is a path, as some servers give it."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2].removesuffix(".gguf")


def filtered(upstream: Upstream) -> Notice:
    return Notice("filtered", f"A filter of {upstream.name} ended the answer.")


def encoded(fields: Mapping[str, Any]) -> bytes:
    """Return a request's body; what is None is left out."""
    whole = {name: value for name, value in fields.items() if value is not None}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")
