"""How a model is told of what is remembered."""

from __future__ import annotations

from sottovoce.chat.remembering import HEAD, instructions
from sottovoce.store.memory import Remembered


def test_a_model_is_told_behind_the_chats_own_instructions() -> None:
    lines = [Remembered("a", "I live in Vienna", None, None, 1.0), Remembered("b", "Rex", None, None, 2.0)]
    told = f"{HEAD}\n- I live in Vienna\n- Rex"
    assert instructions("Be kind.", lines) == f"Be kind.\n\n{told}"
    assert instructions("", lines) == told
    assert instructions("Be kind.", []) == "Be kind."
