"""One turn of a chat: the question is saved, the answer streams, what was written is kept.

The one path that the terminal, `sotto ask`, the Python API and the server share. Knows neither
terminals nor HTTP, and nothing of how an engine works.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sottovoce.chat import attached, prompt, reasoning, schema
from sottovoce.chat.titles import title_of
from sottovoce.chat.waking import awake
from sottovoce.core import chat_settings
from sottovoce.core.chat_settings import UNSET, ChatSettings
from sottovoce.core.errors import BadValue, EngineFailed, SottoError
from sottovoce.core.events import Asked, Done, Event, Failed, Finished, Notice, Reasoning, Text, Whole
from sottovoce.core.messages import MADE, MADE_HERE, OWNER, Conversation, Message, Role, State
from sottovoce.core.sampling import Sampling, checked, laid_over
from sottovoce.engine.held import held
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.store import attachments, chats, going_on
from sottovoce.store.attachments import Attachment, Kept, name_of
from sottovoce.store.chats import Chat, StoredMessage
from sottovoce.store.db import Database

ROOT = ""
"""As a question's parent: before the first message of the chat."""

WRITE_SECONDS = 0.25
WRITE_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and where in which chat.

    No chat starts one. `parent` continues after that message instead of where the reader is; to edit a
    question, ask with the parent of the old one (ROOT for the first). `again` names a question to be
    answered once more, with what is attached to it, `go_on` the cut answer to be gone on with; `text` and
    `attached` are then ignored, and with `beside` the reader stays at the answer they are at. With something
    attached, the text may be empty. `settings` are those of the chat that it starts.

    What `sampling` says wins over the chat's settings, and these over the program's.
    """

    text: str = ""
    chat: str | None = None
    parent: str | None = None
    again: str | None = None
    system: str | None = None
    sampling: Sampling = field(default_factory=Sampling)
    attached: tuple[Attachment | Kept, ...] = ()
    beside: bool = False
    settings: ChatSettings = UNSET
    go_on: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a turn is made with. `defaults` fill in where neither the question nor its chat says anything."""

    database: Database
    engine: Engine
    model: str
    owner: str = OWNER
    system: str = ""
    defaults: Sampling = field(default_factory=Sampling)
    clock: Callable[[], float] = time.time


async def ask(parts: Parts, question: Question) -> AsyncGenerator[Event, None]:
    """Ask, and yield what comes: see core.events for the order.

    Raises BadInput before anything is saved; after `Asked`, problems come as `Failed`. Closing the
    generator, or cancelling its task, stops the answer.
    """
    question = _checked(parts, question)
    asked, begun = await _saved(parts, question)
    answer = _Answer(parts, asked.answer, begun)
    try:
        yield asked
        if answer.text:
            yield Whole(answer.text, answer.reasoning, answer.facts.get("thought"))
        with held(parts.engine) as engine:
            holding = replace(parts, engine=engine)
            async with contextlib.aclosing(_answered(holding, question, asked, answer)) as events:
                async for event in events:
                    yield event
    except SottoError as problem:
        await answer.fail(problem)
        yield Failed(problem)
    finally:
        await answer.settle()


async def _saved(parts: Parts, question: Question) -> tuple[Asked, StoredMessage | None]:
    """Save the question; return it, and the answer to go on with, as it was.

    Cancelled meanwhile, the answer that will never come is marked as stopped.
    """
    saving = asyncio.ensure_future(parts.database.run(lambda conn: _save_question(conn, parts, question)))
    try:
        return await asyncio.shield(saving)
    except asyncio.CancelledError:
        asked, begun = await saving
        await _Answer(parts, asked.answer, begun).finish(State.STOPPED)
        raise


async def _answered(
    parts: Parts, question: Question, asked: Asked, answer: _Answer
) -> AsyncGenerator[Event, None]:
    """Yield the events between `Asked` and the end."""
    async with contextlib.aclosing(awake(parts.engine)) as loading:
        async for waiting in loading:
            yield waiting
    chat, branch = await _told(parts, asked)
    question = replace(question, sampling=_drawn(parts, chat, question))
    facts = await parts.engine.ready()
    view, start = await _view(parts.engine, facts, question, chat, branch, answer.text)
    before = _left_out([*branch, answer.begun] if answer.begun else branch)
    answer.facts |= {"digest": facts.digest, "left_out": start, MADE: facts.address or MADE_HERE}
    notice = await _notice(parts.engine, facts, view, start, before)
    if notice is not None:
        yield notice
    conversation = Conversation(parts.owner, asked.chat)
    finished: Finished | None = None
    sampling = laid_over(Sampling(max_tokens=prompt.room_for_answer(facts.window)), question.sampling)
    if answer.text:
        sampling = replace(sampling, thinking=False)  # that was done before the first word
    if sampling.schema is not None:
        sampling = replace(sampling, schema=schema.for_engine(sampling.schema))
    stream = parts.engine.answer(view, sampling, conversation)
    # What must follow a schema, or goes on with an answer, is all answer.
    is_answer = sampling.schema is not None or answer.text != ""
    told = stream if is_answer else reasoning.told_apart(stream)
    async with contextlib.aclosing(told) as pieces:
        async for piece in pieces:
            if isinstance(piece, Finished):
                finished = piece
                continue
            if isinstance(piece, Text | Reasoning):
                answer.add(piece)
            yield piece
    if finished is None:
        raise EngineFailed("The engine ended the answer without saying why.", hint="Ask again")
    if question.sampling.schema is not None:
        schema.held(answer.text, question.sampling.schema)
    answer.facts |= {
        "reason": finished.reason,
        "usage": asdict(finished.usage),
        "timings": asdict(finished.timings),
        "company": finished.company,
    }
    await answer.finish(State.COMPLETE)
    yield Done(
        chat=asked.chat,
        answer=asked.answer,
        text=answer.text,
        reason=finished.reason,
        model=parts.model,
        digest=facts.digest,
        usage=finished.usage,
        timings=finished.timings,
        reasoning=answer.reasoning,
        thought=answer.facts.get("thought"),
    )


class _Answer:
    """An answer being written: to the disk every 250 ms or 32 pieces, and finished exactly once."""

    def __init__(self, parts: Parts, answer_id: str, begun: StoredMessage | None) -> None:
        self.begun = begun
        self.facts: dict[str, Any] = {}
        self._parts = parts
        self._id = answer_id
        self._pieces: list[str] = []
        self._thoughts: list[str] = []
        # What was thought and led to no word is thought anew, and kept until then.
        if begun is not None and begun.text:
            self._pieces.append(begun.text.rstrip(" "))  # the next word brings its own space
            self._thoughts.append(begun.reasoning)
            self.facts |= _thought_of(begun)
        self._unwritten = 0
        self._written_at = time.monotonic()
        self._writing: asyncio.Future[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def reasoning(self) -> str:
        return self.unchanged.reasoning if self.unchanged else "".join(self._thoughts)

    @property
    def unchanged(self) -> StoredMessage | None:
        """The answer to go on with, while nothing of it is written: it has thoughts at most."""
        return None if self._pieces or self._thoughts else self.begun

    def add(self, piece: Text | Reasoning) -> None:
        if isinstance(piece, Reasoning):
            self._thoughts.append(piece.text)
            self.facts["thought"] = round(piece.seconds, 3)
        else:
            self._pieces.append(piece.text)
        self._unwritten += 1
        now = time.monotonic()
        if self._unwritten < WRITE_TOKENS and now - self._written_at < WRITE_SECONDS:
            return
        if self._writing is not None:
            if not self._writing.done():
                return  # a slow disk must not hold up the words
            self._writing.result()
        text, thoughts = self.text, self.reasoning
        facts = {name: fact for name, fact in self.facts.items() if name != "digest"}
        self._writing = asyncio.ensure_future(
            self._parts.database.run(lambda conn: chats.write(conn, self._id, text, thoughts, facts))
        )
        self._unwritten = 0
        self._written_at = now

    async def fail(self, problem: SottoError) -> None:
        """Keep what came before the problem, and the problem."""
        self.facts["error"] = {"code": problem.code, "sentence": problem.sentence}
        # The store itself may be what failed; the person is told of the first problem.
        with contextlib.suppress(SottoError):
            await self.finish(State.INTERRUPTED if self.text or self.reasoning else State.FAILED)

    async def finish(self, state: State) -> None:
        """Write the end, once, whoever asks for it first; and wholly, even if the asker is cancelled."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(state))
        await asyncio.shield(self._ending)

    async def settle(self) -> None:
        """See that it is ended before anybody goes on. Only a stop leaves an answer open until here."""
        if self._ending is None:
            await self.finish(State.STOPPED)
        else:
            await asyncio.wait({self._ending})

    async def _end(self, state: State) -> None:
        if self._writing is not None:
            with contextlib.suppress(SottoError):  # the write below says the same, if it still holds
                await self._writing
        if self.unchanged:
            self.facts |= _thought_of(self.unchanged)
        digest = self.facts.pop("digest", "")
        await self._parts.database.run(
            lambda conn: chats.finish(
                conn,
                self._id,
                text=self.text,
                reasoning=self.reasoning,
                state=state,
                digest=digest,
                facts=self.facts,
                now=self._parts.clock(),
            )
        )


def _thought_of(message: StoredMessage) -> dict[str, Any]:
    """Return for how long an answer was thought about, as far as that is known."""
    return {name: message.facts[name] for name in ("thought",) if name in message.facts}


def _checked(parts: Parts, question: Question) -> Question:
    """Return the question as it can be asked. Raises BadValue or BadSchema."""
    # A lone half of a character pair has no UTF-8; nothing later could write it down.
    text = question.text.encode("utf-8", "replace").decode()
    given = question.sampling
    is_new = question.again is None and question.go_on is None
    if is_new and not text.strip() and not question.attached:
        raise BadValue("The question is empty.", hint='For example: sotto ask "Why is the sky blue?"')
    if given.schema is not None:
        given = replace(given, schema=schema.checked(given.schema))
        if question.go_on is not None:
            raise BadValue(
                "An answer that follows a schema cannot be gone on with.",
                hint="Have its question answered again, or leave the schema out",
                field="go_on",
            )
    checked(laid_over(parts.defaults, given))
    return replace(question, text=text, sampling=given, settings=chat_settings.checked(question.settings))


def _drawn(parts: Parts, chat: Chat, question: Question) -> Sampling:
    """Return how the answer is drawn: as the question says, else its chat, else the program."""
    return laid_over(laid_over(parts.defaults, chat.settings.sampling()), question.sampling)


def _save_question(
    conn: sqlite3.Connection, parts: Parts, question: Question
) -> tuple[Asked, StoredMessage | None]:
    """Write the question and an empty answer, or open one, in one transaction; return it as it was."""
    now = parts.clock()
    given = attachments.taken(conn, parts.owner, question.attached)
    if question.chat is None:
        system = parts.system if question.system is None else question.system
        chat = chats.start(
            conn, parts.owner, system=system, model=parts.model, now=now, settings=question.settings
        )
        title = title_of(question.text, name_of(given[0].name) if given else "")
        chats.rename(conn, parts.owner, chat.id, title)
    else:
        chat = chats.get(conn, parts.owner, question.chat)
        if question.system is not None:
            chats.set_system(conn, parts.owner, chat.id, question.system)
    writer = parts.database.writer
    if question.go_on is not None:
        cut = going_on.go_on(
            conn, parts.owner, chat.id, question.go_on, model=parts.model, writer=writer, now=now
        )
        return Asked(chat.id, cut.parent or "", cut.id), cut
    if question.again is not None:
        answer = chats.again(
            conn,
            parts.owner,
            chat.id,
            question.again,
            model=parts.model,
            writer=writer,
            now=now,
            beside=question.beside,
        )
        return Asked(chat.id, question.again, answer), None
    parent = chat.leaf if question.parent is None else question.parent or None
    asked, answer = chats.ask(
        conn,
        parts.owner,
        chat.id,
        parent=parent,
        text=question.text,
        model=parts.model,
        writer=writer,
        now=now,
        attached=given,
    )
    return Asked(chat.id, asked, answer), None


async def _told(parts: Parts, asked: Asked) -> tuple[Chat, list[StoredMessage]]:
    """Return the chat, and what is said in it up to the question."""
    return await parts.database.read(
        lambda conn: (
            chats.get(conn, parts.owner, asked.chat),
            _as_told(conn, parts.owner, chats.branch(conn, parts.owner, asked.chat, asked.question)),
        )
    )


async def _view(
    engine: Engine,
    facts: ModelFacts,
    question: Question,
    chat: Chat,
    branch: Sequence[StoredMessage],
    begun: str,
) -> tuple[list[Message], int]:
    """Return the messages that go to the engine, and how many of the oldest exchanges do not.

    `begun` is what there is of the answer; the engine goes on with it.
    """
    system = [Message(Role.SYSTEM, chat.system)] if chat.system else []
    past = _turns(branch)
    newest = [Message(branch[-1].role, branch[-1].text)]
    if begun:
        newest.append(Message(Role.ASSISTANT, begun))
    room = prompt.room_for_prompt(facts.window, question.sampling.max_tokens, chat.settings.context)
    view = _messages(system, past, newest)
    if await engine.count(view) + prompt.OVERHEAD * len(view) <= room:
        return view, 0

    lengths = await engine.weigh([message.text for message in view])
    costs = [prompt.with_overhead(length) for length in lengths]
    fixed = sum(costs[: len(system)])
    pairs, last = costs[len(system) : -len(newest)], costs[-len(newest) :]
    turns = [prompt.Turn(*pair) for pair in zip(pairs[::2], pairs[1::2], strict=True)]
    start = prompt.first_kept(fixed, turns, sum(last), room)
    view = _messages(system, past[start:], newest)
    while start < len(past) and await engine.count(view) > room:
        start += 1
        view = _messages(system, past[start:], newest)
    return view, start


def _left_out(branch: Sequence[StoredMessage]) -> int:
    """Return how many exchanges the last answer did without."""
    last = next((one.facts["left_out"] for one in reversed(branch) if "left_out" in one.facts), 0)
    return last if isinstance(last, int) else 0


async def _notice(
    engine: Engine, facts: ModelFacts, view: list[Message], start: int, before: int
) -> Notice | None:
    """Return what to tell the reader of the exchanges left out, where it is news."""
    if start <= before:
        return None
    # A question that does not fit even alone is refused; what was left out for it is then no news.
    return _cut_notice(start) if await engine.count(view) < facts.window else None


def _as_told(conn: sqlite3.Connection, owner: str, branch: list[StoredMessage]) -> list[StoredMessage]:
    """Return the branch with what is attached to each question in its text, as the model is told it."""
    given = attachments.of(conn, owner, [message.id for message in branch])
    return [
        replace(message, text=attached.told(message.text, given[message.id]))
        if message.id in given
        else message
        for message in branch
    ]


def _turns(branch: Sequence[StoredMessage]) -> list[tuple[StoredMessage, StoredMessage]]:
    """Return the finished question-answer pairs before the last message; empty answers are left out."""
    return [
        (first, second)
        for first, second in itertools.pairwise(branch)
        if first.role is Role.USER and second.role is Role.ASSISTANT and second.text
    ]


def _messages(
    system: list[Message], turns: Sequence[tuple[StoredMessage, StoredMessage]], newest: list[Message]
) -> list[Message]:
    said = [Message(message.role, message.text) for turn in turns for message in turn]
    return [*system, *said, *newest]


def _cut_notice(dropped: int) -> Notice:
    turns = "exchange no longer fits" if dropped == 1 else f"{dropped} exchanges no longer fit"
    return Notice("history_cut", f"The oldest {turns} in the model's window; it does not see them.")
