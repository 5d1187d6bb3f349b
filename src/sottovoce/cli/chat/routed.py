"""A question in the terminal that may be answered elsewhere: where it goes, once the person agrees."""

from __future__ import annotations

from sottovoce.chat.elsewhere import choosing, looking, preview, routing
from sottovoce.chat.elsewhere.drafting import ask_there
from sottovoce.chat.elsewhere.looking import Look
from sottovoce.chat.elsewhere.preview import Preview, There
from sottovoce.chat.elsewhere.routing import UNFIT, Way
from sottovoce.chat.elsewhere.sending import send
from sottovoce.chat.question import Question
from sottovoce.cli._previewing import Choice, decided
from sottovoce.cli.chat.talk import Talk
from sottovoce.core.events import Notice
from sottovoce.hybrid.routing import telling
from sottovoce.hybrid.routing.choice import Route
from sottovoce.store.waiting import Consent


async def answered(talk: Talk, question: Question, *, alternative: bool) -> bool:
    """Have a question answered where it belongs; return whether it was: else the model here is asked."""
    way = await routing.way(talk.app.router(), question, begins=talk.place.route)
    if way is None:
        return False
    talk.place.chat, talk.place.route = way.chat, None
    notice = way.notice
    if way.there is not None and not way.looks:
        notice = await _elsewhere(talk, way, way.there, way.reason, question, alternative=alternative)
        if notice is None:
            return True
    await _here(talk, way, question, notice, alternative=alternative)
    return True


async def _elsewhere(
    talk: Talk, way: Way, there: There, reason: str, question: Question, *, alternative: bool
) -> Notice | None:
    """Have it answered elsewhere, as consent stands or once the person gives it; return why it was not."""
    name = there.upstream.name
    try:
        if way.stands:
            given = Consent.CHAT
            seen = await preview.preview(there, way.chat, way.question, sampling=question.sampling)
            talk.show.quiet(f"Sent to {name}, things hidden: {len(seen.items)}. /here ends that.")
            consented = telling.CHAT_STANDS
        else:
            agreed = await _agreed(talk, way, there, reason)
            if agreed is None:
                return telling.refused(reason)
            (seen, given), consented = agreed, telling.YOU_SAID
    except UNFIT as problem:
        talk.show.quiet(problem.sentence)
        return telling.unable(problem)
    because = telling.there(name, reason, consented)
    if way.looks:  # the model here has answered
        events = send(there, seen, because, consent=given)
    else:
        events = ask_there(there, seen, talk.app.ask, because, again=way.again, consent=given)
    await talk.answer_there(question, events, alternative=alternative)
    return None


async def _agreed(talk: Talk, way: Way, there: There, reason: str) -> tuple[Preview, Consent] | None:
    """Show what would leave, and why; return it, and what the yes is to, where the person has it sent."""
    name = there.upstream.name
    talk.show.quiet(telling.question(name, reason))
    said, seen = await decided(there, way.chat, way.question, talk.show, way.again.sampling)
    if said is Choice.ALWAYS:
        await choosing.allow(there, way.chat, way.route)
        if way.route is Route.ASK:
            talk.show.quiet(f"{name} answers in this chat where there is a reason; /here ends that.")
        else:
            talk.show.quiet(f"{name} answers in this chat from now on; /here ends that.")
    if said.consent is not None:
        return seen, said.consent
    talk.show.quiet("Nothing was sent.")
    return None


async def _here(
    talk: Talk, way: Way, question: Question, notice: Notice | None, *, alternative: bool
) -> None:
    """Answer here; where that is doubtful, have it answered elsewhere as well, or ask whether to.

    `notice` says why it is answered here.
    """
    look = Look(way.limit)
    again = looking.weighed(way.again) if way.looks else way.again
    events = look.heard(talk.app.ask(again))
    done = await talk.answer(question, alternative=alternative, events=events)
    if done is None:
        return
    if way.there is not None and way.looks and look.reason:
        other = Question(chat=way.chat, again=way.question, sampling=question.sampling)
        notice = await _elsewhere(talk, way, way.there, look.reason, other, alternative=True)
    elif notice is not None and way.there is None:
        talk.show.quiet(notice.text)
    if notice is not None:
        await looking.tell(talk.app.parts(), done, notice)
