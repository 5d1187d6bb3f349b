"""What the page's API gives of the help."""

from __future__ import annotations

from typing import Literal

from sottovoce.help.find import Match
from sottovoce.help.shelf import Entry, Language, Subject
from sottovoce.server.app_api.nouns import Noun


class HelpQuestion(Noun):
    """A question that the help answers, as it is listed."""

    id: str
    question: str


class HelpSubject(Noun):
    """The questions about one thing."""

    title: str
    questions: list[HelpQuestion]


class HelpAnswer(HelpQuestion):
    """Its answer in Markdown, filled with what is known of this machine."""

    answer: str


class HelpNoun(Noun):
    """What is answered, or the answer to a question. `nearest` are others that come near to it.

    `subjects` only where nothing was asked; `answer` null: the help does not answer that.
    """

    language: Literal["en", "zh"]
    subjects: list[HelpSubject]
    answer: HelpAnswer | None
    nearest: list[HelpQuestion]

    @classmethod
    def listing(cls, subjects: tuple[Subject, ...], language: Language) -> HelpNoun:
        listed = [
            HelpSubject(
                title=subject.title(language),
                questions=[_question(entry, language) for entry in subject.entries],
            )
            for subject in subjects
        ]
        return cls(language=language, subjects=listed, answer=None, nearest=[])

    @classmethod
    def answering(cls, language: Language, found: tuple[Entry, str] | None, near: list[Match]) -> HelpNoun:
        """Return an entry with its filled text, and others that come near."""
        answer = None
        if found is not None:
            entry, text = found
            answer = HelpAnswer(id=entry.id, question=entry.question(language), answer=text)
        others = [match.entry for match in near if found is None or match.entry is not found[0]]
        return cls(
            language=language,
            subjects=[],
            answer=answer,
            nearest=[_question(entry, language) for entry in others],
        )


def _question(entry: Entry, language: Language) -> HelpQuestion:
    return HelpQuestion(id=entry.id, question=entry.question(language))
