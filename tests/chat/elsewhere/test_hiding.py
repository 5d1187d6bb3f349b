from __future__ import annotations

import pytest

from sottovoce.chat.elsewhere.hiding import hide
from sottovoce.guard.privacy.masks import Mask, Masks

TEXTS = ("My name is Anna Berger, call +43 660 1234567.", "OK Anna.", "Did Berger call? 我叫张伟。", "张伟?")


def test_who_is_introduced_in_one_text_is_known_in_the_others() -> None:
    hiding = hide(TEXTS, Masks())
    assert hiding.texts == (
        "My name is NAME_1QX, call PHONE_2QX.",
        "OK GIVEN_1QX.",
        "Did FAMILY_1QX call? 我叫NAME_3QX。",
        "NAME_3QX?",
    )
    assert [(one.placeholder, one.count) for one in hiding.items if one.original == "张伟"] == [
        ("NAME_3QX", 2)
    ]


def test_what_was_hidden_once_is_hidden_where_nothing_says_what_it_is() -> None:
    known = hide(TEXTS, Masks()).masks
    assert hide(["annalog, Anna, xAnna"], known).texts == ("annalog, GIVEN_1QX, xAnna",)
    assert hide(["Anna"], known, never=("anna",)).texts == ("Anna",)


def test_what_looks_like_a_placeholder_is_given_back_as_it_was() -> None:
    hiding = hide(["NAME_1QX"], Masks("QX", (Mask("NAME", 1, "anna", "Anna"),)))
    assert hiding.texts == ("TEXT_2QX",)
    assert hiding.items == ()


@pytest.mark.parametrize("texts", [(), ("",), ("", "", "Anna Berger")])
def test_empty_texts_stay_what_they_are(texts: tuple[str, ...]) -> None:
    assert [len(text) > 0 for text in hide(texts, Masks()).texts] == [len(text) > 0 for text in texts]
