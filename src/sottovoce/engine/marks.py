"""How models mark what they think before they answer: the field's tags, as values.

`<think>` is what Qwen, DeepSeek and most others write; some templates write it themselves, at the end of the
prompt. gpt-oss has channels, Gemma, Mistral, Seed and Command R marks of their own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """What a thought begins and ends with.

    `controls`: marks that an engine leaves out of a text unless it is asked to keep them.
    """

    opens: str
    closes: str
    controls: tuple[str, ...]


def _pair(opens: str, closes: str) -> Form:
    return Form(opens, closes, (opens, closes))


_HARMONY = ("<|channel|>", "<|message|>", "<|start|>", "<|end|>")

FORMS = (
    _pair("<think>", "</think>"),
    _pair("<thinking>", "</thinking>"),
    _pair("<seed:think>", "</seed:think>"),
    _pair("[THINK]", "[/THINK]"),
    Form("<|channel>thought", "<channel|>", ("<|channel>", "<channel|>")),
    Form("<|channel|>analysis<|message|>", "<|end|>", _HARMONY),
    Form("<|channel|>commentary<|message|>", "<|end|>", _HARMONY),
    Form(
        "<|START_THINKING|>",
        "<|END_THINKING|>",
        ("<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>"),
    ),
)

LEADS = ("<|start|>assistant", "<|channel|>final<|message|>", "<|START_RESPONSE|>")
"""What may stand between a thought and the answer, and belongs to neither."""


def opened(prompt: str) -> str:
    """Return the mark with which a prompt ends, where the model goes on inside a thought; else ""."""
    end = prompt.rstrip()
    return next((form.opens for form in FORMS if end.endswith(form.opens)), "")


def kept(controls: Collection[str]) -> list[str]:
    """Return the marks that a model with these control tokens has; a form counts as a whole only."""
    whole = [form for form in FORMS if all(mark in controls for mark in form.controls)]
    return sorted({mark for form in whole for mark in form.controls})
