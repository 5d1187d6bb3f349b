"""Numbers in brackets that a model wrote are taken out, wherever the stream is cut."""

from __future__ import annotations

import pytest

from sottovoce.chat.unmarked import Unmarked


def cleaned(text: str, size: int) -> str:
    answer = Unmarked()
    shown = [answer.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join([*shown, answer.end()])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("So it is [1].", "So it is."),
        ("So[1] it [2, 3] is [4-6] [^7].", "So it is."),
        ("So it is.[1][2]", "So it is."),
        ("是的【3】。好【4†来源】。", "是的。好。"),
        ("A [word] and [12a] and [1234] stay.", "A [word] and [12a] and [1234] stay."),
        ("Code `a[1]` stays, words [1] go.", "Code `a[1]` stays, words go."),
        ("```\nx[0] = y[1]\n```\nEnd [2]", "```\nx[0] = y[1]\n```\nEnd"),
        ("open [1", "open [1"),
        ("open [", "open ["),
        ("two  spaces stay ", "two  spaces stay "),
    ],
)
def test_marks_go_and_all_else_stays(text: str, shown: str, size: int) -> None:
    assert cleaned(text, size) == shown


def test_nothing_is_held_back_that_can_be_no_mark() -> None:
    answer = Unmarked()
    assert answer.feed("a [b") == "a [b"
    assert answer.feed(" [1") == ""
    assert answer.feed("x] y") == " [1x] y"
