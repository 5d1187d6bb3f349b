"""What reaches the engine is built here and nowhere else; what comes back is read here."""

from __future__ import annotations

import json
import random
from dataclasses import fields
from typing import Any

import pytest

from sottovoce.core.errors import BadValue
from sottovoce.core.events import Text
from sottovoce.core.sampling import Sampling
from sottovoce.engine.request import ONE_SPACING, Spoken, check_bias, piece_request, request
from sottovoce.engine.script import Prompt, Script

ALWAYS = {"prompt", "n_predict", "stream", "return_tokens", "response_fields", "id_slot", "cache_prompt"}
DEFAULTS = Sampling(temperature=0.2, top_p=0.9, repeat_penalty=1.1, max_tokens=50)
EVERYTHING = Sampling(
    temperature=0.5,
    top_p=0.6,
    top_k=7,
    min_p=0.1,
    repeat_penalty=1.2,
    presence_penalty=0.3,
    frequency_penalty=-0.4,
    seed=3,
    max_tokens=9,
    stop=("x",),
    schema='{"type": "string"}',
    bias=((5, 1.5), (6, -100)),
    likelihoods=4,
    thinking=True,
)
SENT_AS = {"stop": "stop", "schema": "json_schema", "bias": "logit_bias", "likelihoods": "n_probs"}
"""What goes by another name, or not one by one; `max_tokens` is always sent, `thinking` is the template's."""


def built(sampling: Sampling, defaults: Sampling = DEFAULTS, prompt: int = 2, window: int = 100) -> Any:
    return request([1] * prompt, sampling, defaults, window, 3, afresh=False)


def test_only_known_fields_are_sent() -> None:
    names = {field.name for field in fields(Sampling)} - {"max_tokens", "thinking"}
    assert all(getattr(EVERYTHING, name) is not None for name in names)
    assert set(built(EVERYTHING)) - ALWAYS == {SENT_AS.get(name, name) for name in names}


def test_what_nobody_said_is_not_sent() -> None:
    assert set(built(Sampling(), Sampling())) == ALWAYS


def test_every_value_is_sent_as_it_was_checked() -> None:
    body = built(EVERYTHING)
    for name in ("temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed"):
        assert body[name] == getattr(EVERYTHING, name)
    assert (body["presence_penalty"], body["frequency_penalty"]) == (0.3, -0.4)
    assert (body["stop"], body["n_probs"], body["n_predict"]) == (["x"], 4, 9)
    assert body["logit_bias"] == [[5, 1.5], [6, False]]
    assert (body["id_slot"], body["cache_prompt"]) == (3, True)
    json.dumps(body, allow_nan=False)


@pytest.mark.parametrize(("value", "sent"), [(-100, False), (-99.5, -99.5), (0, 0), (100, 100)])
def test_the_lowest_bias_is_a_ban(value: float, sent: float) -> None:
    [(token, found)] = built(Sampling(bias=((7, value),)))["logit_bias"]
    assert token == 7
    assert found == sent
    assert (found is False) == (value == -100)


def test_a_token_that_the_model_lacks_is_named() -> None:
    check_bias(Sampling(bias=((99, 1.0),)), 100)
    with pytest.raises(BadValue, match="There is no token 100"):
        check_bias(Sampling(bias=((100, 1.0),)), 100)


def test_the_likelihood_of_the_written_word_alone_is_asked_for_too() -> None:
    assert built(Sampling(likelihoods=0))["n_probs"] == 1


def test_what_must_be_computed_afresh_uses_nothing_of_the_slot() -> None:
    assert request([1], Sampling(seed=1), DEFAULTS, 100, 0, afresh=True)["cache_prompt"] is False
    assert piece_request([1], 0, afresh=True)["cache_prompt"] is False
    assert piece_request([1], 0, afresh=False)["cache_prompt"] is True


def test_the_models_defaults_fill_in_and_zero_is_a_value() -> None:
    body = built(Sampling(temperature=0.0))
    assert (body["temperature"], body["top_p"], body["repeat_penalty"]) == (0.0, 0.9, 1.1)
    assert body["n_predict"] == 50


def test_an_answer_never_outgrows_the_window() -> None:
    assert built(Sampling(max_tokens=1_000_000), prompt=90)["n_predict"] == 10


def test_json_is_not_punished_for_repeating_its_marks() -> None:
    body = built(Sampling(schema="{}"))
    assert "repeat_penalty" not in body
    assert body["json_schema"] == ONE_SPACING


# ── what comes back ───────────────────────────────────────────────────────────────────────────────


def event(content: str, tokens: list[int], so_far: int, *odds: float) -> dict[str, Any]:
    found: dict[str, Any] = {"content": content, "tokens": tokens, "tokens_predicted": so_far, "stop": False}
    if odds:
        tops = [
            {"id": at, "token": f"t{at}", "bytes": list(f"t{at}".encode()), "logprob": odd}
            for at, odd in enumerate(odds)
        ]
        found["completion_probabilities"] = [{**tops[0], "token": content, "top_logprobs": tops}]
    return found


def test_an_answers_script_agrees_with_its_text_token_by_token() -> None:
    spoken = Spoken(None)
    assert spoken.add(event("odd ", [7, 7], 2)) == Text("odd ")
    assert spoken.add(event("words", [8], 3)) == Text("words")
    spoken.end("limit")
    script = spoken.script(Script(), Prompt("ask:", [1, 2]), [1, 2])
    assert script == Script((1, 2, 7, 7, 8), "ask:odd words", ((4, 2), (13, 5)))


def test_a_stop_text_is_in_the_slot_but_not_in_the_answer() -> None:
    spoken = Spoken(None)
    spoken.add(event("a", [7], 1))
    assert spoken.add(event("", [8], 2)) is None
    spoken.end("word")
    script = spoken.script(Script(), Prompt("ask:", [1, 2]), [1, 2])
    assert script == Script((1, 2, 7, 8), "ask:", ((4, 2),))


def test_an_end_mark_is_not_part_of_the_answer_even_where_text_comes_with_it() -> None:
    for last in (event("", [2], 2), event("?", [2], 2)):
        spoken = Spoken(None)
        spoken.add(event("" if last["content"] else "?", [47], 1))
        spoken.add(last)
        spoken.end("eos")
        script = spoken.script(Script(), Prompt("ask:", [1]), [1])
        assert script == Script((1, 47), "ask:?", ((4, 1), (5, 2)))


def test_what_was_held_back_for_a_stop_text_that_never_came_is_told_at_the_end() -> None:
    spoken = Spoken(0)
    spoken.add(event("a", [7], 1, -0.1))
    spoken.add(event("", [8], 2, -0.2))
    spoken.add(event("", [9], 3, -0.3))
    spoken.end("limit")
    assert spoken.held_back == [8, 9]
    text = spoken.reveal(" bc")
    assert (text.text, [each.logprob for each in text.likelihoods]) == (" bc", [-0.2, -0.3])
    script = spoken.script(Script(), Prompt("ask:", [1]), [1])
    assert script == Script((1, 7, 8, 9), "ask:a bc", ((4, 1), (8, 4)))
    assert Spoken(None).held_back == []


def broken_character() -> Spoken:
    """Three tokens make one character, and only the last is told."""
    spoken = Spoken(None)
    spoken.add(event("see ", [7], 1))
    spoken.add(event("👏", [233], 4))
    spoken.add(event(" end", [9], 5))
    return spoken


def test_tokens_that_the_engine_keeps_to_itself_are_never_made_up() -> None:
    spoken = broken_character()
    spoken.end("limit")
    assert spoken.holes == ["👏"]
    script = spoken.script(Script(), Prompt("ask:", [1, 2]), [1, 2])
    assert script == Script((1, 2, 7), "ask:see ", ((4, 2), (8, 3)))


@pytest.mark.parametrize(
    ("usual", "known"),
    [([231, 232, 233], True), ([231, 233], False), ([231, 232, 234], False), ([], False)],
)
def test_a_hole_is_filled_by_the_usual_spelling_where_all_that_is_known_agrees(
    usual: list[int], known: bool
) -> None:
    spoken = broken_character()
    spoken.fill([usual])
    spoken.end("limit")
    script = spoken.script(Script(), Prompt("ask:", [1, 2]), [1, 2])
    assert script.tokens == ((1, 2, 7, *usual, 9) if known else (1, 2, 7))
    assert script.text == ("ask:see 👏 end" if known else "ask:see ")


def test_held_back_text_before_a_hole_leaves_the_script_sound() -> None:
    spoken = Spoken(None)
    spoken.add(event("a", [7], 1))
    spoken.add(event("", [8], 2))
    spoken.add(event("b👏", [233], 5))
    spoken.end("limit")
    script = spoken.script(Script(), Prompt("ask:", [1, 2]), [1, 2])
    assert script == Script((1, 2, 7), "ask:a", ((4, 2), (5, 3)))


def test_a_cut_off_answer_leaves_its_tokens_but_no_mark() -> None:
    spoken = Spoken(None)
    spoken.add(event("a", [7], 1))
    assert spoken.script(Script(), Prompt("ask:", [1]), [1]) == Script((1, 7), "ask:", ((4, 1),))
    assert spoken.script(Script(), Prompt("", [1]), [1]) == Script((1, 7))


def test_marks_agree_whatever_comes() -> None:
    chance = random.Random(11)
    for _ in range(300):
        spoken, count, truth, text = Spoken(None), 0, [], ""
        for _ in range(chance.randint(0, 12)):
            tokens = [chance.randint(1, 5) for _ in range(chance.randint(1, 3))]
            told = tokens if chance.random() < 0.8 else tokens[-1:]
            words = "".join(f"<{token}>" for token in tokens)
            truth += tokens
            count += len(tokens)
            text += words
            hide = chance.random() < 0.2
            spoken.add(event("" if hide else text, told, count))
            text = text if hide else ""
        ending = chance.choice(["eos", "limit", "word", None])
        if ending == "eos":
            spoken.add(event(text, [99], count + 1))
        if ending is not None:
            spoken.end(ending)
        script = spoken.script(Script(), Prompt("?", [0]), [0])
        assert list(script.tokens) == [0, *truth][: len(script.tokens)]
        for characters, tokens_there in script.marks:
            spelled = "".join(f"<{token}>" for token in script.tokens[1:tokens_there])
            assert script.text[1:characters] == spelled


def test_each_token_comes_with_its_likelihood_and_its_rivals() -> None:
    spoken = Spoken(2)
    text = spoken.add(event("hi", [7], 1, -0.5, -1.5, -2.5))
    assert text is not None
    [found] = text.likelihoods
    assert (found.token, found.data, found.logprob) == ("hi", b"t0", -0.5)
    assert [other.logprob for other in found.others] == [-0.5, -1.5]
    assert found.others[1].others == ()


def test_likelihoods_of_text_held_back_come_with_it() -> None:
    spoken = Spoken(0)
    assert spoken.add(event("", [7], 1, -0.5)) is None
    text = spoken.add(event("ab", [8], 2, -3.5e38))
    assert text is not None
    assert [each.logprob for each in text.likelihoods] == [-0.5, -9999.0]
    assert text.likelihoods[0].others == ()
