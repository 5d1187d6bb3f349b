"""Where one question goes: what was chosen for it, for its chat or for all, and the owner's rules. Pure.

Decides alone; nothing leaves by it. Whether anything may is for consent and for the setting `network`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sottovoce.core.ruled import Wrong
from sottovoce.hybrid.routing.choice import Choice, Route
from sottovoce.hybrid.routing.rules import Rule, Situation, first
from sottovoce.hybrid.routing.rules_file import Held


class By(StrEnum):
    """Who said so."""

    ANSWER = "answer"
    CHAT = "chat"
    RULE = "rule"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Settled:
    """`rule` is the one that counted; `wrong` what the rules' file has, where it keeps everything here."""

    choice: Choice
    by: By
    rule: Rule | None = None
    wrong: Wrong | None = None


def settled(
    said: Choice | None, chat: Choice | None, usual: Choice, held: Held, situation: Situation
) -> Settled:
    """Return where a question goes. `said` is for this answer alone, and asked for in so many words.

    Of a rule and what was chosen for the chat the narrower counts: no rule sends what a chat keeps here, and
    no chat what a rule keeps here. Rules that cannot be read keep everything here.
    """
    if said is not None:
        return Settled(said, By.ANSWER)
    chosen, by = (usual, By.SETTING) if chat is None else (chat, By.CHAT)
    if held.wrong is not None:
        return Settled(Choice(Route.HERE), By.RULE, wrong=held.wrong)
    rule = first(held.rules, situation)
    if rule is None or (chat is not None and chat.route.reach < rule.choice.route.reach):
        return Settled(chosen, by)
    route = rule.choice.route
    to = "" if route is Route.HERE else rule.choice.to or chosen.to
    return Settled(Choice(route, to), By.RULE, rule)
