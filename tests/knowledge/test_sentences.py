"""Where one sentence ends and the next begins."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sottovoce.knowledge.sentences import split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith paid 3.50 euros, e.g. for tea. J. Weber paid.", 2),
        (
            "See p. 4. No. 5 is closed. No. It is open.",
            ["See p. 4.", "No. 5 is closed.", "No.", "It is open."],
        ),
        ("He said “Go.” Then he left.", ["He said “Go.”", "Then he left."]),
        ("It opens at 5 p.m. today. Version 1.2.3 is out.", 2),
        ("Staff get\n25 days\na year. Then\nmore.", ["Staff get\n25 days\na year.", "Then\nmore."]),
        ("Intro:\n- one. Two.\n- three\n3. four", ["Intro:", "one.", "Two.", "three", "four"]),
        ("# Head\nText.\n\nMore", ["Head", "Text.", "More"]),
        ("a\tb\nc\td\n| x | y |\n|---|---|\n", ["a\tb", "c\td", "x | y"]),
        ("你好。今天天气很好！真的吗？是的", ["你好。", "今天天气很好！", "真的吗？", "是的"]),
        ("Before.\n```\nx = 1. y\n```\nAfter.", ["Before.", "After."]),
        ("> quoted. And more.", ["quoted.", "And more."]),
        ("...", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_its_sentences(text: str, sentences: list[str] | int) -> None:
    found = [text[start:end] for start, end in split(text)]
    assert (len(found) if isinstance(sentences, int) else found) == sentences


@pytest.mark.parametrize(
    "text", ["a. " * 2000, ". " * 5000, "。" * 5000, "`" * 5000, "- " * 5000, "x\n" * 5000]
)
def test_the_spans_rise_and_never_overlap_whatever_the_text(text: str) -> None:
    spans = split(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_a_sentence_that_has_ended_stays_as_it_is_while_more_is_written() -> None:
    text = "Dr. Osei came. She paid 3.5 euros.\n- One.\n- Two. 你好。再见。End"
    whole = split(text)
    for end in range(len(text)):
        ended = split(text[:end])[:-1]
        assert ended == whole[: len(ended)], text[:end]


def test_what_a_model_writes_ends_with_its_line():
    text = "git-reset.html: EXAMPLES\nThe last three commits were bad."
    assert [text[a:b] for a, b in split(text, by_line=True)] == text.splitlines()
    assert [text[a:b] for a, b in split(text)] == [text]
