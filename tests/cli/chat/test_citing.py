"""Marks behind sentences while an answer streams, however it is cut into pieces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sottovoce.cli.chat.citing import THEIR_WORDS, Citing, footnotes, sources
from sottovoce.core.events import Grounds
from sottovoce.core.grounds import Cited, Found, Ground
from sottovoce.knowledge.cite import cited

TEXT = "Staff get 25 days of paid leave a year. 图书馆早上九点开门。"
PASSAGE = Found("s", "rules.md", "d", 3, ("Leave",), 0, len(TEXT.encode()), TEXT, 1.0, 1e9)
EVENT = Grounds((Ground(PASSAGE, told=True),), True, ("s",))
ANSWER = (
    "Sure! Here it is:\n\n- Staff get **25 days** of paid leave a year.\n- Staff get a car.\n\n"
    "```\nx = 1. y\n```\n图书馆早上九点开门。馆内有咖啡馆。Anything else?"
)
MARKED = (
    "Sure! Here it is:\n\n- Staff get **25 days** of paid leave a year. [1]\n- Staff get a car. [?]\n\n"
    "```\nx = 1. y\n```\n图书馆早上九点开门。 [1]馆内有咖啡馆。 [?]Anything else?"
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_every_claim_is_marked_by_what_it_says(size: int) -> None:
    citing = Citing(EVENT)
    shown = [citing.feed(ANSWER[at : at + size]) for at in range(0, len(ANSWER), size)]
    assert "".join([*shown, citing.end()]) == MARKED


def test_a_sentence_is_shown_when_it_has_ended() -> None:
    citing = Citing(EVENT)
    assert citing.feed("Staff get 25 days of paid leave a year. And") == (
        "Staff get 25 days of paid leave a year. [1]"
    )
    assert citing.end() == " And"


def test_the_sources_name_document_page_heading_and_day() -> None:
    assert sources(EVENT) == ["[1] rules.md, page 3: Leave (2001-09-09)"]
    assert sources(Grounds(EVENT.passages, False, ("s",)))[0] == "The passages that come nearest:"


def test_the_quotes_come_last() -> None:
    assert footnotes(cited(ANSWER, [PASSAGE])) == (
        "\n\n[1] rules.md, page 3: Leave: “Staff get 25 days of paid leave a year.”"
        "\n\n[1] rules.md, page 3: Leave: “图书馆早上九点开门。”"
        "\n\n[?] No passage supports this: 2 of 4 sentences."
    )
    assert footnotes(cited("Why?", [PASSAGE])) == ""


def test_below_an_answer_of_which_nothing_stands_there_come_the_words_of_the_documents() -> None:
    found = cited("Staff get a car.", [PASSAGE])
    mark = "[?] No passage supports this: 1 of 1 sentences."
    assert footnotes(found) == f"\n\n{mark}"
    theirs = cited("Staff get 25 days of paid leave a year.", [PASSAGE]).citations
    quote = "[1] rules.md, page 3: Leave: “Staff get 25 days of paid leave a year.”"
    assert footnotes(replace(found, citations=theirs)) == f"\n\n{mark}\n\n{THEIR_WORDS}\n\n{quote}"
    assert footnotes(Cited((), theirs)) == f"\n\n{THEIR_WORDS}\n\n{quote}"
