"""Loops are noticed within forty tokens of repetition; what repeats rightly is let be."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from drawn_up import TREES, all_of_them

from sottovoce.guard.repetition import Listening, Loop

HERE = Path(__file__).parent
LOOPS = tomllib.loads((HERE / "loops.toml").read_text("utf-8"))["loop"]
WRITTEN = tomllib.loads((HERE / "legitimate.toml").read_text("utf-8"))["text"]

TOKEN = re.compile(
    r" ?[A-Za-z\u00c0-\u024f\u0400-\u04ff\u0600-\u06ff]{1,6}| ?\d{1,3}|[\u3040-\u9fff\uac00-\ud7a3]{1,2}"
    r"|\n| ?[^\w\s]| {1,8}|.",
    re.DOTALL,
)
"""Cuts a text into pieces about as large as tokens."""

MOST = 40
"""Tokens that may be repeated before a loop is noticed."""


def heard(asked: str, text: str) -> tuple[Listening, Loop | None, int]:
    """Feed a text; return what has listened, the loop, and how many letters it had heard by then."""
    listening, letters = Listening(asked), 0
    for piece in TOKEN.findall(text):
        letters += len(piece)
        loop = listening.feed(piece)
        if loop is not None:
            return listening, loop, letters
    return listening, None, letters


def rounds(said: str, times: int = 400) -> list[str]:
    return [said.replace("{n}", str(at)) for at in range(1, times + 1)]


@pytest.mark.parametrize("loop", LOOPS, ids=[loop["round"][:24].strip() or "blank" for loop in LOOPS])
def test_a_loop_is_noticed_within_forty_repeated_tokens(loop: dict[str, str]) -> None:
    said = rounds(loop["round"])
    listening, found, letters = heard(loop["asked"], loop["before"] + "".join(said))
    assert found is not None
    once = loop["before"] + said[0]
    assert len(TOKEN.findall(listening.text[len(once) :])) <= MOST
    # What is kept was said once, or twice to the end of a sentence, and nothing of it is lost before.
    kept = listening.text[: found.keep]
    assert len(loop["before"].rstrip()) <= len(kept) <= len(once) + len(said[1])
    assert not kept[-1:].isspace()
    assert letters == len(listening.text)


def test_the_sets_are_as_large_as_they_should_be() -> None:
    assert len(LOOPS) >= 60
    assert len(WRITTEN) + len(list(all_of_them())) >= 200


def test_what_repeats_rightly_is_not_stopped() -> None:
    texts = [(one["asked"], one["said"]) for one in WRITTEN] + list(all_of_them())
    stopped = [asked for asked, said in texts if heard(asked, said)[1] is not None]
    assert stopped == []  # 0.5 % of them would be allowed, which is one


@pytest.mark.parametrize("size", [1, 3, 17, 400, 100_000])
def test_a_loop_is_noticed_however_the_text_is_cut(size: int) -> None:
    text = "The cat came in. " + "The dog went out. " * 300
    listening = Listening()
    found = [listening.feed(text[at : at + size]) for at in range(0, len(text), size)]
    loops = [loop for loop in found if loop is not None]
    assert loops
    assert listening.text[: loops[0].keep] == "The cat came in. The dog went out."


def test_a_round_that_begins_in_the_middle_of_a_word_is_kept_to_its_sentences_end() -> None:
    listening, loop, _ = heard("", "He said the cat. " + "She said the cat. " * 20)
    assert loop is not None
    assert listening.text[: loop.keep] == "He said the cat. She said the cat."


def test_an_answer_that_is_gone_on_with_is_heard_from_its_beginning() -> None:
    listening = Listening("", "The dog went out. " * 2)
    loop = next(filter(None, map(listening.feed, TOKEN.findall("The dog went out. " * 20))), None)
    assert loop is not None
    assert loop.start < len("The dog went out. " * 2)
    assert listening.text[: loop.keep] == "The dog went out."


def test_a_list_whose_numbers_do_not_count_is_no_loop() -> None:
    readings = "".join(f"At noon the level of the lake was {700 - 13 * at} cm. " for at in range(20))
    assert heard("How high was the lake?", readings)[1] is None


def test_a_question_that_asks_for_the_same_again_and_again_gets_it() -> None:
    text = "I will not be late. " * 60
    assert heard("Write 'I will not be late' 60 times.", text)[1] is None
    assert heard("Was I late?", text)[1] is not None


def test_even_what_was_to_be_repeated_comes_to_an_end() -> None:
    assert heard("Repeat this many times.", "again " * 6_000)[1] is not None


def test_a_text_of_any_length_is_heard_in_steps_that_do_not_grow() -> None:
    """Counted in lines of Python that run, for a text ten times as long, of near-repetitions."""

    def steps(times: int) -> int:
        count = 0

        def trace(frame: object, event: str, argument: object) -> object:
            nonlocal count
            count += event == "line"
            return trace

        text = "".join(f"the {TREES[at * at % 7]} is {at % 7} feet high, " for at in range(times))
        listening = Listening("times table of trees")
        before = sys.gettrace()
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            listening.feed(text)
        finally:
            sys.settrace(before)
        return count

    assert steps(500) < 15 * steps(50)
