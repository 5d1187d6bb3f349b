"""What asks for something to be remembered, and what only sounds like it."""

from __future__ import annotations

import pytest

from sottovoce.chat.remembering import HEAD, asked, instructions
from sottovoce.store.memory import Remembered


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Remember that I live in Vienna.", "I live in Vienna"),
        ("Please remember: my dog is called Rex", "my dog is called Rex"),
        ("remember my name is Ada", "my name is Ada"),
        ("Keep in mind that I am a nurse!", "I am a nurse"),
        ("Don't forget that we use PostgreSQL 15", "we use PostgreSQL 15"),
        ("记住我住在维也纳。", "我住在维也纳"),
        ("请记住：我的狗叫雷克斯", "我的狗叫雷克斯"),
        ("Do you remember that I live in Vienna?", None),
        ("Remember that I live in Vienna?", None),
        ("Remember the Titans is a film", None),
        ("Remember to breathe", None),
        ("How do I remember my password", None),
        ("I remember that my mother sang", None),
        ("你记得我住在哪里吗？", None),
        ("怎样记住单词", None),
        ("记住单词的方法", None),
        ("", None),
        ("Remember that " + "x" * 2_000, None),
    ],
)
def test_only_what_is_asked_to_be_remembered_is(text: str, line: str | None) -> None:
    assert asked(text) == line


def test_a_model_is_told_behind_the_chats_own_instructions() -> None:
    lines = [Remembered("a", "I live in Vienna", None, None, 1.0), Remembered("b", "Rex", None, None, 2.0)]
    told = f"{HEAD}\n- I live in Vienna\n- Rex"
    assert instructions("Be kind.", lines) == f"Be kind.\n\n{told}"
    assert instructions("", lines) == told
    assert instructions("Be kind.", []) == "Be kind."
