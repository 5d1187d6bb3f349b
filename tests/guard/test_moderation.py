from __future__ import annotations

import math
from pathlib import Path

import pytest

from sottovoce.guard.moderation import (
    OURS,
    SAFE,
    GuardModel,
    Judgement,
    Kind,
    Reply,
    acting,
    judged,
    recognised,
    requests,
)
from sottovoce.guard.policy import FAMILY, OPEN, PUBLIC
from sottovoce.guard.prompts import GEMMA_PRINCIPLES, LLAMA_CATEGORIES, QWEN_CATEGORIES

PROMPTS = Path(__file__).with_name("prompts")

LLAMA = GuardModel(Kind.LLAMA_GUARD, 8_030_261_248)
SMALL_LLAMA = GuardModel(Kind.LLAMA_GUARD, 1_498_482_688)
GEMMA = GuardModel(Kind.SHIELD_GEMMA)
QWEN = GuardModel(Kind.QWEN_GUARD)


def shown(name: str) -> str:
    """Return a prompt as its makers' own code renders it."""
    return (PROMPTS / f"{name}.txt").read_text("utf-8")


def test_llama_guard_is_asked_as_its_makers_ask_it() -> None:
    [request] = requests(SMALL_LLAMA, "What is the recipe for mayonnaise?", "Yolks and oil.")
    assert request.prompt.text == shown("llama_answer")
    [request] = requests(LLAMA, "What is the recipe for mayonnaise?")
    assert "S14: Code Interpreter Abuse.\n<END" in request.prompt.text
    assert "\n\nAgent: " not in request.prompt.text
    assert "ONLY THE LAST User message" in request.prompt.text


def test_qwen_guard_is_asked_as_its_makers_ask_it() -> None:
    assert [one.prompt.text for one in requests(QWEN, "How are you?")] == [shown("qwen_question")]
    assert [one.prompt.text for one in requests(QWEN, "How are you?", "Fine.")] == [shown("qwen_answer")]


def test_shield_gemma_is_asked_about_one_principle_at_a_time() -> None:
    asked = requests(GEMMA, "How are you?")
    assert [one.about for one in asked] == list(GEMMA_PRINCIPLES)
    assert asked[1].prompt.text == shown("gemma_question")
    assert all(one.tokens == 1 and one.likelihoods for one in asked)
    answered = requests(GEMMA, "How are you?", "Fine.")[1].prompt.text
    assert "<end_of_turn>\n\n<start_of_turn>\nChatbot Response: Fine.\n<end_of_turn>" in answered
    assert '"No Harassment": The chatbot shall not generate content that is malicious' in answered
    assert "Does the Chatbot Response violate" in answered


@pytest.mark.parametrize("model", [LLAMA, GEMMA, QWEN])
def test_what_is_judged_stands_in_no_frame(model: GuardModel) -> None:
    for request in requests(model, "zebra<|im_end|>", "quagga<end_of_turn>"):
        assert request.prompt.parts[1::2] == ("zebra<|im_end|>", "quagga<end_of_turn>")
        assert not any("zebra" in frame or "quagga" in frame for frame in request.prompt.parts[::2])


LABELS = [
    (LLAMA, "safe", SAFE),
    (LLAMA, "\n\nsafe\n", SAFE),
    (LLAMA, "unsafe\nS9", Judgement(("Indiscriminate Weapons",))),
    (LLAMA, "\n\nunsafe\nS1,S10", Judgement(("Violent Crimes", "Hate"))),
    (LLAMA, "unsafe\nS14", Judgement(("Code Interpreter Abuse",))),
    (SMALL_LLAMA, "unsafe\nS14", None),
    (LLAMA, "unsafe\nS15", None),
    (LLAMA, "unsafe\nS0", None),
    (LLAMA, "unsafe", None),
    (LLAMA, "unsafe\nviolence", None),
    (LLAMA, "unsafe\nS1, and more", None),
    (LLAMA, "unsafe\nS1\nS2", None),
    (LLAMA, "safe\nS1", None),
    (LLAMA, "safe enough", None),
    (LLAMA, "Safe", None),
    (LLAMA, "I'm sorry, but as an AI", None),
    (LLAMA, "", None),
    (QWEN, "Safety: Safe\nCategories: None", SAFE),
    (QWEN, "Safety: Safe\nCategories: None\nRefusal: Yes", SAFE),
    (QWEN, "Safety: Unsafe\nCategories: Violent", Judgement(("Violent",))),
    (QWEN, "Safety: Unsafe\nCategories: Violent, PII\nRefusal: No", Judgement(("Violent", "PII"))),
    (QWEN, "Safety: Controversial\nCategories: Unethical Acts", Judgement(("Unethical Acts",), True)),
    (QWEN, "Safety: Safe\nCategories: Violent", None),
    (QWEN, "Safety: Unsafe\nCategories: None", None),
    (QWEN, "Safety: Unsafe\nCategories: Rudeness", None),
    (QWEN, "Safety: Unsafe", None),
    (QWEN, "Safety: Safe\nCategories: None\nRefusal: Maybe", None),
    (QWEN, "Unsafe\nCategories: Violent", None),
    (QWEN, "Safety: Unsafe because\nCategories: Violent", None),
    (QWEN, "", None),
]


@pytest.mark.parametrize(("model", "text", "expected"), LABELS)
def test_labels_are_read_to_the_letter(model: GuardModel, text: str, expected: Judgement | None) -> None:
    asked = requests(model, "q")
    assert judged(model, asked, [Reply(text)]) == expected


def _gemma(*yes: float | None) -> Judgement | None:
    """Judge by the probability of "Yes" at each principle; None: it writes something else."""
    replies = [
        Reply("Well")
        if one is None
        else Reply(
            "Yes" if one >= 0.5 else "No",
            (("Yes", math.log(one / 2)), ("No", math.log((1 - one) / 2)), ("Oh", -9.0)),
        )
        for one in yes
    ]
    return judged(GEMMA, requests(GEMMA, "q"), replies)


def test_shield_gemma_is_heard_by_how_likely_its_yes_is() -> None:
    assert _gemma(0.1, 0.2, 0.3, 0.49) == SAFE
    assert _gemma(0.1, 0.51, 0.3, 0.9) == Judgement(("Harassment", "Sexually Explicit Information"))


def test_one_principle_without_a_yes_or_no_is_no_judgement() -> None:
    assert _gemma(0.9, 0.9, None, 0.9) is None
    asked = requests(GEMMA, "q")
    assert judged(GEMMA, asked, [Reply("Yes", (("Sure", -0.1),))] * 4) is None


FILES = [
    (("Llama-Guard-3-8B.Q4_K_M",), "llama", None, Kind.LLAMA_GUARD),
    (("llama_guard3_1b",), "llama", None, Kind.LLAMA_GUARD),
    (("shieldgemma-2b-q8",), "gemma2", None, Kind.SHIELD_GEMMA),
    (("Qwen3Guard-Gen-0.6B",), "qwen3", None, Kind.QWEN_GUARD),
    (("mine", "Qwen3Guard Gen 4B"), "qwen3", None, Kind.QWEN_GUARD),
    (("mine",), "qwen3", "x <BEGIN UNSAFE CONTENT CATEGORIES> **Safety: Controversial**", Kind.QWEN_GUARD),
    (("mine",), "llama", "<BEGIN UNSAFE CONTENT CATEGORIES>\nS1: Violent Crimes.", Kind.LLAMA_GUARD),
    (("mine",), "gemma2", "You are a policy expert trying to help determine whether", Kind.SHIELD_GEMMA),
    (("llama-guard-3-8b",), "gemma2", None, None),
    (("Llama-Guard-4-12B",), "llama4", None, None),
    (("shieldgemma-2-4b-it",), "gemma3", None, None),
    (("Qwen3Guard-Stream-4B",), "qwen3", None, None),
    (("SmolLM2-135M-Instruct",), "llama", "{{ messages }}", None),
    (("LlamaGuard-7b",), "llama", None, None),
]


@pytest.mark.parametrize(("names", "architecture", "template", "kind"), FILES)
def test_a_guard_model_is_known_by_its_template_or_its_name(
    names: tuple[str, ...], architecture: str, template: str | None, kind: Kind | None
) -> None:
    found = recognised(names, architecture, template)
    assert (None if found is None else found.kind) == kind


def test_every_label_is_one_that_a_model_gives() -> None:
    assert set(OURS) <= {*LLAMA_CATEGORIES, *GEMMA_PRINCIPLES, *QWEN_CATEGORIES}


ACTING = [
    (Judgement(("Indiscriminate Weapons",)), FAMILY, False, "Indiscriminate Weapons"),
    (Judgement(("Specialized Advice",)), PUBLIC, True, None),
    (Judgement(("Specialized Advice", "Hate")), PUBLIC, False, "Hate"),
    (Judgement(("Politically Sensitive Topics",)), PUBLIC, True, None),
    (Judgement(("Sexual Content",)), FAMILY, False, "Sexual Content"),
    (Judgement(("Sexual Content",)), OPEN, False, None),
    (Judgement(("Hate",)), OPEN, False, None),
    (Judgement(("Child Exploitation",)), OPEN, False, "Child Exploitation"),
    (Judgement(("Unethical Acts",), True), PUBLIC, True, "Unethical Acts"),
    (Judgement(("Unethical Acts",), True), PUBLIC, False, None),
    (SAFE, PUBLIC, True, None),
]


@pytest.mark.parametrize(("judgement", "profile", "strict", "label"), ACTING)
def test_a_profile_refuses_the_labels_that_it_knows_as_harm(judgement, profile, strict, label) -> None:
    assert acting(judgement, profile.blocks, strict=strict) == label
