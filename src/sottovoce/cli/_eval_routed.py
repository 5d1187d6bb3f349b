"""How a set fares where doubtful answers come from elsewhere: asked here and there, and told in a table."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sottovoce.app import App
    from sottovoce.chat.elsewhere.preview import There
    from sottovoce.cli._examining import Examined
    from sottovoce.cli._given import Given
    from sottovoce.evals.items import Item
    from sottovoce.evals.routed import Routed
    from sottovoce.evals.run import Answered
    from sottovoce.evals.score import Tally
    from sottovoce.store.evaluations import Said


async def examined(
    given: Given, found: Examined, items: Sequence[Item], name: str | None, *, again: bool, yes: bool
) -> tuple[Routed, list[Answered]]:
    """Ask here, and there where `name` says who; return what comes of both, and what was answered there.

    Raises Refused where nobody says that the questions may be sent.
    """
    from sottovoce.cli._examining import examine
    from sottovoce.evals import routed
    from sottovoce.hybrid.routing import doubt, rules_file, signals

    async with given.open_app() as app:
        there = None if name is None else app.there(name)
        if there is not None:
            _ask_person(given, there, items, yes=yes)
        await examine(given, app, found, items, again=again)
        far = [] if there is None else await _answers(given, app, there, items, again=again)
        limit = rules_file.held(app.home).rules.doubt
    passed = {one.item.id: one.passed for one in far}
    both = []
    for one in found.answers:
        seen = signals.from_json(one.said.signals)
        # What no model wrote a word of did not fit here.
        doubted = 1.0 if seen is None else doubt.doubt(seen)
        both.append(routed.Both(one.passed, doubted, passed.get(one.item.id)))
    return routed.routed(both, doubt.ours().limit if limit is None else limit), far


def _ask_person(given: Given, there: There, items: Sequence[Item], *, yes: bool) -> None:
    from sottovoce.chat.elsewhere.preview import permitted
    from sottovoce.chat.examined_there import drawn
    from sottovoce.cli._upstreams import at_most, require_yes
    from sottovoce.core.messages import Message, Role
    from sottovoce.hybrid import asking
    from sottovoce.store.spending import NOTHING, Spent

    permitted(there)
    upstream, most = there.upstream, NOTHING
    for item in items:
        one = asking.most(upstream, [Message(Role.USER, item.asked)], drawn(item.max_tokens))
        most = Spent(most.micro + one.micro, most.tokens + one.tokens, most.bytes + one.bytes)
    cost = at_most(upstream, most)
    question = f"Send {len(items)} questions of the set to {upstream.host}?{cost}"
    require_yes(given, upstream, question, yes=yes, hint="With --yes-send, the command says yes itself")


async def _answers(
    given: Given, app: App, there: There, items: Sequence[Item], *, again: bool
) -> list[Answered]:
    """Return what the model elsewhere answers: as it was kept, or asked now and kept at once."""
    from sottovoce.chat.examined_there import asker, key
    from sottovoce.cli._examining import Progress
    from sottovoce.evals.run import run
    from sottovoce.store import evaluations

    kept_by = (key(there.upstream), "{}")
    if again:
        digests = [item.digest for item in items]
        await app.database.run(lambda conn: evaluations.forget(conn, *kept_by, digests))
    before = await app.database.read(lambda conn: evaluations.kept(conn, *kept_by))

    async def keep(item: Item, said: Said) -> None:
        now = time.time()
        await app.database.run(lambda conn: evaluations.keep(conn, *kept_by, item.digest, said, now))

    answers: list[Answered] = []
    progress = Progress(given, there.upstream.name, len(items))
    async with aclosing(run(items, asker(there), before, keep)) as coming:
        async for answer in coming:
            answers.append(answer)
            progress.told(len(answers), answer)
    given.show.passing("")
    return answers


def show(given: Given, result: Routed, name: str | None) -> None:
    """Print how many stay, and what that costs."""
    say = given.show.words
    rows = [
        _row(say("all, here"), result.here),
        _row(say("kept here"), result.kept_right),
        _row(say("doubtful, here"), result.doubted_right),
    ]
    if result.there is not None and result.routed is not None:
        rows += [_row(say("all, there"), result.there), _row(say("routed"), result.routed)]
    given.show.note("")
    given.show.table(("ANSWERS", "RIGHT", "SHARE", "95 %"), rows, said=(1, 3))
    kept = result.kept
    given.show.note(
        f"\nBelow a doubt of {result.limit:.2f}, {kept.passed} of {kept.of} questions "
        f"({kept.share.value:.0%}) are answered here."
    )
    if result.lost is not None:
        lost = result.lost
        given.show.note(
            f"Against asking {name} everything, {lost.value:+.0%} of the questions are lost by that "
            f"(95 %: {lost.low:+.0%} to {lost.high:+.0%})."
        )
    if result.told is not None:
        told = result.told
        given.show.note(
            f"A wrong answer is doubted more than a right one in {told.value:.0%} of cases "
            f"(95 %: {told.low:.0%} to {told.high:.0%}); 50 % is chance."
        )


def _row(what: str, tally: Tally) -> tuple[str, ...]:
    share = tally.share
    return (
        what, f"{tally.passed} of {tally.of}", f"{share.value:.0%}", f"{share.low:.0%} to {share.high:.0%}",
    )  # fmt: skip


def data(result: Routed, name: str | None) -> dict[str, Any]:
    """Return the same for programs: shares from 0 to 1."""
    from sottovoce.cli.eval import tally_data

    tallies = ("here", "kept", "kept_right", "doubted_right", "there", "routed")
    found = {one: getattr(result, one) for one in tallies}
    shares = {"lost": result.lost, "told": result.told}
    return (
        {"limit": result.limit, "upstream": name}
        | {one: None if tally is None else tally_data(tally) for one, tally in found.items()}
        | {
            one: None if share is None else {part: round(value, 4) for part, value in asdict(share).items()}
            for one, share in shares.items()
        }
    )
