"""Where one question goes: here, or elsewhere once the person agrees; and the reason, before it is answered.

Sends nothing, and asks nobody: whoever calls shows what would leave, and hears what the person says.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sottovoce.chat import shelved, view
from sottovoce.chat.elsewhere import choosing, consent
from sottovoce.chat.elsewhere.posing import pose
from sottovoce.chat.elsewhere.preview import There, permitted
from sottovoce.chat.question import Question
from sottovoce.chat.turn import Parts
from sottovoce.core.account import account
from sottovoce.core.errors import BadText, BadUpstream, NotFound, TooLarge, TooLong, Unsupported
from sottovoce.core.events import Notice
from sottovoce.core.messages import Message
from sottovoce.core.paths import Home
from sottovoce.core.sampling import laid_over
from sottovoce.core.settings import Settings
from sottovoce.hybrid import budget, upstreams
from sottovoce.hybrid.routing import doubt, rules_file, telling
from sottovoce.hybrid.routing.battery import charge
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.hybrid.routing.deciding import By, Settled, settled
from sottovoce.hybrid.routing.rules import Situation
from sottovoce.hybrid.routing.rules_file import NOTHING_HELD, Held
from sottovoce.net.address import Where
from sottovoce.net.policy import Purpose, Verdict, decide
from sottovoce.store import chats
from sottovoce.store.rows import Chat, StoredMessage

UNFIT = (TooLong, TooLarge, Unsupported)
"""What may keep one question from being asked elsewhere, and is no fault of anybody's."""

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Router:
    """What a home decides by. `there` opens a model elsewhere; `battery` tells percent, `now` seconds."""

    parts: Parts
    home: Home
    standing: Callable[[], Settings]
    there: Callable[[str], There]
    battery: Callable[[], int | None] = charge
    now: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class Way:
    """Where a question goes that is written down by now; `again` has it answered here.

    `there` with a `reason`: the person is asked before anything is answered, unless consent `stands`.
    `there` without one: it is answered here, and from a doubt of `limit` on the person is asked then.
    `notice` stands beside the answer here.
    """

    chat: str
    question: str
    again: Question
    route: Route = Route.HERE
    there: There | None = None
    reason: str = ""
    stands: bool = False
    limit: float = 1.0
    notice: Notice | None = None

    @property
    def looks(self) -> bool:
        """Return whether the answer here is to be looked at."""
        return self.there is not None and not self.reason


async def way(
    router: Router, question: Question, said: Choice | None = None, *, begins: Choice | None = None
) -> Way | None:
    """Return where a new question goes, and write it down; None: here as always, and nothing is written.

    `said` is for this answer alone, `begins` for the chat that the question begins.
    Raises Offline where a model elsewhere was asked for in so many words and nothing may leave; NotFound,
    BadUpstream and BadValue where there is none of that name; and what `pose` raises.
    """
    parts, held, now = router.parts, rules_file.held(router.home), router.standing()
    usual = Choice(Route(now.route), now.route_to)
    stands, chosen = None, begins
    if question.chat is not None:
        known = await _known(parts, question.chat)
        if known is None:
            return None  # whoever asks in it is told that it is gone
        stands = await consent.standing(parts, router.home, known)
        chosen = await choosing.chosen(parts, known, stands)
    wish = said or chosen or usual
    is_plain = wish.route is Route.HERE and held == NOTHING_HELD
    if question.sampling.schema is not None or (is_plain and begins is None):
        return None
    if said is not None or (chosen is not None and chosen.route is Route.THERE):
        _require(router, wish)
    chat, asked = await pose(parts, question)
    if begins is not None:
        await choosing.choose(parts, chat, begins)
    again = replace(question, chat=chat, again=asked, text="", attached=(), system=None)
    found, told = await _told(parts, chat, asked)
    leaves = view.whole(found, told)
    situation = _situation(router, question, leaves, held, wish, await _shelves(parts, again))
    decided = settled(said, chosen, usual, held, situation)
    stays = Way(chat, asked, again)
    if decided.choice.route is Route.HERE:
        return replace(stays, notice=_why_here(decided, wish))
    there = _open(router, decided)
    if not isinstance(there, There):
        return replace(stays, notice=there)
    limit = held.rules.doubt if held.rules.doubt is not None else doubt.ours().limit
    reason = await _reason(router, decided, situation, found, told, again)
    return replace(
        stays,
        route=decided.choice.route,
        there=there,
        reason=reason,
        stands=stands == there.upstream,
        limit=limit,
    )


async def chosen_for(router: Router, chat: str) -> Choice | None:
    """Return what was chosen for a chat, by its whole id. Raises what `consent.standing` raises."""
    stands = await consent.standing(router.parts, router.home, chat)
    return await choosing.chosen(router.parts, chat, stands)


async def _known(parts: Parts, chat: str) -> str | None:
    """Return the whole id of a chat; None where there is none."""
    try:
        return (await parts.database.read(lambda conn: chats.get(conn, parts.owner, chat))).id
    except NotFound:
        return None


def _require(router: Router, choice: Choice) -> None:
    """Raise where what was asked for in so many words cannot be, before anything is written."""
    if choice.route is Route.THERE:
        permitted(router.there(named(router, choice.to)))
    elif choice.route is Route.ASK and choice.to:
        upstreams.get(choice.to, router.home)


def named(router: Router, name: str) -> str:
    """Return which model elsewhere is meant. Raises NotFound where none is known, or it is not said which."""
    usual = name or router.standing().route_to
    if usual:
        return usual
    names = [one.name for one in upstreams.listed(router.home)]
    if not names:
        raise NotFound("No model elsewhere is known.", hint="sotto upstreams add NAME --url URL --model M")
    if len(names) > 1:
        raise NotFound(
            f"Which one? Known are {', '.join(names)}.", hint=f"sotto settings set route_to {names[0]}"
        )
    return names[0]


def meant(router: Router, choice: Choice) -> Choice:
    """Return a choice with the model elsewhere named that it means. Raises NotFound, BadUpstream."""
    if choice.route is Route.HERE:
        return choice
    return Choice(choice.route, upstreams.get(named(router, choice.to), router.home).name)


def _open(router: Router, decided: Settled) -> There | Notice | None:
    """Return the model elsewhere that is meant, or why the question stays here where that is news."""
    asks = decided.choice.route is Route.ASK
    if decide(router.standing().network, Purpose.ANSWER, explicit=False) is Verdict.REFUSE:
        return None if asks else telling.kept("nothing may leave this machine")
    try:
        return router.there(named(router, decided.choice.to))
    except (NotFound, BadUpstream, BadText) as problem:
        if decided.by is By.ANSWER:
            raise
        return None if asks and isinstance(problem, NotFound) else telling.unable(problem)


def _why_here(decided: Settled, wish: Choice) -> Notice | None:
    if decided.wrong is not None:
        return telling.unused(decided.wrong)
    if decided.by is By.RULE and wish.route is not Route.HERE:
        return telling.kept(telling.chosen(decided))
    return None


async def _told(parts: Parts, chat: str, asked: str) -> tuple[Chat, list[StoredMessage]]:
    def work(conn: sqlite3.Connection) -> tuple[Chat, list[StoredMessage]]:
        branch = chats.branch(conn, parts.owner, chat, asked)
        return chats.get(conn, parts.owner, chat), view.as_told(conn, parts.owner, branch)

    return await parts.database.read(work)


async def _shelves(parts: Parts, question: Question) -> frozenset[str]:
    return frozenset(name.casefold() for name in (await shelved.asks(parts, question)).names)


def _situation(
    router: Router,
    question: Question,
    leaves: list[Message],
    held: Held,
    wish: Choice,
    shelves: frozenset[str],
) -> Situation:
    """Return what rules are held against: all that would leave, the chat before the question as well."""
    clock = time.localtime(router.now())
    asks = [rule for rule in held.rules.rules if rule.battery_below is not None]
    return Situation(
        "\n\n".join(one.text for one in leaves),
        shelves,
        frozenset(name.casefold() for name in (router.parts.owner, account())),
        _costs(router, question, leaves),
        router.battery() if asks else None,
        clock.tm_hour * 60 + clock.tm_min,
        wish.to or router.standing().route_to or _only(router),
    )


def _only(router: Router) -> str:
    names = [one.name for one in upstreams.listed(router.home)]
    return names[0] if len(names) == 1 else ""


def _costs(router: Router, question: Question, messages: list[Message]) -> Mapping[str, Decimal | None]:
    found: dict[str, Decimal | None] = {}
    for one in upstreams.listed(router.home):
        longest = min(question.sampling.max_tokens or one.longest, one.longest)
        micro = budget.most(one, messages, longest, 0).micro
        is_known = one.price is not None or one.where is Where.INSIDE
        found[one.name] = Decimal(micro) / MILLION if is_known else None
    return found


async def _reason(
    router: Router,
    decided: Settled,
    situation: Situation,
    chat: Chat,
    told: list[StoredMessage],
    again: Question,
) -> str:
    """Return why it should be asked elsewhere before anything is answered; "" where nothing says so yet."""
    rule = decided.rule
    if rule is not None and rule.battery_below is not None and situation.battery is not None:
        return telling.low(situation.battery)
    if decided.choice.route is Route.THERE or (rule is not None and rule.is_of_what_is_asked):
        return telling.chosen(decided)
    tokens = await _beyond(router.parts, chat, told, again)
    return telling.too_long(tokens) if tokens else ""


async def _beyond(parts: Parts, chat: Chat, told: list[StoredMessage], again: Question) -> int:
    """Return how many tokens a chat has that does not fit here; 0 for one that does."""
    engine = parts.engine
    facts = await engine.ready()
    drawn = laid_over(laid_over(parts.defaults, chat.settings.sampling()), again.sampling)
    try:
        seen = await view.fitted(engine, facts, chat, told, begun="", max_tokens=drawn.max_tokens)
        is_whole = seen.left_out == 0 and await engine.count(seen.messages) < facts.window
    except TooLong:
        is_whole = False
    return 0 if is_whole else await engine.count(view.whole(chat, told))
