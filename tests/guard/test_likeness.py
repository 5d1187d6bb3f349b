"""A text is like others by the weights of its words, and can say by which."""

from __future__ import annotations

import pytest

from sottovoce.guard.folding import Folded, Vocabulary, fold
from sottovoce.guard.likeness import CATEGORIES, INPUTS, Alike, Likeness, features, likeness, stem
from sottovoce.guard.policy import Category

NOTHING = Vocabulary(frozenset())


def row(word: str, weapons: int = 0, others: int = 0) -> bytes:
    numbers = " ".join(str(weapons if one is Category.WEAPONS else others) for one in CATEGORIES)
    return f"{word}\t{numbers}".encode()


SMALL = Likeness(
    sorted(
        [
            row("!bias", -30, -30),
            row("!limit", 10, 10),
            row("bomb", 45),
            row("school", -20, -40),
            row("炸弹", 45),
        ]
    )
)


def folded(text: str) -> Folded:
    return fold(text, NOTHING)


def test_it_names_the_category_and_the_words_that_weighed() -> None:
    alike = SMALL.alike(folded("a bomb for me"))
    assert alike is not None
    assert (alike.category, alike.weight, alike.words) == (Category.WEAPONS, 15, ("bomb",))
    assert SMALL.alike(folded("炸弹")) == Alike(Category.WEAPONS, 15, ("炸弹",), is_sure=False)


def test_it_is_sure_where_the_weights_are_far_above_the_limit() -> None:
    one, two = SMALL.alike(folded("bomb")), SMALL.alike(folded("bomb 炸弹"))
    assert one is not None
    assert two is not None
    assert (one.weight, one.is_sure, two.weight, two.is_sure) == (15, False, 60, True)


def test_words_that_speak_against_it_count() -> None:
    assert SMALL.alike(folded("a bomb at school")) is None
    assert SMALL.alike(folded("")) is None


def test_of_a_long_text_the_beginning_and_the_end_are_weighed() -> None:
    assert SMALL.alike(folded("word " * 500 + "bomb"))
    assert SMALL.alike(folded("bomb" + " word" * 500))
    assert not SMALL.alike(folded("word " * 500 + "bomb" + " word" * 500))


def test_a_text_is_harmless_if_all_its_sentences_are() -> None:
    assert SMALL.is_harmless(folded("my school. our school."))
    assert not SMALL.is_harmless(folded("my school. a bomb."))
    assert not SMALL.is_harmless(folded("school. " * 100))


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("making", "mak"), ("makes", "mak"), ("make", "mak"), ("planned", "plan"), ("ied", "ied"), ("药", "药")],
)
def test_forms_of_a_word_are_one(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_words_and_neighbours_are_weighed_and_of_chinese_three() -> None:
    assert list(features(["make", "a", "炸", "弹"])) == ["mak", "mak a", "a", "a炸", "炸", "炸弹", "弹"]
    assert "做炸弹" in features(list("做炸弹"))


def test_the_weights_are_in_order_and_whole() -> None:
    lines = likeness().lines
    names = [line.partition(b"\t")[0] for line in lines]
    assert names == sorted(set(names))
    rows = [line.partition(b"\t")[2] for line in lines if not line.startswith(INPUTS.encode())]
    assert {len(row.split(b" ")) for row in rows} == {len(CATEGORIES)}
    assert sum(len(line) + 1 for line in lines) < 400_000
