"""One short question to a model elsewhere, to see whether it answers, and as whom."""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING

from sottovoce.core.events import Finished, Notice, Text
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling

if TYPE_CHECKING:
    from sottovoce.cli._given import Given

QUESTION = (Message(Role.USER, "Say hello in one word."),)
DRAWN = Sampling(max_tokens=64)


async def tried(given: Given, name: str, *, yes: bool, as_json: bool) -> None:
    """Ask, once the person has said yes, and print what came of it. Raises Refused, and what asking does."""
    from sottovoce.cli._upstreams import at_most, money_of, require_yes
    from sottovoce.core.settings import read_environment
    from sottovoce.core.standing import StandingSettings
    from sottovoce.hybrid import asking, budget, upstreams
    from sottovoce.hybrid.means import means

    home = given.open_home()
    upstream = upstreams.get(name, home)
    cost = at_most(upstream, asking.most(upstream, QUESTION, DRAWN))
    question = f'Send "{QUESTION[0].text}" to {upstream.host}?{cost}'
    require_yes(given, upstream, question, yes=yes, hint=f"sotto upstreams test {upstream.name} --yes")

    async def said_yes(_question: str) -> bool:
        return True

    text, notices, finished = "", list[Notice](), None
    with closing(given.open_database()) as database:
        ways = means(home, database, StandingSettings(home, read_environment(), {}), said_yes)
        async with aclosing(asking.ask(upstream, QUESTION, DRAWN, ways, explicit=True)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    text += piece.text
                elif isinstance(piece, Notice):
                    notices.append(piece)
                elif isinstance(piece, Finished):
                    finished = piece
    assert finished is not None  # noqa: S101  (what is asked ends with it, or raises)
    used = budget.used(upstream, finished.usage, 0)
    if as_json:
        given.show.data(
            {
                "name": name,
                "answer": text,
                "reason": finished.reason,
                "tokens": {"read": finished.usage.prompt, "written": finished.usage.answer},
                "cost": money_of(used) if upstream.price else None,
                "currency": upstream.currency or None,
                "first_token": round(finished.timings.first_token, 3),
                "total": round(finished.timings.total, 3),
                "notices": {notice.code: notice.text for notice in notices},
            }
        )
        return
    given.show.plain(text.strip())
    for notice in notices:
        given.show.note(notice.text)
    given.show.note(f"\n{name} answered after {finished.timings.first_token:.1f} s.")
    cost = f"{money_of(used)} {upstream.currency}, " if upstream.price else ""
    given.show.note(f"Used: {cost}{used.tokens:,} tokens.")
