"""No model is asked what it cannot answer in the question's language, and none answers in another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.chat.guarded import Instead, Said, Stop, Verdict
from sottovoce.core.events import Notice
from sottovoce.guard.language import recognise
from sottovoce.models.catalogue import speaks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sottovoce.guard.hearing import Hearing, Strayed
    from sottovoce.models.speaking import Way

REASON = "language"
"""For which an answer ended, and the code of its notice."""

NOTICE = "The model did not answer in the language of the question."

EVERYBODY_SPEAKS = "en"
"""English: no catalogue need be read for it."""


@dataclass(frozen=True, slots=True)
class LanguageCheck:
    """`languages` are those that the model speaks, none where nobody knows; `way` leads to one that can."""

    languages: Callable[[], Awaitable[Sequence[str]]]
    way: Callable[[str], Awaitable[Way | None]]

    async def __call__(self, said: Said) -> Verdict:
        found = recognise(said.text)
        if not found.is_certain or found.code is None or found.code == EVERYBODY_SPEAKS or said.is_shaped:
            return Verdict()
        if speaks(await self.languages(), found.code):
            return Verdict()
        from sottovoce.guard.sentences import sentences

        told = sentences(found.code, said.text)
        way = await self.way(found.code)
        text = "\n\n".join((told["cannot"].format(model=said.model), *_shown(way, told)))
        facts = {"language": found.code} | ({} if way is None else {"command": way.command})
        return Verdict(Instead(REASON, text, facts, quotes=told["quotes"]))


def _shown(way: Way | None, told: Mapping[str, str]) -> tuple[str, ...]:
    if way is None:
        return (told["none"],)
    return told["use" if way.is_here else "get"], f"```\n{way.command}\n```"


class LanguageWatch:
    """Listens to one answer; see guard/hearing.py."""

    def __init__(self, hearing: Hearing, code: str, question: str) -> None:
        self._hearing, self._code, self._question = hearing, code, question

    def feed(self, text: str) -> str | Stop:
        return self._told(self._hearing.feed(text))

    def end(self) -> str | Stop:
        return self._told(self._hearing.end())

    def _told(self, heard: str | Strayed) -> str | Stop:
        if isinstance(heard, str):
            return heard
        from sottovoce.guard.sentences import sentences

        return Stop(REASON, Notice(REASON, NOTICE), sentences(self._code, self._question)["strayed"])


def watch(said: Said) -> LanguageWatch | None:
    """Return what listens to an answer; None where it may be in any language."""
    if said.is_shaped or said.begun:
        return None
    from sottovoce.guard.hearing import Hearing
    from sottovoce.guard.wanted import may_be_signs, wanted

    code = wanted(said.text, said.earlier, said.instructions)
    if code is None:
        return None
    return LanguageWatch(Hearing(code, may_be_signs=may_be_signs(said.text)), code, said.text)
