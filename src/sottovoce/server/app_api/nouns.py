"""What the page's API takes and gives, and what counts as an id. Knows how things are written only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sottovoce.chat.archive import Report
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.events import Asked
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.store.chats import Chat
from sottovoce.store.order import MOST_FOLDER, Folder
from sottovoce.store.search import Hit
from sottovoce.store.shown import Shown

ID = r"^[a-z2-7]{16}$"
MOST_TITLE = 300
MOST_TEXT = 8_000_000
MOST_TEXTS = 100_000


class Noun(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


# ---- what is taken ----


class NewChat(Noun):
    title: str = Field("", max_length=MOST_TITLE)
    system: str | None = Field(None, max_length=MOST_TEXT)
    """Instructions placed before the chat; left out, those of the settings."""


class ChatChange(Noun):
    """Only what is given is changed. `leaf`: show the branch with this message. `folder`: "" for none."""

    title: str | None = Field(None, min_length=1, max_length=MOST_TITLE)
    system: str | None = Field(None, max_length=MOST_TEXT)
    leaf: str | None = Field(None, pattern=ID)
    pinned: bool | None = None
    archived: bool | None = None
    folder: str | None = Field(None, max_length=MOST_FOLDER)


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


class ChatNoun(Noun):
    """`leaf` is the message the reader is at; `writing` the run that writes in this chat, if one does.

    `folder` is a name, "" for none. Times are seconds since 1970.
    """

    id: str
    title: str
    system: str
    model: str
    leaf: str | None
    created: float
    changed: float
    pinned: bool
    archived: bool
    folder: str
    writing: str | None

    @classmethod
    def of(cls, chat: Chat, running: list[Asked]) -> Self:
        writing = next((asked.answer for asked in running if asked.chat == chat.id), None)
        return cls(
            id=chat.id,
            title=chat.title,
            system=chat.system,
            model=chat.model,
            leaf=chat.leaf,
            created=chat.created,
            changed=chat.changed,
            pinned=chat.pinned,
            archived=chat.archived,
            folder=chat.folder,
            writing=writing,
        )


class UsageNoun(Noun):
    """Tokens; `reused` of the prompt's were not computed again."""

    prompt: int
    reused: int
    answer: int


class TimingsNoun(Noun):
    """Seconds, and tokens per second."""

    first_token: float
    total: float
    prompt_per_second: float
    answer_per_second: float


class ProblemNoun(Noun):
    code: str
    sentence: str


class MessageNoun(Noun):
    """One message of the branch shown. `alternatives` are all that could stand here, itself among them."""

    id: str
    parent: str | None
    role: str
    state: str
    text: str
    model: str
    created: float
    alternatives: list[str]
    reason: str | None
    usage: UsageNoun | None
    timings: TimingsNoun | None
    problem: ProblemNoun | None

    @classmethod
    def of(cls, shown: Shown) -> Self:
        message, facts = shown.message, shown.message.facts
        reason = facts.get("reason")
        return cls(
            id=message.id,
            parent=message.parent,
            role=message.role.value,
            state=message.state.value,
            text=message.text,
            model=message.model,
            created=message.created,
            alternatives=list(shown.alternatives),
            reason=reason if isinstance(reason, str) else None,
            usage=_read(UsageNoun, facts.get("usage")),
            timings=_read(TimingsNoun, facts.get("timings")),
            problem=_read(ProblemNoun, facts.get("error")),
        )


class OpenChat(Noun):
    chat: ChatNoun
    messages: list[MessageNoun]


class ChatList(Noun):
    """`further`, given as `before`, asks for the chats after these; null: these are the last."""

    chats: list[ChatNoun]
    further: str | None


class FolderNoun(Noun):
    """A folder is there as long as a chat is in it. `chats` counts those that are not archived."""

    name: str
    chats: int
    archived: int

    @classmethod
    def of(cls, folder: Folder) -> Self:
        return cls(name=folder.name, chats=folder.chats, archived=folder.archived)


class FolderList(Noun):
    folders: list[FolderNoun]


class ImportNoun(Noun):
    """What an import did. `present` chats were here before; `skipped` and `mended` count by reason."""

    chats: int
    messages: int
    present: int
    skipped: dict[str, int]
    mended: dict[str, int]

    @classmethod
    def of(cls, report: Report) -> Self:
        return cls(
            chats=report.chats,
            messages=report.messages,
            present=report.present,
            skipped=dict(report.skipped),
            mended=dict(report.mended),
        )


class HitNoun(Noun):
    """A message found. `marks` are the places in the excerpt to point out, as start and end."""

    chat: str
    message: str
    title: str
    role: str
    excerpt: str
    marks: list[tuple[int, int]]
    created: float

    @classmethod
    def of(cls, hit: Hit) -> Self:
        return cls(
            chat=hit.chat,
            message=hit.message,
            title=hit.title,
            role=hit.role,
            excerpt=hit.excerpt,
            marks=list(hit.marks),
            created=hit.created,
        )


class Hits(Noun):
    hits: list[HitNoun]


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
    """`window` in tokens, null while nobody has had to know. `problem`: why nothing can be answered."""

    version: str
    model: str
    licence: str
    languages: str
    note: str
    window: int | None
    network: str
    problem: str


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


def _read(kind: Any, facts: object) -> Any:
    """Return stored facts as a noun, or None where another program wrote something else there."""
    if not isinstance(facts, dict):
        return None
    names = kind.model_fields
    try:
        return kind.model_validate({name: facts[name] for name in names if name in facts}, strict=False)
    except ValidationError:
        return None
