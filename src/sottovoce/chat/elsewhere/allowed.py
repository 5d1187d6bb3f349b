"""Whether a question that waits may be sent now: the yes that it rests on still stands, for this very text.

Values in, a sentence out: why it waits on, or "" where nothing is in its way. Asks nobody and sends nothing.
"""

from __future__ import annotations

from sottovoce.chat.elsewhere import consent
from sottovoce.chat.elsewhere.hiding import BETWEEN
from sottovoce.chat.elsewhere.preview import Preview
from sottovoce.net.policy import Purpose, Verdict, decide
from sottovoce.store.waiting import Consent, Waiting


def consent_objection(one: Waiting, always: str) -> str:
    """Say whether the yes was withdrawn. `always` is what answers the chat without being asked for now."""
    if one.consent is Consent.WITHDRAWN or (one.consent is Consent.CHAT and always != one.place):
        return f"What you allowed for {one.upstream} has ended since."
    return ""


def text_objection(one: Waiting, seen: Preview, words: tuple[str, ...]) -> str:
    """Say whether the place or the text is another than was said yes to. `words` must not leave by now."""
    if consent.mark(seen.upstream) != one.place:
        return f"{one.upstream} is not any more what you said yes to."
    if seen.sha256 != one.sha256:
        return f"What would be sent to {one.upstream} is not what you saw any more."
    if words and _has_own(BETWEEN.join(message.text for message in seen.messages), words):
        return "A word that must never leave stands in it since."
    return ""


def network_objection(setting: str) -> str:
    """Say whether nothing may leave at all. The setting `ask` was answered by the yes to this text."""
    if decide(setting, Purpose.ANSWER, explicit=False) is Verdict.REFUSE:
        return "Nothing may leave this machine now."
    return ""


def _has_own(text: str, words: tuple[str, ...]) -> bool:
    from sottovoce.guard.privacy.finding import find  # its rules take long to build; most homes hide nothing

    return any(found.kind == "own" for found in find(text, words))
