"""What of a text can be seen, and what of it is words."""

from __future__ import annotations

import pytest

from sottovoce.core.blank import has_emoji, is_blank, is_wordless


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\u200b", "\u200b\u200d\u2060\ufeff", " \u00ad \u200e", "\ufe0f", "\u3164", "\u2800", "\0"],
)
def test_what_cannot_be_seen_is_blank_and_no_message_of_marks(text: str) -> None:
    assert is_blank(text)
    assert not is_wordless(text)


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀",
        "???",
        "？？？",
        "?!",
        "...",
        "👩‍👩‍👧 ❤️",
        "👍🏽",
        "🇩🇪",
        "1️⃣2️⃣",
        "♥",
        "。",
        ":-)",
        "\u200b?",
        "¯\\_(•_•)_/¯",
    ],
)
def test_emoji_and_marks_are_no_words(text: str) -> None:
    assert is_wordless(text)
    assert not is_blank(text)


@pytest.mark.parametrize(
    "text",
    ["Why?", "為什麼", "1", "5!", "😀 hi", "€", "+", "√", "∞", "Ω", "नमस्ते", "１７", "²", "½", "ﬁ", "क्"],
)
def test_letters_digits_money_and_sums_are(text: str) -> None:
    assert not is_wordless(text)
    assert not is_blank(text)


def test_a_picture_is_told_from_a_mark() -> None:
    assert has_emoji("well 😀")
    assert has_emoji("3️⃣")
    assert not has_emoji("???")
