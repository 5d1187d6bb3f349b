"""Which marks a model's thoughts have, and whether a prompt has begun one."""

from __future__ import annotations

import pytest

from sottovoce.core.events import Text
from sottovoce.engine import marks
from sottovoce.engine.request import Spoken

HARMONY = {"<|channel|>", "<|message|>", "<|start|>", "<|end|>"}


@pytest.mark.parametrize(
    ("prompt", "mark"),
    [
        ("<|im_start|>assistant\n<think>\n", "<think>"),
        ("<｜Assistant｜><think>", "<think>"),
        ("<|im_start|>assistant\n<think>\n\n</think>\n\n", ""),
        ("<|im_start|>assistant\n", ""),
        ("What does <think> mean?<|im_end|>\n<|im_start|>assistant\n", ""),
    ],
)
def test_a_prompt_may_end_within_a_thought(prompt: str, mark: str) -> None:
    assert marks.opened(prompt) == mark


def test_control_tokens_are_kept_where_they_mark_thoughts() -> None:
    assert marks.kept({*HARMONY, "<|return|>"}) == sorted(HARMONY)
    assert marks.kept({"[THINK]", "[/THINK]", "</s>"}) == ["[/THINK]", "[THINK]"]
    assert marks.kept({"<|end|>", "<|im_end|>", "</s>"}) == []


def test_what_the_prompt_has_begun_is_told_before_the_first_word() -> None:
    spoken = Spoken(None, "<think>")
    event = {"content": "a", "tokens": [1], "tokens_predicted": 1}
    assert spoken.add(event) == Text("<think>a")
    assert spoken.add({**event, "tokens_predicted": 2}) == Text("a")
