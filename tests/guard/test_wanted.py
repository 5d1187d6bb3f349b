"""The language in which an answer is wanted: that of the question, where nothing else is asked for."""

from __future__ import annotations

import pytest

from sottovoce.guard.wanted import may_be_signs, wanted


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("why is the sky blue", "en"),
        ("天空为什么是蓝色的", "zh"),
        ("python怎么读取文件", "zh"),
        ("warum ist der himmel blau", "de"),
        ("как сварить яйцо", "ru"),
        ("卵のゆで方を教えて", "ja"),
    ],
)
def test_it_is_that_of_the_question(question: str, code: str) -> None:
    assert wanted(question) == code


@pytest.mark.parametrize(
    "question",
    [
        "translate good morning into japanese",
        "how do you say thank you in german",
        "write a poem in Spanish",
        "a french proverb please",
        "what does 缘分 mean",
        "lyrics of la vie en rose",
        "把这句话翻译成英文",
        "用英语写一封信",
        "英語に訳して",
        "이 문장을 영어로 번역해줘",
        "übersetze das ins Englische",
        "traduis en anglais",
        "traduce al inglés",
        "переведи на английский",
        "ترجم إلى الإنجليزية",
        "अंग्रेजी में अनुवाद करो",
        "what language is this: je suis ici",
        "42",
        "👍",
        "Angela Merkel",
    ],
)
def test_any_will_do_where_another_may_be_meant(question: str) -> None:
    assert wanted(question) is None


def test_what_was_asked_for_earlier_still_holds() -> None:
    assert wanted("why is the sky blue", ["please answer me in French from now on"]) is None
    assert wanted("why is the sky blue", ["and the sea?"]) == "en"


@pytest.mark.parametrize(
    "told", ["Always answer in German.", "请用中文回答所有问题。", "Antworte immer kurz."]
)
def test_instructions_for_the_chat_may_want_another(told: str) -> None:
    assert wanted("why is the sky blue", (), told) is None


def test_plain_instructions_change_nothing() -> None:
    assert wanted("why is the sky blue", (), "Be brief and kind.") == "en"
    assert wanted("天空为什么是蓝色的", (), "You are a helpful assistant.") == "zh"


def test_signs_are_an_answer_where_they_are_asked_for() -> None:
    assert may_be_signs("give me 15 animal emojis")
    assert may_be_signs("画一排星星")
    assert not may_be_signs("什么是光合作用")
