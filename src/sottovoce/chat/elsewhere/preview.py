"""What would leave for one answer from elsewhere: made for a person to see first, and sent as it was seen.

Sends nothing. Shelves and what is remembered in all chats stay here, unless the shelves are asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sottovoce.chat import view
from sottovoce.chat.elsewhere.hiding import Hiding, Item, hide
from sottovoce.chat.turn import Parts
from sottovoce.core.errors import BadValue, TooLong
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.guard.privacy.asking import Candidate
from sottovoce.guard.privacy.masks import Masks, masks_from_json
from sottovoce.hybrid import asking, budget
from sottovoce.hybrid.dialects.words import Call
from sottovoce.hybrid.means import Means
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.policy import Purpose, Verdict, decide, refusal
from sottovoce.store import chats, hidden
from sottovoce.store.hidden import Hidden
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.spending import Spent


@dataclass(frozen=True, slots=True)
class There:
    """A model elsewhere, and what asking it takes. `words` are the owner's, which never leave."""

    parts: Parts
    means: Means
    upstream: Upstream
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edits:
    """What a person changes of a preview.

    `never` are values of what was found that is not personal, `own` words to hide besides: both hold for the
    chat from then on. `text` is sent instead of the question, this once. `with_shelves`: with the passages
    that were found on shelves.
    """

    never: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    text: str | None = None
    with_shelves: bool = False


NOTHING = Edits()


@dataclass(frozen=True, slots=True)
class Preview:
    """What would leave for one answer, and what it may take.

    `messages` are what is said there, with placeholders; `call` is that as bytes. `most` is the most that it
    can use, `tokens` how many are likely to be read. `left_out` of the oldest exchanges do not fit there.
    """

    chat: str
    question: str
    upstream: Upstream
    messages: tuple[Message, ...]
    call: Call
    sampling: Sampling
    most: Spent
    tokens: int
    items: tuple[Item, ...]
    candidates: tuple[Candidate, ...]
    left_out: int
    edits: Edits
    masks: Masks = field(repr=False)
    before: Hidden = field(repr=False)
    """What was hidden of the chat until now."""

    @property
    def sha256(self) -> str:
        """Of the body: what was seen is what is sent where both have the same one."""
        return hashlib.sha256(self.call.body).hexdigest()

    @property
    def hidden(self) -> Hidden:
        """What is hidden of the chat once this is sent."""
        never = _joined(self.before.never, self.edits.never)
        return replace(
            self.before,
            masks=self.masks.to_json(),
            never=never,
            own=_joined(self.before.own, self.edits.own),
        )


async def preview(
    there: There, chat: str, question: str, edits: Edits = NOTHING, sampling: Sampling | None = None
) -> Preview:
    """Return what would leave for an answer to a stored question, by its whole id.

    Raises Offline where nothing may leave, NotFound, BadValue, TooLarge, TooLong where the question alone
    does not fit there, and Unsupported.
    """
    permitted(there)
    parts, upstream = there.parts, there.upstream

    def work(conn: sqlite3.Connection) -> tuple[Chat, list[StoredMessage], Hidden]:
        found = chats.get(conn, parts.owner, chat)
        branch = chats.branch(conn, parts.owner, found.id, question)
        if branch[-1].role is not Role.USER:
            raise BadValue("Only a question can be asked elsewhere.", hint=chats.MESSAGES_SHOWN)
        if edits.text is not None:
            branch[-1] = replace(branch[-1], text=edits.text)
        told = view.as_told(conn, parts.owner, branch, with_shelves=edits.with_shelves)
        return found, told, hidden.of(conn, parts.owner, found.id)

    found, told, before = await parts.database.read(work)
    drawn = laid_over(laid_over(parts.defaults, found.settings.sampling()), sampling or Sampling())
    whole = view.whole(found, told)
    fitting = _fitting(upstream, whole, found, asking.longest(upstream, drawn))
    hiding = await asyncio.to_thread(_hidden, there, fitting, before, edits)
    messages = tuple(replace(one, text=text) for one, text in zip(fitting, hiding.texts, strict=True))
    return Preview(
        found.id, question, upstream, messages,
        asking.call(upstream, messages, drawn), drawn, asking.most(upstream, messages, drawn),
        budget.likely(messages), hiding.items, hiding.candidates, (len(whole) - len(fitting)) // 2,
        edits, hiding.masks, before,
    )  # fmt: skip


def permitted(there: There) -> None:
    """Raise Offline where nothing may leave, whatever is asked."""
    if decide(there.means.door.setting(), Purpose.ANSWER, explicit=False) is Verdict.REFUSE:
        raise refusal(there.upstream.host, asked=False)


def _hidden(there: There, messages: Sequence[Message], before: Hidden, edits: Edits) -> Hiding:
    try:
        masks = masks_from_json(before.masks) if before.masks is not None else Masks()
    except ValueError as problem:
        raise hidden.damaged() from problem
    own = _joined(there.words, before.own, edits.own)
    return hide([one.text for one in messages], masks, own, {*before.never, *edits.never})


def _fitting(upstream: Upstream, messages: list[Message], chat: Chat, longest: int) -> list[Message]:
    """Return what of a chat fits there; the oldest exchanges give way. Raises TooLong."""
    room = min(upstream.window - longest, chat.settings.context or upstream.window)
    head = messages[:1] if messages[0].role is Role.SYSTEM else []
    rest = messages[len(head) :]
    while len(rest) > 1 and budget.likely([*head, *rest]) > room:
        rest = rest[2:]
    likely = budget.likely([*head, rest[-1]])
    if likely > upstream.window - longest:
        raise TooLong(
            f"The question is about {likely:,} tokens long; {upstream.name} reads {upstream.window:,}, "
            f"with an answer of {longest:,}.",
            hint="Shorten it or attach less",
        )
    return [*head, *rest]


def _joined(*lists: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in lists for word in words if word.strip()))
