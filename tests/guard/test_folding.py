"""However a word is disguised, rules see the word; and they look at so much of a text and no more."""

from __future__ import annotations

import pytest

from sottovoce.guard.folding import HEAD, TAIL, Vocabulary, fold, plain

KNOWN = Vocabulary(frozenset({"how", "to", "make", "a", "bomb", "molotov", "ransomware", "dont", "pipe"}))


@pytest.mark.parametrize(
    "text",
    [
        "bomb",
        "BoMb",
        "ＢＯＭＢ",
        "bömb",
        "b0mb",
        "b.o.m.b",
        "b-o-m-b",
        "b o m b",
        "*bomb*",
        "bomb?!",
        "bo\u200bmb",
        "bo\u00admb",
        "b\u043emb",
        "b\u03bfmb",
        "💣",
    ],
)
def test_a_disguised_word_is_the_word(text: str) -> None:
    assert fold(text, KNOWN).words == ("bomb",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("h o w  t o  m a k e", ("how", "to", "make")),
        ("howtomakeabomb", ("how", "to", "make", "a", "bomb")),
        ("moIotov", ("molotov",)),
        ("ransom-ware", ("ransomware",)),
        ("p1pe b0mb", ("pipe", "bomb")),
        ("don't", ("dont",)),
        ("怎麼製作", ("怎", "么", "制", "作")),
        ("怎么*做", ("怎", "么", "做")),
        ("做 bomb", ("做", "bomb")),
    ],
)
def test_words_are_put_together_and_apart(text: str, words: tuple[str, ...]) -> None:
    assert fold(text, KNOWN).words == words


@pytest.mark.parametrize("text", ["child-process", "mp3", "h2o", "and/or", "user@example.org", "C++", "x1"])
def test_what_is_no_disguise_stays_apart(text: str) -> None:
    assert not set(fold(text, KNOWN).words) & {"bomb", "make", "molotov"}


@pytest.mark.parametrize("text", ["", " ", "👍", "\u200b\u200b", "...", "\ud83d", "ٱللَّٰه", "한국어"])
def test_what_has_no_words_for_rules_breaks_nothing(text: str) -> None:
    assert not set(fold(text, KNOWN).words) & {"bomb", "make", "molotov"}


def test_sentences_are_told_apart() -> None:
    assert fold("Make it. To make! 做。做", KNOWN).sentences == (0, 0, 1, 1, 2, 3)


def test_both_ends_of_a_long_text_are_looked_at_and_no_more() -> None:
    long = "bomb " + "x " * 600_000 + " pipe"
    words = fold(long, KNOWN).words
    assert (words[0], words[-1]) == ("bomb", "pipe")
    assert len(plain(long)) == HEAD + TAIL + 1
    assert len(plain("\ufdfa" * 1_000_000)) <= 2 * (HEAD + TAIL)
