"""What the page's API takes and gives of runs, the line and the engine, and what counts as an id.

Knows how things are written only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.events import Asked
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling

ID = r"^[a-z2-7]{16}$"
MOST_TEXT = 8_000_000
MOST_TEXTS = 100_000


class Noun(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


# ---- what is taken ----


class Drawing(Noun):
    """How an answer is drawn from the model; see the settings of the same names."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    stop: list[str] = []
    # A field named schema would hide one of pydantic's own.
    shape: str | None = Field(default=None, alias="schema", max_length=MOST_TEXT)
    thinking: bool | None = None

    def sampling(self) -> Sampling:
        said = self.model_dump(exclude={"stop", "shape"})
        return Sampling(**said, stop=tuple(self.stop), schema=self.shape)


class NewRun(Noun):
    """A question. `parent`: the message it follows, "" for none; left out, the one the chat is at.

    `again` names a question to be answered once more instead. `system` changes the chat's instructions.
    `model` is who is to answer; left out, the usual one.
    """

    text: str = Field("", max_length=MOST_TEXT)
    parent: str | None = Field(None, pattern=r"^([a-z2-7]{16})?$")
    again: str | None = Field(None, pattern=ID)
    system: str | None = Field(None, max_length=MOST_TEXT)
    model: str | None = None
    sampling: Drawing = Drawing()


class FirstRun(Noun):
    """A question that begins a chat. `model` is who is to answer; left out, the usual one."""

    text: str = Field(max_length=MOST_TEXT)
    system: str | None = Field(None, max_length=MOST_TEXT)
    model: str | None = None
    sampling: Drawing = Drawing()


class SaidMessage(Noun):
    role: Literal["system", "user", "assistant"]
    text: str


class EngineCount(Noun):
    asked: str | list[SaidMessage]

    def messages(self) -> str | list[Message]:
        if isinstance(self.asked, str):
            return self.asked
        return [Message(Role(message.role), message.text) for message in self.asked]


class EngineDrawing(Drawing):
    """All that an engine takes, also what no page asks for."""

    bias: list[Annotated[list[float], Field(min_length=2, max_length=2)]] = []
    likelihoods: int | None = None

    def sampling(self) -> Sampling:
        said = self.model_dump(exclude={"stop", "shape", "bias"})
        bias = tuple((int(token), added) for token, added in self.bias)
        return Sampling(**said, stop=tuple(self.stop), schema=self.shape, bias=bias)


class EngineAnswer(EngineCount):
    """`chat` names whose computed history may be used, and goes on growing."""

    sampling: EngineDrawing = EngineDrawing()
    chat: str | None = Field(None, pattern=ID)


class EngineTexts(Noun):
    texts: list[str] = Field(max_length=MOST_TEXTS)


class EngineForget(Noun):
    chat: str = Field(pattern=ID)


class Nothing(Noun):
    pass


# ---- what is given ----


class RunNoun(Noun):
    """`id` is the answer's."""

    id: str
    chat: str
    question: str

    @classmethod
    def of(cls, asked: Asked) -> Self:
        return cls(id=asked.answer, chat=asked.chat, question=asked.question)


class RunList(Noun):
    runs: list[RunNoun]


class QueueNoun(Noun):
    """`seconds` is when a newcomer would begin; `limit` the longest wait that is taken, null for any."""

    slots: int
    computing: int
    waiting: int
    seconds: float
    limit: float | None


class StatusNoun(Noun):
    """`window` in tokens, null while nobody has had to know. `problem`: why nothing can be answered,
    `code` the same by a stable name; both empty when all is well.
    """

    version: str
    model: str
    licence: str
    languages: str
    note: str
    window: int | None
    network: str
    problem: str
    code: str


class EngineResult(Noun):
    result: Any


# ---- ids and numbers in an address ----


def identity(given: str, what: str) -> str:
    """Return an id that is one by its form. Raises NotFound, as for one that nobody has."""
    if re.fullmatch(ID, given) is None:
        where = "pulls lists the downloads" if what == "download" else "chats lists the chats"
        raise NotFound(f"There is no such {what}.", hint=f"GET /app/api/{where}")
    return given


def whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Return a whole number of a query. Raises BadValue."""
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16 and low <= int(text) <= high):
        raise BadValue(
            f"{name} takes a whole number from {low} to {high}.",
            hint=f"Leave it out for {default}",
            field=name,
        )
    return int(text)
