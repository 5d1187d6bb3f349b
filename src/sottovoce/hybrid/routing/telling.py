"""Why a question was answered where it was, in one sentence. Pure."""

from __future__ import annotations

from sottovoce.core.errors import SottoError
from sottovoce.core.events import Notice
from sottovoce.core.ruled import Wrong
from sottovoce.hybrid.routing.deciding import By, Settled

ROUTED = "routed"
"""The code of the notice that says it; it is kept with the answer."""

YOU_SAID = "you said yes"
YOU_ASKED = "you asked for it"
COMMAND_SAID = "the command said yes"
CHAT_STANDS = "you allowed it for this chat"
CHAT_CHOSEN = "you chose so for this chat"

IN_CIRCLES = "the answer here went in circles"
STRAYED = "the answer here was in another language"


def question(name: str, reason: str) -> str:
    """Return what a person is asked where there is a reason."""
    return f"Ask {name}, because {reason}?"


def there(name: str, reason: str, consent: str) -> Notice:
    """Return what stands beside an answer from elsewhere."""
    if reason == CHAT_CHOSEN and consent == CHAT_STANDS:
        return Notice(ROUTED, f"Asked {name} because {consent}.")
    return Notice(ROUTED, f"Asked {name} because {reason}; {consent}.")


def kept(reason: str) -> Notice:
    """Return what stands beside an answer that might have come from elsewhere."""
    return Notice(ROUTED, f"Answered here because {reason}.")


def refused(reason: str) -> Notice:
    """Return what stands beside an answer that its reader did not want from elsewhere."""
    return kept(f"you said so, though {reason}")


def unable(problem: SottoError) -> Notice:
    """Return what stands beside an answer that could not be asked for elsewhere."""
    return Notice(ROUTED, f"Answered here. {problem.sentence}")


def unused(wrong: Wrong) -> Notice:
    """Return what stands beside an answer while the rules cannot be read."""
    return Notice(ROUTED, f"routing.toml is not used, so everything stays here. {wrong}")


def chosen(settled: Settled) -> str:
    """Return who said where a question goes, as a reason."""
    match settled.by:
        case By.RULE if settled.rule is not None:
            return f"your rule “{settled.rule.name}” says so"
        case By.CHAT:
            return CHAT_CHOSEN
        case By.SETTING:
            return "the setting route says so"
        case _:
            return YOU_ASKED


def too_long(tokens: int) -> str:
    return f"a context of {tokens:,} tokens does not fit here"


def doubtful(doubt: float, limit: float) -> str:
    return f"the answer here looks doubtful ({doubt:.2f}, the limit is {limit:.2f})"


def low(percent: int) -> str:
    return f"the battery is at {percent} %"


def unasked(reason: str) -> str:
    """Return why something stays here though there was a reason to ask."""
    return f"nobody could be asked, though {reason}"
