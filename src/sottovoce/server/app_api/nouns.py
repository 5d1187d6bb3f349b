"""What the page's API takes and gives of the line and the engine, and what counts as an id.

Knows how things are written only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from sottovoce.core import chat_settings
from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.store import attachments
from sottovoce.store.attachments import Attachment, Kept

ID = r"^[a-z2-7]{16}$"
MOST_TEXT = 8_000_000
MOST_TEXTS = 100_000
MOST_SHELVES = 20
"""That one chat asks at once."""


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


class NewAttachment(Noun):
    """A text given along with a question. Of its name is kept what can be a file's, without folders."""

    name: str = Field(min_length=1, max_length=1_000)
    text: str = Field(min_length=1, max_length=MOST_TEXT)

    def part(self) -> Attachment:
        return Attachment(self.name, self.text)


class KeptAttachment(Noun):
    """One that a question asked before has, by that question's id: for asking it otherwise."""

    message: str = Field(pattern=ID)
    number: int = Field(ge=1)

    def part(self) -> Kept:
        return Kept(self.message, self.number)


Shelves = Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], Field(max_length=MOST_SHELVES)]
"""Shelves of documents, by their names or ids."""

Attached = Annotated[list[NewAttachment | KeptAttachment], Field(max_length=attachments.MOST)]


class SettingsNoun(Noun):
    """What is set for a chat; null: as it is where nothing is. See the settings of the same names.

    `context` is the most tokens of the chat that go to the model; `tools`: whether exact tools answer.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    context: int | None = None
    tools: bool | None = None

    @classmethod
    def of(cls, settings: ChatSettings) -> Self:
        return cls.model_validate(settings.given())

    def checked(self) -> ChatSettings:
        """Raises BadValue naming the field that is out of range."""
        return chat_settings.checked(ChatSettings(**self.model_dump()))


def settings_of(noun: SettingsNoun | None) -> ChatSettings:
    """Return the settings that were given, none for null. Raises BadValue."""
    return ChatSettings() if noun is None else noun.checked()


class SaidMessage(Noun):
    role: Literal["system", "user", "assistant"]
    text: str


class EngineReady(Noun):
    """`kind`: which model is meant, the one that answers or the one of the setting for this."""

    kind: Literal["language", "embedding", "rerank"] = "language"


class EngineAsked(Noun):
    asked: str | list[SaidMessage]

    def messages(self) -> str | list[Message]:
        if isinstance(self.asked, str):
            return self.asked
        return [Message(Role(message.role), message.text) for message in self.asked]


class EngineCount(EngineAsked, EngineReady):
    pass


class EngineDrawing(Drawing):
    """All that an engine takes, also what no page asks for."""

    bias: list[Annotated[list[float], Field(min_length=2, max_length=2)]] = []
    likelihoods: int | None = None

    def sampling(self) -> Sampling:
        said = self.model_dump(exclude={"stop", "shape", "bias"})
        bias = tuple((int(token), added) for token, added in self.bias)
        return Sampling(**said, stop=tuple(self.stop), schema=self.shape, bias=bias)


class EngineAnswer(EngineAsked):
    """`chat` names whose computed history may be used, and goes on growing."""

    sampling: EngineDrawing = EngineDrawing()
    chat: str | None = Field(None, pattern=ID)


class EngineTexts(Noun):
    texts: list[str] = Field(max_length=MOST_TEXTS)


class EngineRank(EngineTexts):
    question: str


class EngineForget(Noun):
    chat: str = Field(pattern=ID)


# ---- what is given ----


class QueueNoun(Noun):
    """`seconds` is when a newcomer would begin; `limit` the longest wait that is taken, null for any."""

    slots: int
    computing: int
    waiting: int
    seconds: float
    limit: float | None


class StatusNoun(Noun):
    """`window` in tokens, null while nobody has had to know. `problem`: why nothing can be answered.

    `problem_code` is loading, or that of an error; empty when all is well. `network` is off, ask or on, and
    `hub` where models come from, both as the settings say now.
    """

    version: str
    model: str
    licence: str
    languages: str
    note: str
    window: int | None
    network: str
    hub: str
    problem: str
    problem_code: str


class StorageNoun(Noun):
    """Bytes on the disk. `free` is what any program may still take."""

    chats: int
    models: int
    other: int
    free: int


class EngineResult(Noun):
    result: Any


# ---- ids and numbers in an address ----


LISTED = {
    "chat": "chats lists the chats",
    "download": "pulls lists the downloads",
    "line": "memory lists what is remembered",
    "preset": "presets lists the presets",
    "shelf": "shelves lists the shelves",
}
"""Where each is found; messages and answers are found in a chat."""


def identity(given: str, what: str) -> str:
    """Return an id that is one by its form. Raises NotFound, as for one that nobody has."""
    if re.fullmatch(ID, given) is None:
        raise NotFound(f"There is no such {what}.", hint=f"GET /app/api/{LISTED.get(what, LISTED['chat'])}")
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
