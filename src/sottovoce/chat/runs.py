"""Turns that outlive their reader: started once, followed by any number of pages from any event on.

A run is named by the id of the answer it writes, and its events are numbered from 1. They are kept while
it runs and a few minutes longer; who comes later is told what the disk has of the answer. Knows nothing
of HTTP.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from sottovoce.chat import turn
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts
from sottovoce.core.errors import BadInput, Busy, EngineFailed, NotFound, SottoError, Stopping
from sottovoce.core.events import Asked, Done, Event, Failed, Timings, Usage, Whole
from sottovoce.core.feed import Feed
from sottovoce.core.grounds import read_cited
from sottovoce.core.messages import State
from sottovoce.engine.pieces import KINDS
from sottovoce.store import shown
from sottovoce.store.rows import StoredMessage

log = logging.getLogger(__name__)

T = TypeVar("T")

KEPT_SECONDS = 300.0
MOST_KEPT = 64
"""Ended runs that are remembered, the newest; each is at most as large as its answer."""
MOST_RUNNING = 64


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody stopped the answer; what was written is kept."""


RunEvent = Event | Stopped
Ask = Callable[[Parts, Question], AsyncGenerator[Event, None]]


@dataclass(frozen=True, slots=True)
class Numbered:
    number: int
    event: RunEvent


@dataclass(slots=True, eq=False)
class Run(Feed[RunEvent]):
    """One answer being written, or just ended."""

    owner: str
    question: Question
    cut: SottoError | None = None
    """Why the program itself cut it off; None where a person stopped it."""
    task: asyncio.Task[None] | None = None
    fading: asyncio.TimerHandle | None = None
    """What drops it once it has been kept for long enough."""
    begun: asyncio.Future[Asked] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def asked(self) -> Asked:
        return self.begun.result()

    @property
    def chat(self) -> str | None:
        """Return the chat it writes in; None while the one that it begins has no name yet."""
        return self.asked.chat if self.begun.done() else self.question.chat

    def answers(self, question: str | None) -> bool:
        """Return whether this is an answer to that question."""
        own = self.asked.question if self.begun.done() else self.question.again
        return question is not None and question == own


def heard_by_nobody(event: RunEvent) -> None:
    """For a run whose events only its readers want."""


def noted_by_nobody(owner: str, chat: str) -> None:
    """Do nothing."""


class Runs:
    """All runs of one program. `parts` are those of its turns; each run has its own owner."""

    def __init__(self, parts: Parts, kept_seconds: float = KEPT_SECONDS) -> None:
        self._parts = parts
        self._kept_seconds = kept_seconds
        self.changed: Callable[[str, str], None] = noted_by_nobody
        """Hears of owner and chat when an answer has begun there, and when it has ended."""
        self._runs: dict[str, Run] = {}
        self._unnamed: set[Run] = set()
        self._closed = False

    async def start(
        self,
        owner: str,
        question: Question,
        told: Callable[[RunEvent], None] = heard_by_nobody,
        parts: Parts | None = None,
        ask: Ask = turn.ask,
    ) -> Asked:
        """Ask, and return once the question is on the disk; `told` hears every event.

        `parts` take the place of the usual ones: another model answers this turn. `ask` yields its events
        where no model of this machine does. The turn goes on whatever becomes of the caller.
        Raises BadInput, StoreProblem, Busy or Stopping, and then nothing is saved; NotFound where the chat
        is deleted meanwhile; and what else `ask` raises before the question is on the disk.
        """
        self.check(owner, question)
        run = Run(owner, question)
        self._unnamed.add(run)
        events = ask(replace(parts or self._parts, owner=owner), question)
        run.task = asyncio.create_task(self._carry_out(run, events, told))
        return await asyncio.shield(run.begun)

    async def follow(
        self, owner: str, chat: str, run_id: str, after: int = 0
    ) -> AsyncGenerator[Numbered, None]:
        """Yield the events after the given one, to the end. Raises NotFound."""
        stored = await self._stored(owner, chat, run_id)
        run = self._runs.get(run_id)
        if run is None:
            for number, event in enumerate(_told_from_disk(stored), after + 1):
                yield Numbered(number, event)
            return
        async with aclosing(run.follow(after)) as events:
            async for number, event in events:
                yield Numbered(number, event)

    async def left(self, owner: str, chat: str, run_id: str, after: int) -> bool:
        """Return whether there is, or may yet be, anything after that event. Raises NotFound."""
        await self._stored(owner, chat, run_id)
        run = self._runs.get(run_id)
        return run is None or run.left(after)

    async def stop(self, owner: str, chat: str, run_id: str) -> None:
        """Stop a run; on return its answer is kept and its slot free. One that has ended stays as it is.

        Raises NotFound.
        """
        await self._stored(owner, chat, run_id)
        run = self._runs.get(run_id)
        if run is not None:
            await self._cut(run)

    async def forget(self, owner: str, chat: str | None = None) -> None:
        """Stop what is written in a chat or in all, and remember nothing of it: it is about to be deleted."""
        await asyncio.gather(*(self._cut(run) for run in self._writing(owner, chat)))
        for run in list(self._runs.values()):
            if run.owner == owner and chat in (None, run.asked.chat):
                self._drop(run)

    def forget_answers(self, answers: Iterable[str]) -> None:
        """Remember nothing of answers that have been deleted, each by its id."""
        for run in [self._runs[answer] for answer in answers if answer in self._runs]:
            self._drop(run)

    def running(self, owner: str, chat: str | None = None) -> list[Asked]:
        """Return what is being written for this owner, in one chat or in all, the oldest first."""
        runs = [run for run in self._runs.values() if run.owner == owner and not run.ended]
        return [run.asked for run in runs if chat in (None, run.asked.chat)]

    def is_answering(self, owner: str, chat: str) -> bool:
        """Return whether anything is asked or written in a chat, be it not on the disk yet."""
        return bool(self._writing(owner, chat))

    async def close(self) -> None:
        """Cut off what is running, keeping what was written, and tell its readers that we stop."""
        self._closed = True
        reason = _stopping()
        going = [run for run in (*self._unnamed, *self._runs.values()) if not run.ended]
        await asyncio.gather(*(self._cut(run, reason) for run in going))

    def check(self, owner: str, question: Question) -> None:
        """Raise what keeps a question from being asked now. Answers to the same one go side by side.

        Raises BadInput, Busy or Stopping.
        """
        if self._closed:
            raise _stopping()
        others = [] if question.chat is None else self._writing(owner, question.chat)
        if not all(run.answers(question.again) for run in others):
            raise BadInput(
                "An answer is being written in this chat.",
                hint="Wait for its end, or stop it; other chats can be asked meanwhile",
                field="chat",
            )
        running = len(self._unnamed) + sum(not run.ended for run in self._runs.values())
        if running >= MOST_RUNNING:
            raise Busy(
                f"{running} answers are being written already.",
                hint="Wait until one of them has ended, or stop one",
                retry_after=10,
            )

    # ── one run ───────────────────────────────────────────────────────────────────────────────────

    def _writing(self, owner: str, chat: str | None) -> list[Run]:
        """Return what is being written in a chat, or in all."""
        begun = [run for run in self._runs.values() if not run.ended]
        own = [run for run in (*self._unnamed, *begun) if run.owner == owner]
        return [run for run in own if chat in (None, run.chat)]

    async def _carry_out(
        self, run: Run, turned: AsyncGenerator[Event, None], told: Callable[[RunEvent], None]
    ) -> None:
        """Run the turn to its end. A task's edge: whatever happens, readers are told and let go."""

        def tell(event: RunEvent) -> None:
            run.tell(event)
            told(event)

        try:
            async with aclosing(turned) as events:
                async for event in events:
                    if isinstance(event, Asked):
                        self._name(run, event)
                    tell(event)
        except asyncio.CancelledError:
            # Swallowed: only `_cut` cancels this task, and waits for it.
            if run.begun.done():
                tell(Stopped() if run.cut is None else Failed(run.cut))
            else:
                run.begun.set_exception(run.cut or _deleted())
        except SottoError as problem:
            self._broken(run, problem, tell)
        except Exception:
            log.exception("A turn failed unforeseen")
            self._broken(run, _unforeseen(), tell)
        finally:
            self._ended(run)

    def _name(self, run: Run, asked: Asked) -> None:
        self._unnamed.discard(run)
        before = self._runs.get(asked.answer)
        if before is not None:  # which this one goes on with: who follows that one, follows this
            run.begin_after(before.last)
        self._runs[asked.answer] = run
        run.begun.set_result(asked)
        self.changed(run.owner, asked.chat)

    def _broken(self, run: Run, problem: SottoError, tell: Callable[[RunEvent], None]) -> None:
        if run.begun.done():
            tell(Failed(problem))
        else:
            run.begun.set_exception(problem)

    def _ended(self, run: Run) -> None:
        run.end()
        self._unnamed.discard(run)
        if run.begun.exception() is not None:
            return
        self.changed(run.owner, run.asked.chat)
        run.fading = asyncio.get_running_loop().call_later(self._kept_seconds, self._drop, run)
        ended = [other for other in self._runs.values() if other.ended]
        for old in ended[:-MOST_KEPT]:
            self._drop(old)

    def _drop(self, run: Run) -> None:
        if run.fading is not None:
            run.fading.cancel()  # else it would hold the run until then
        if self._runs.get(run.asked.answer) is run:  # another may go on with its answer
            del self._runs[run.asked.answer]

    async def _cut(self, run: Run, reason: SottoError | None = None) -> None:
        if run.task is None or run.ended:
            return
        if not run.task.cancelling():  # once only: a second time would cut off the keeping of the answer
            run.cut = reason
            run.task.cancel()
        await asyncio.wait({run.task})

    async def _stored(self, owner: str, chat: str, run_id: str) -> StoredMessage:
        """Return the answer on the disk: whose it is, and whether it still exists, is decided there."""
        return await self._parts.database.read(lambda conn: shown.answer(conn, owner, chat, run_id))


# ── from the disk ─────────────────────────────────────────────────────────────────────────────────


def _told_from_disk(answer: StoredMessage) -> list[RunEvent]:
    """Return the events that tell the whole of a stored answer. Pure."""
    return [Whole(answer.text, answer.reasoning, _thought(answer)), _end_of(answer)]


def _end_of(answer: StoredMessage) -> RunEvent:
    facts = answer.facts
    match answer.state:
        case State.COMPLETE:
            return Done(
                chat=answer.chat,
                answer=answer.id,
                text=answer.text,
                reason=str(facts.get("reason", "stop")),
                model=answer.model,
                digest=answer.digest,
                usage=_counted(Usage, facts.get("usage")),
                timings=_counted(Timings, facts.get("timings")),
                reasoning=answer.reasoning,
                thought=_thought(answer),
                cited=read_cited(facts),
            )
        case State.STOPPED:
            return Stopped()
        case State.WRITING:
            return Failed(
                EngineFailed(
                    "Another program is writing this answer.", hint="Open the chat again when it has ended"
                )
            )
        case State.INTERRUPTED | State.FAILED:
            return Failed(_met(facts.get("error")))


def _thought(answer: StoredMessage) -> float | None:
    seconds = answer.facts.get("thought")
    return float(seconds) if isinstance(seconds, int | float) else None


def _met(error: Any) -> SottoError:
    """Return the problem that ended an answer, as far as it was written down."""
    if isinstance(error, dict) and error.get("sentence"):
        kind = KINDS.get(str(error.get("code")), SottoError)
        return kind(str(error["sentence"]), hint="Ask again")
    return EngineFailed("The answer was cut off: the program that wrote it ended.", hint="Ask again")


def _counted(kind: type[T], facts: Any) -> T:
    """Return counts as stored; zeros where they are not, as in an answer from another program."""
    names = [item.name for item in fields(kind)]  # type: ignore[arg-type]
    try:
        return kind(**{name: facts[name] for name in names})
    except (KeyError, TypeError):
        return kind(**dict.fromkeys(names, 0))


def _stopping() -> Stopping:
    return Stopping(
        "The server is stopping; what was written of the answer is kept.",
        hint="Ask again once it is back",
        retry_after=10,
    )


def _deleted() -> NotFound:
    return NotFound("The chat was deleted while this was asked in it.", hint="Ask it in another chat")


def _unforeseen() -> EngineFailed:
    return EngineFailed(
        "Something went wrong that Sottovoce did not expect.", hint="Ask again; the server's log says more"
    )
