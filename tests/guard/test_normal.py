"""Which texts are the same when only the words count, and where two are not."""

from __future__ import annotations

import random

import pytest

from sottovoce.guard.normal import LONGEST_PART, MOST_PARTS, changes, fingerprint, normal, within

SAME = [
    ("Hello  world", "Hello world"),
    ("Hello\r\nworld\r\n", "Hello world"),
    ("\ufeffHello world", "Hello world"),
    ("Hello\u00a0world\u2028", "Hello world"),
    ("cafe\u0301", "café"),
    ("天气\n很好", "天气很好"),
    ("天气 很好", "天气很好"),
    ("bell\x07rings", "bell rings"),
]

OTHER = [
    ("Hello world", "Hello World"),
    ("no where", "nowhere"),
    ("It is 5.", "It is -5."),
    ("$5.10", "$5-10"),
    ("用 3 个", "用 8 个"),
    ("天气", "天 汽"),
    ("tel: 12 34", "tel: 1234"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_another_program_does_to_a_file_changes_nothing(one: str, other: str) -> None:
    assert normal(one) == normal(other)
    assert changes(fingerprint([one]), [other]) == []


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_a_reader_would_read_otherwise_is_a_change(one: str, other: str) -> None:
    assert changes(fingerprint([one]), [other])


def test_where_a_block_ends_makes_no_difference() -> None:
    assert fingerprint(["One.", "Two."]).digest == fingerprint(["One. Two."]).digest


TEXT = ["The river is long. It is cold.", "Boats go on it. 水很冷。船很慢。"]


@pytest.mark.parametrize(
    ("now", "sentence", "text"),
    [
        (["The river is short. It is cold.", TEXT[1]], 1, "The river is short."),
        ([TEXT[0], "Boats go on it. 水很暖。船很慢。"], 4, "水很暖。"),
        (["The river is long.", TEXT[1]], 2, "Boats go on it."),
        ([TEXT[0], "Boats go on it. 水很冷。船很慢。 And more."], 6, "And more."),
        ([TEXT[0], "Boats go on it. 水很冷。"], 5, ""),
    ],
    ids=["changed", "changed Chinese", "left out", "added", "cut at the end"],
)
def test_the_changed_place_is_named(now: list[str], sentence: int, text: str) -> None:
    (change,) = changes(fingerprint(TEXT), now)
    assert (change.sentence, change.text) == (sentence, text)


def test_two_changed_places_are_two() -> None:
    now = ["The river is short. It is cold.", "Boats go on it. 水很冷。船很快。"]
    assert [change.sentence for change in changes(fingerprint(TEXT), now)] == [1, 5]


def test_a_long_text_has_no_more_parts_than_a_record_holds() -> None:
    sentences = [f"This is sentence number {number}." for number in range(5_000)]
    known = fingerprint([" ".join(sentences)])
    assert len(known.parts) <= MOST_PARTS
    sentences[4_321] = "This is another."
    (change,) = changes(known, [" ".join(sentences)])
    assert change.sentence <= 4_322 < change.sentence + known.each


def test_what_has_no_sentences_is_cut_up() -> None:
    known = fingerprint(["x " * 10_000 + "y" * 1_000])
    assert 1 < len(known.parts) <= MOST_PARTS
    assert LONGEST_PART * known.each * len(known.parts) > 20_000


def test_a_text_is_found_among_more() -> None:
    assert within(fingerprint(TEXT), ["Before it.", *TEXT, "After it."])
    assert not within(fingerprint(TEXT), ["Before it.", TEXT[0], "Else.", TEXT[1]])
    assert not within(fingerprint([]), ["Anything."])


def test_a_hostile_text_is_compared_in_bounded_work() -> None:
    assert changes(fingerprint(["a. " * 200]), ["a. " * 200_000])


def test_any_changed_character_of_many_texts_is_a_change() -> None:
    draw = random.Random(7)
    letters = "abcdefghij 0123456789.,;-水天船"
    for _ in range(500):
        text = "".join(draw.choices(letters, k=80)).strip() + "!"
        at = draw.choice([at for at, letter in enumerate(text) if not letter.isspace()])
        now = f"{text[:at]}{draw.choice('xyz')}{text[at + 1 :]}"
        assert changes(fingerprint([text]), [now])
