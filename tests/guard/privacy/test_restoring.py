"""Originals come back wherever an answer is cut and however a placeholder is written; the rest stays."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sottovoce.guard.privacy.masks import ALL, Mask, Masks
from sottovoce.guard.privacy.restoring import LONGEST, Restorer, restore

MASKS = Masks(
    "QX",
    (
        Mask("NAME", 1, "anna schmidt", "Anna Schmidt"),
        Mask("GIVEN", 1, "anna", "Anna"),
        Mask("EMAIL", 2, "anna@example.com", "anna@example.com"),
        Mask("PHONE", 13, "13812345678", "138-1234-5678"),
    ),
)


def streamed(pieces: list[str], masks: Masks = MASKS) -> str:
    restorer = Restorer(masks)
    return "".join(restorer.feed(piece) for piece in pieces) + restorer.end()


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Dear NAME_1QX,", "Dear Anna Schmidt,"),
        ("NAME_1QX's house", "Anna Schmidt's house"),
        ("GIVEN_1QXs Haus", "Annas Haus"),
        ("**NAME_1QX** and `EMAIL_2QX`", "**Anna Schmidt** and `anna@example.com`"),
        ("name_1qx, Name 1QX, NAME1QX, NAME-1QX, NAME_1 QX", "Anna Schmidt, " * 4 + "Anna Schmidt"),
        (r"NAME\_1QX", "Anna Schmidt"),
        ("你好NAME_1QX，电话PHONE_13QX1", "你好Anna Schmidt，电话138-1234-56781"),
        ("[write](mailto:EMAIL_2QX)", "[write](mailto:anna@example.com)"),
        ("NAME_1QXNAME_1QX", "Anna SchmidtAnna Schmidt"),
        ("NAMENAME_1QX", "NAMEAnna Schmidt"),
    ],
)
def test_a_placeholder_is_known_as_models_write_it(answer: str, shown: str) -> None:
    assert restore(answer, MASKS) == shown


@pytest.mark.parametrize(
    "answer",
    [
        "Name 1 is first, email 2 comes later.",
        "NAME_1",
        "NAME_3QX",
        "EMAIL_1QX",
        "NAME_01QX",
        "PHONE_1QX",
        "The QX50 has 1 QX badge; name it.",
        "NAME_1Q",
        "GIVEN",
        "\\_",
    ],
)
def test_other_text_is_not_touched(answer: str) -> None:
    assert restore(answer, MASKS) == answer


ANSWER = "Hi **NAME_1QX**'s phone 13, name_1qx: PHONE\\_13QX; EMAIL_9QX, GIVEN 1 QX, GIV. phone-13qx"


def test_every_cut_in_three_gives_the_same() -> None:
    whole = restore(ANSWER, MASKS)
    assert whole == (
        "Hi **Anna Schmidt**'s phone 13, Anna Schmidt: 138-1234-5678; EMAIL_9QX, Anna, GIV. 138-1234-5678"
    )
    for first, second in itertools.combinations_with_replacement(range(len(ANSWER) + 1), 2):
        assert streamed([ANSWER[:first], ANSWER[first:second], ANSWER[second:]]) == whole
    assert streamed(list(ANSWER)) == whole


parts = some.sampled_from(
    [*ALL, "_", " ", "\\", "1", "13", "Q", "X", "QX", "NAME_1QX", "phone 13qx", "a", "\n", "张"]
)


@given(some.lists(parts, max_size=12).map("".join), some.data())
def test_any_cuts_give_the_same(answer: str, data: some.DataObject) -> None:
    cuts = sorted(data.draw(some.lists(some.integers(0, len(answer)), max_size=8)))
    ends = [0, *cuts, len(answer)]
    pieces = [answer[start:end] for start, end in itertools.pairwise(ends)]
    assert streamed(pieces) == restore(answer, MASKS)


@given(some.lists(parts, max_size=12).map("".join))
def test_at_most_a_placeholders_length_waits(answer: str) -> None:
    # None of its placeholders is one of the chat's: what comes out is as long as what went in.
    restorer = Restorer(Masks("QX", (Mask("NAME", 999, "x", "x"),)))
    shown = 0
    for at, sign in enumerate(answer, 1):
        shown += len(restorer.feed(sign))
        assert at - shown < LONGEST


def test_without_placeholders_nothing_waits() -> None:
    assert Restorer(Masks()).feed("NAME_1Q") == "NAME_1Q"
