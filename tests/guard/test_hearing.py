"""In which language an answer is written: 200 good ones pass, and none in another language is seen."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sottovoce.guard.hearing import HELD, HELD_CHINESE, HELD_IN_DOUBT, Hearing, Strayed
from sottovoce.guard.wanted import may_be_signs, wanted

HERE = Path(__file__).parent
ANSWERS = tomllib.loads((HERE / "answers.toml").read_text("utf-8"))
TWELVE = tomllib.loads((HERE / "languages.toml").read_text("utf-8"))
PIECE = 3


def heard(question: str, answer: str) -> tuple[str, Strayed | None]:
    """Return what of an answer is shown, and how it strayed, as a watch over a turn would have it."""
    code = wanted(question)
    if code is None:
        return answer, None
    hearing = Hearing(code, may_be_signs=may_be_signs(question))
    shown = ""
    for at in range(0, len(answer), PIECE):
        found = hearing.feed(answer[at : at + PIECE])
        if isinstance(found, Strayed):
            return shown, found
        shown += found
    found = hearing.end()
    return (shown, found) if isinstance(found, Strayed) else (shown + found, None)


def shown_after(question: str, answer: str) -> int:
    """Return how many characters had been written when the first was shown."""
    hearing = Hearing(wanted(question) or "en")
    for at in range(1, len(answer) + 1):
        if hearing.feed(answer[at - 1]):
            return at
    return len(answer)


def strayed_pairs() -> list[tuple[str, str, str, str]]:
    """Return questions with beginnings of answers in another language; every second one in English."""
    pairs = []
    for row, (code, parts) in enumerate(TWELVE.items()):
        others = [other for other in TWELVE if other != code]
        for at, question in enumerate(parts["known"] + parts["held"]):
            if wanted(question) != code:
                continue
            other = "en" if at % 2 and code != "en" else others[(5 * at + row) % len(others)]
            begun = ANSWERS["begun"][other]
            pairs.append((code, question, other, begun[at % len(begun)]))
    return pairs


def test_two_hundred_good_answers_reach_their_reader() -> None:
    assert len(ANSWERS["good"]) >= 200
    for question, answer in ANSWERS["good"]:
        assert heard(question, answer) == (answer, None), question


def test_most_of_them_are_listened_to() -> None:
    listened = [question for question, _ in ANSWERS["good"] if wanted(question) is not None]
    assert len(listened) >= 0.7 * len(ANSWERS["good"])


def test_no_answer_in_another_language_is_seen() -> None:
    pairs = strayed_pairs()
    assert len(pairs) >= 200
    seen = [(pair, shown) for pair in pairs if (shown := heard(pair[1], pair[3])[0])]
    assert not seen


def test_answers_in_the_right_language_are_not_taken_for_another() -> None:
    for code, begun in ANSWERS["begun"].items():
        for question in TWELVE[code]["known"][::5]:
            for answer in begun:
                assert heard(question, answer) == (answer, None), (question, answer)


def test_a_chinese_question_answered_with_pointing_hands_is_stopped() -> None:
    assert heard("什么是光合作用", "👉" * 36) == ("", Strayed(None))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("why is the sky blue", "❤" * 40),
        ("天空为什么是蓝色的", "Yes, it is."),
        ("我妈妈去世了", "I am sorry for your loss"),
        ("怎么煮鸡蛋", "1. Put the eggs into a pot of cold water.\n2. Bring it to the boil."),
        ("怎么煮鸡蛋", "| Step | What to do |\n|---|---|\n| 1 | Put the eggs into a pot of cold water |"),
        ("怎么煮鸡蛋", "[Note: I can only answer questions that are asked in English.]"),
        ("怎么煮鸡蛋", "**Step 1:** Put the eggs into a pot of cold water."),
        (
            "how do i boil an egg",
            "Para cocer un huevo hay que poner agua en una olla y esperar.",
        ),
        ("why is the sky blue", "天空是蓝色的，因为空气会散射阳光中的蓝光。"),
    ],
)
def test_what_is_no_answer_in_the_language_is_stopped(question: str, answer: str) -> None:
    shown, strayed = heard(question, answer)
    assert shown == ""
    assert strayed is not None


def test_one_that_goes_on_in_another_language_is_stopped_later() -> None:
    on = "The sky is blue because the air scatters the blue part of the light more than the red one. "
    shown, strayed = heard("天空为什么是蓝色的", "好的 " + on * 3)
    assert strayed == Strayed("en")
    assert len(shown) < 130


def test_a_foreign_passage_in_an_answer_is_no_reason_to_stop() -> None:
    begun = "The poem that you mean is by Li Bai, and he wrote it when he was far from home: "
    answer = begun + "床前明月光，疑是地上霜。举头望明月，低头思故乡。"
    assert heard("which poem is about the moon", answer) == (answer, None)


@pytest.mark.parametrize(
    "answer",
    [
        "The sky is blue because of the way in which air scatters light.",
        "Sure, here is a list of three cheeses that you could try.",
        "Photosynthesis is how plants turn light into sugar.",
        "Barack Hussein Obama II (born August 4, 1961) is an American politician.",
        "1. Boil the water.\n2. Add the egg.",
        "- Wash the rice first, then boil it for twelve minutes.",
        "**Paris** is the capital.",
    ],
)
def test_a_plain_english_answer_is_shown_almost_at_once(answer: str) -> None:
    assert shown_after("why is the sky blue", answer) <= HELD


def test_nothing_is_held_back_for_long() -> None:
    for question, answer in ANSWERS["good"]:
        if wanted(question) == "en":
            assert shown_after(question, answer) <= HELD_IN_DOUBT + PIECE, question


def test_a_chinese_answer_is_shown_almost_at_once() -> None:
    assert shown_after("天空为什么是蓝色的", "因为空气会散射蓝光。") <= HELD_CHINESE


@pytest.mark.parametrize(
    "answer",
    [
        "在Python中，set()函数可以设置一个新的变量, which can be used to store values.",
        "In Python, set()函数可以设置一个新的变量，which can store values. 例如，你可以使用set()来创建集合。",
        "Ja, ich erinnere mich.",
        "Ich lebe in Wien, Österreich.",
        "Wie kann ich Ihnen helfen?",
        "Ich werde mich daran erinnern, dass du in Wien lebst.",
    ],
)
def test_what_only_begins_or_looks_like_english_is_stopped(answer: str) -> None:
    for question in ("how do sets work in Python", "Remember that I live in Vienna."):
        shown, strayed = heard(question, answer)
        assert shown == ""
        assert strayed is not None


@pytest.mark.parametrize(
    "answer",
    [
        "Sets in Python are unordered collections of unique items. "
        "集合是一种数据结构，它可以存储不重复的元素。你可以使用set()来创建一个集合，也可以用大括号。",
        "Sure! Ich lebe in Wien und ich bin sehr froh, dass ich hier bin. Die Stadt ist sehr schön "
        "und hat viele Museen, die man besuchen kann. Ich gehe gern in die Oper.",
        "The sky is blue. " * 40 + "天空是蓝色的，因为空气会散射阳光，这是我们看到的颜色。" * 20,
    ],
)
def test_what_slips_into_another_language_is_stopped_later(answer: str) -> None:
    assert heard("how do sets work in Python", answer)[1] is not None


@pytest.mark.parametrize(
    "answer",
    [
        "Confucius: 己所不欲，勿施于人 (do not do to others what you would not have done to you).",
        'The sign on the wall said "我们不知道这是什么，也不会说。" and nobody could read what it was.',
        "Kung Pao chicken (宫保鸡丁), Mapo tofu (麻婆豆腐) and hot pot (火锅) come from Sichuan.",
        "Print it with `print('你好，这是我的程序')`, and the terminal shows the greeting.",
        "Hans Sachs and Walther von der Vogelweide.",
        "The film is called Die fetten Jahre sind vorbei, and it was shown at Cannes in the year 2004.",
    ],
)
def test_names_and_quotations_in_an_english_answer_pass(answer: str) -> None:
    assert heard("how do sets work in Python", answer) == (answer, None)


def test_an_empty_answer_is_none_to_stop() -> None:
    assert heard("why is the sky blue", "") == ("", None)
    assert heard("天空为什么是蓝色的", " \n") == (" \n", None)
