"""The guards of a turn: before a model is asked, and around what it writes, which watching.py follows.

Knows in which order they are heard and what becomes of their verdicts; what each looks for is its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from sottovoce.chat import modelless
from sottovoce.chat.newest import newest
from sottovoce.chat.writing import Answer
from sottovoce.core.errors import StoreProblem
from sottovoce.core.events import Asked, Event, Notice, Text, Whole
from sottovoce.core.messages import OWNER, Role
from sottovoce.store import attachments, chats
from sottovoce.store.attachments import Attachment
from sottovoce.store.rows import Chat, StoredMessage

if TYPE_CHECKING:
    from sottovoce.chat.question import Question
    from sottovoce.chat.turn import Parts


@dataclass(frozen=True, slots=True)
class Said:
    """A question as guards see it. `earlier` are the questions before it in its branch, oldest first.

    `beside` are those of them that are answered with it: see newest.py. `attached` are the texts that were
    given along with any of these. `instructions` are what the model is told for the whole chat.

    `is_shaped`: the answer must follow a schema, so only what may not be answered at all is answered instead.
    `has_attached`: texts stand before it. `begun`: what there is of a cut answer that is gone on with.
    `now`: seconds since 1970. `message` is the question's id in its `chat`, "" where it has none. `is_kept`:
    the chat is no temporary one. `tools`: whether exact tools answer in it; None: as in others.
    """

    text: str
    model: str
    now: float
    owner: str = OWNER
    chat: str = ""
    message: str = ""
    is_kept: bool = True
    earlier: tuple[str, ...] = ()
    shelves: tuple[str, ...] = ()
    is_shaped: bool = False
    has_attached: bool = False
    begun: str = ""
    instructions: str = ""
    beside: tuple[str, ...] = ()
    attached: tuple[Attachment, ...] = ()
    tools: bool | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """What is answered in the model's place. `facts` are kept with the answer, `events` told before it.

    With `quotes`, what the shelves that are asked say themselves stands behind it, and these words between.
    """

    reason: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    quotes: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says: nothing, a notice beside the answer, or an answer of its own."""

    instead: Instead | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """An answer ends here, though its model would go on. `instead` takes the place of all its text.

    `is_cut`: it is the beginning of that text, the model's own words, which judges have yet to hear.
    From a judge, who speaks when it has ended: no `reason` leaves it as it is, with a notice.
    """

    reason: str
    notice: Notice
    instead: str | None = None
    is_cut: bool = False


Judge = Callable[[Said, str], Awaitable[Stop | None]]
"""Looks at a whole answer when it is written, and may take its time."""


async def nothing_first(said: Said) -> str:
    """Say nothing."""
    return ""


class Check(Protocol):
    """Looks at a question before any model or shelf does."""

    async def __call__(self, said: Said) -> Verdict: ...


class Watch(Protocol):
    """Looks at one answer as it is written. It may hold text back until it knows more."""

    def feed(self, text: str) -> str | Stop:
        """Return what may be shown by now, or that the answer ends."""
        ...

    def end(self) -> str | Stop:
        """Return what was held back: the model is done."""
        ...


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands around a model. The first check that has an answer wins; `watches` make a Watch each.

    `listeners` make those over what a model thinks aloud. `judges` hear the whole answer at its end, when it
    has been shown; the first that objects wins. `first` says what must be told though nothing can be
    kept, "" for nothing.
    """

    checks: tuple[Check, ...] = ()
    watches: tuple[Callable[[Said], Watch | None], ...] = ()
    judges: tuple[Judge, ...] = ()
    listeners: tuple[Callable[[Said], Watch | None], ...] = ()
    first: Callable[[Said], Awaitable[str]] = nothing_first

    def __bool__(self) -> bool:
        return bool(self.checks or self.watches or self.judges or self.listeners)

    async def judged(self, said: Said, text: str) -> Stop | None:
        """Return what is objected to a whole answer."""
        for judge in self.judges:
            stop = await judge(said, text)
            if stop is not None:
                return stop
        return None


UNGUARDED = Guards()


async def said(parts: Parts, question: Question, asked: Asked, shelves: Sequence[str]) -> Said:
    """Return the question of a turn, as guards see it."""

    def work(conn: sqlite3.Connection) -> tuple[Chat, list[StoredMessage], list[StoredMessage]]:
        branch = chats.branch(conn, parts.owner, asked.chat, asked.question)
        answered = [branch[at] for at in newest(branch)]
        given = attachments.of(conn, parts.owner, [message.id for message in answered])
        named = [replace(message, attached=given.get(message.id, ())) for message in answered]
        return chats.get(conn, parts.owner, asked.chat), branch, named

    chat, branch, answered = await parts.database.read(work)
    questions = tuple(message.text for message in branch if message.role is Role.USER)
    return Said(
        questions[-1],
        parts.model,
        parts.clock(),
        parts.owner,
        asked.chat,
        asked.question,
        not parts.is_temporary,
        questions[:-1],
        tuple(shelves),
        question.sampling.schema is not None,
        bool(answered[-1].attached),
        instructions=chat.system,
        beside=tuple(message.text for message in answered[:-1]),
        attached=tuple(one for message in answered for one in message.attached),
        tools=chat.settings.tools,
    )


async def before(guards: Guards, said: Said) -> Verdict:
    """Ask every check in turn, up to the first that answers itself."""
    notices: tuple[Notice, ...] = ()
    for check in guards.checks:
        verdict = await check(said)
        notices += verdict.notices
        if verdict.instead is not None:
            return Verdict(verdict.instead, notices)
    return Verdict(None, notices)


async def answered(
    asked: Asked, instead: Instead, answer: Answer, began: float
) -> AsyncGenerator[Event, None]:
    """Yield the events of an answer that a check gives, its text before the disk is asked to keep it."""
    answer.facts |= instead.facts
    for event in (*instead.events, Text(instead.text)):
        yield event
    _, done = await modelless.finish(asked, answer, instead.text, instead.reason, began)
    yield done


async def unkept(parts: Parts, question: Question, problem: StoreProblem) -> None:
    """Put before a problem what must be told of a question that could not be kept."""
    texts = tuple(one for one in question.attached if isinstance(one, Attachment))
    asked = Said(question.text, parts.model, parts.clock(), parts.owner, attached=texts)
    problem.first = await parts.guards.first(asked)


def stopped(answer: Answer, stop: Stop) -> tuple[Notice | Whole | Text, ...]:
    """End an answer before its model does, or put another in its place; return what is told of it."""
    answer.note(stop.notice)
    if stop.instead is None:
        return (stop.notice,)
    is_seen = answer.text + answer.reasoning != ""
    answer.replace(stop.instead, is_part=stop.is_cut)
    if answer.is_replaced:
        answer.facts["reason"] = stop.reason
    whole = Whole(answer.text, answer.reasoning, answer.facts.get("thought"))
    return stop.notice, whole if is_seen else Text(answer.text)  # nothing stands there to be replaced
