"""Shows what would leave for an answer from elsewhere, and hears what is to become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from sottovoce.chat.elsewhere.preview import Edits, Preview, There, preview
from sottovoce.cli._inquire import inquire
from sottovoce.cli._show import Show, clean, one_line, padded, wrapped
from sottovoce.cli._upstreams import money_of
from sottovoce.core.messages import Role
from sottovoce.core.sampling import Sampling
from sottovoce.store.waiting import Consent

if TYPE_CHECKING:
    from rich.console import Console

MARK = "bold reverse"
WHOSE = {Role.SYSTEM: "Instructions:", Role.USER: "You:", Role.ASSISTANT: "AI:"}
CHOICES = "send (s), keep here (k), edit (e), always for this chat (a)?"
EDITS = "A number: do not hide it. A word: hide it. Nothing: change the question."


class Choice(StrEnum):
    """What is to become of it."""

    SEND = "s"
    HERE = "k"
    EDIT = "e"
    ALWAYS = "a"
    NOTHING = ""

    @property
    def consent(self) -> Consent | None:
        """What it is a yes to: this text, or all of the chat; None: it is none."""
        return CONSENTS.get(self)


CONSENTS = {Choice.SEND: Consent.TEXT, Choice.ALWAYS: Consent.CHAT}

CHINESE = {"发": Choice.SEND, "留": Choice.HERE, "改": Choice.EDIT, "总": Choice.ALWAYS}


async def decided(
    there: There, chat: str, question: str, show: Show, sampling: Sampling, *, beside_data: bool = False
) -> tuple[Choice, Preview]:
    """Show what would leave until the person says what becomes of it; return that, with what was seen last.

    `beside_data`: standard output is for the answer alone.
    """
    asking = partial(inquire, beside_data=beside_data)
    edits = Edits()
    while True:
        seen = await preview(there, chat, question, edits, sampling)
        tell(seen, show, beside_data=beside_data)
        typed = await asking(show.words(CHOICES))
        if typed is None:
            return Choice.NOTHING, seen
        choice = _choice(typed)
        if choice is Choice.EDIT:
            show.note(EDITS) if beside_data else show.quiet(EDITS)
            changed = await asking("›")
            if changed == "":
                text = await asking("›", draft=seen.messages[-1].text if edits.text is None else edits.text)
                edits = edits if not text else replace(edits, text=text)
            elif changed is not None:
                edits = _edited(edits, seen, changed)
        elif choice is not Choice.NOTHING:
            return choice, seen


def _choice(typed: str) -> Choice:
    begun = typed[:1].lower()
    return CHINESE.get(begun) or (Choice(begun) if begun in set(Choice) else Choice.NOTHING)


def _edited(edits: Edits, seen: Preview, said: str) -> Edits:
    """Return the edits with one more: a number of what is hidden, or a word."""
    if said.isdecimal() and 0 < int(said) <= len(seen.items):
        return replace(edits, never=(*edits.never, seen.items[int(said) - 1].value))
    return replace(edits, own=(*edits.own, said))


def tell(seen: Preview, show: Show, *, beside_data: bool = False) -> None:
    """Show the exact text that would leave, with what is hidden in it, to whom, and for how much at most."""
    from rich.text import Text

    screen = _errors() if beside_data else show.screen
    placeholders = [item.placeholder for item in seen.items]

    def say(text: str, style: str = "dim") -> None:
        for line in wrapped(clean(show.words(text)), screen.width):
            screen.print(Text(line, style=style))

    say(_to(seen), "bold")
    for message in seen.messages:
        say(WHOSE[message.role])
        text = Text(clean(message.text))
        text.highlight_words(placeholders, MARK)
        screen.print(text)
    say("")
    _tell_hidden(seen, show, lambda line: screen.print(Text(line)))
    for line in _about(seen):
        say(line)


def _errors() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def _tell_hidden(seen: Preview, show: Show, say: Callable[[str], None]) -> None:
    wide = max((len(item.placeholder) for item in seen.items), default=0)
    for at, item in enumerate(seen.items, 1):
        doubt = "" if item.sure else f"  {show.words('(is it personal?)')}"
        say(f"{at:>3}  {padded(item.placeholder, wide)}  {one_line(item.original)}{doubt}")


def _to(seen: Preview) -> str:
    upstream = seen.upstream
    by = f", run by {upstream.by}" if upstream.by else ""
    if upstream.where == "inside":
        return f"This would go to {upstream.name} ({upstream.host}, inside{by}), to {upstream.model}:"
    return f"This would go to {upstream.name} ({upstream.host}, outside{by}), to {upstream.model}:"


def _about(seen: Preview) -> list[str]:
    """Return what a person should know before it is sent."""
    upstream = seen.upstream
    lines = [] if seen.items else ["Nothing personal was found in it."]
    if seen.left_out:
        lines.append(f"{seen.left_out} of the oldest exchanges do not fit there and stay here.")
    if upstream.retention:
        stated = f", as read on {upstream.stated.isoformat()}" if upstream.stated else ""
        lines.append(f"What is kept there{stated}: {one_line(upstream.retention)}")
    size = f"{len(seen.call.body):,} bytes, about {seen.tokens:,} tokens"
    if upstream.price is not None:
        lines.append(f"{size}; at most {money_of(seen.most)} {upstream.currency}.")
    else:
        lines.append(f"{size}; no price is known.")
    return lines
