"""In which language a question is asked: short ones in twelve languages, and all that makes it hard."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sottovoce.guard import words
from sottovoce.guard.language import EVIDENT, MOST, Recognised, evidently_english, recognise

HERE = Path(__file__).parent
TWELVE = tomllib.loads((HERE / "languages.toml").read_text("utf-8"))
TWO = tomllib.loads((HERE / "english_chinese.toml").read_text("utf-8"))


def asked(table: dict[str, dict[str, list[str]]], part: str | None = None) -> list[tuple[str, str]]:
    """Return the questions of a set with their languages; of one part, or all."""
    return [
        (code, question)
        for code, parts in table.items()
        for name, questions in parts.items()
        for question in questions
        if part in (None, name)
    ]


def share(questions: list[tuple[str, str]]) -> float:
    """Return how many of the questions are recognised, from 0 to 1."""
    return sum(recognise(question).code == code for code, question in questions) / len(questions)


def test_the_sets_are_as_large_as_they_say() -> None:
    assert len(asked(TWELVE)) == 400
    assert len(asked(TWELVE, "held")) >= 40
    assert len(TWELVE) == 12
    both = asked(TWELVE) + asked(TWO)
    assert [len([one for one in both if one[0] == code]) >= 200 for code in ("en", "zh")] == [True, True]
    assert len({question for _, question in both}) == len(both)


def test_short_questions_in_twelve_languages_are_recognised() -> None:
    assert share(asked(TWELVE)) >= 0.98
    assert share(asked(TWELVE, "held")) >= 0.97


def test_english_and_chinese_are_recognised() -> None:
    both = [one for one in asked(TWELVE) + asked(TWO) if one[0] in ("en", "zh")]
    assert share(both) >= 0.995
    assert share([one for one in both if one in asked(TWELVE, "held") + asked(TWO, "held")]) == 1.0


def test_no_english_question_is_surely_anything_else() -> None:
    taken = [recognise(question) for code, question in asked(TWELVE) + asked(TWO) if code == "en"]
    assert not [found for found in taken if found.is_certain and found.code != "en"]


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "42", "3.14 * 2 = ?", "👍", "🎉🎉🎉", "?!", "https://example.com/bonjour/monde",
        "```python\nprint('hola mundo')\n```", "`ls -la`", "\u200b\u200d\ufeff", "<div></div>", "a@b.example",
        "/usr/share/doc/hola.txt", "\ud800",
    ],
)  # fmt: skip
def test_of_some_texts_nothing_can_be_said(text: str) -> None:
    assert recognise(text) == Recognised(None, 0.0)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "translate 'guten morgen' to french"),
        ("en", "Translate into English: Ich habe gestern meine Schlüssel verloren und suche sie jetzt."),
        ("en", "Fix the grammar: Ich habe gestern nach Hause gegangen"),
        ("en", "What does 「ありがとう」 mean"),
        ("en", "how to say 谢谢 in korean"),
        ("en", "what does je ne sais quoi mean"),
        ("en", "Summarise this:\n天空是蓝色的，因为空气会散射阳光。"),
        ("de", "Wie heißt 'street' auf Deutsch?"),
        ("de", "Übersetze ins Französische: Where is the train station?"),
        ("zh", "翻译成中文：The quick brown fox jumps over the lazy dog."),
        ("zh", "解释一下 attention is all you need 这篇论文"),
        ("zh", "「ありがとう」是什么意思"),
        ("zh", "ありがとう是什么意思"),
        ("zh", "please 帮我 check 一下"),
        ("zh", "iPhone 15 怎么截图"),
        ("ja", "「你好」はどういう意味ですか"),
        ("ja", "東京の天気"),
        ("ru", "что такое API"),
        ("hi", "python में फाइल कैसे पढ़ें"),
    ],
)
def test_the_language_is_that_of_the_sentence_around_what_it_quotes(code: str, text: str) -> None:
    assert recognise(text).code == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "h\u200be\u200bl\u200bl\u200bo, how are y\u200bou"),
        ("en", "hоw dо yоu cооk riсе"),  # Cyrillic о and с
        ("en", "ｈｏｗ ａｒｅ ｙｏｕ"),
        ("en", "HOW ARE YOU"),
        ("en", "what’s the weather like, don’t you know"),
        ("en", "why does ```print(1)``` print 1"),
        ("zh", "你\u200b好\u200b吗"),
        ("fr", "qu’est-ce que c’est"),
        ("vi", "ta\u0323i sao bâ\u0300u trơ\u0300i xanh"),  # each mark a sign of its own
    ],
)
def test_signs_that_nobody_sees_or_that_look_alike_change_nothing(code: str, text: str) -> None:
    assert recognise(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "El Niño explained", "déjà vu", "résumé tips", "las vegas hotels", "los angeles to san diego",
        "naïve bayes", "feliz navidad chords", "São Paulo weather", "Angela Merkel", "Das Boot plot",
        "la casa de papel ending", "Café near me", "der spiegel subscription", "tom yum recipe",
    ],
)  # fmt: skip
def test_a_name_or_a_title_makes_nothing_certain(text: str) -> None:
    found = recognise(text)
    assert found.code == "en" or not found.is_certain


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("nl", "hoe kook ik een ei"), ("pl", "jak ugotować jajko"), ("tr", "yumurta nasıl haşlanır"),
        ("vi", "luộc trứng như thế nào"), ("sv", "hur kokar jag ett ägg"), ("da", "hvordan koger jeg et æg"),
        ("no", "hvordan koker jeg et egg"), ("fi", "miten keitän kananmunan"), ("cs", "jak uvařit vejce"),
        ("ro", "cum fierb un ou"), ("hu", "hogyan főzzek tojást"), ("id", "bagaimana cara merebus telur"),
        ("ca", "com puc coure un ou"), ("hr", "kako skuhati jaje"), ("uk", "як зварити яйце"),
        ("bg", "защо небето е синьо"), ("sr", "како да скувам јаје"), ("fa", "چگونه تخم مرغ بپزم"),
        ("ur", "انڈا کیسے ابالیں"), ("he", "איך מבשלים ביצה"), ("el", "πώς βράζω ένα αυγό"),
        ("th", "ต้มไข่ยังไง"), ("bn", "ডিম কীভাবে সিদ্ধ করব"), ("mr", "अंडे कसे उकडावे"),
        ("ta", "முட்டை வேகவைப்பது எப்படி"), ("ka", "როგორ მოვხარშო კვერცხი"),
        ("hy", "ինչպես եփել ձու"), ("am", "እንቁላል እንዴት ይቀቀላል"),
    ],
)  # fmt: skip
def test_other_languages_are_recognised_too(code: str, text: str) -> None:
    assert recognise(text).code == code


def test_a_long_text_is_told_by_its_beginning() -> None:
    assert recognise("why does the sea look blue " * 40_000).code == "en"
    assert recognise("天空为什么是蓝色的。" + "x" * 1_000_000).code == "zh"
    assert recognise("7 " * MOST + "why is the sky blue").code is None


@pytest.mark.parametrize(
    "sign", ["<", "`", "'", '"', "«", "a(", "_a", "/a", "@", "a@", "a.a@", "https://", "a-", ":"]
)
def test_no_text_makes_it_look_for_ever(sign: str) -> None:
    recognise(sign * MOST)  # an expression that explodes would be seen by whoever waits for it
    assert recognise(sign * MOST + "\nwhy is the sky blue").code != "fr"


def test_what_is_evidently_english_stands_in_no_other_list() -> None:
    assert evidently_english("What’s the capital of France?")
    for code, lists in words._table().items():
        assert code == "en" or EVIDENT.isdisjoint((lists["small"] + lists["large"]).split()), code


def test_every_list_of_words_is_written_in_small_letters() -> None:
    table = words._table()
    assert len(table) >= 25
    for code, lists in table.items():
        for word in (lists["small"] + lists["large"]).split():
            assert word == word.lower(), (code, word)
