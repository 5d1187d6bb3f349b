"""Which entry a question means: a fixed set of paraphrases, and of questions about anything else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from sottovoce.help import shelf
from sottovoce.help.find import LONGEST, about_itself, find, nearest
from sottovoce.help.words import features, language_of, means_itself

SET = tomllib.loads(Path(__file__).with_name("questions.toml").read_text("utf-8"))
PARAPHRASES = [
    (entry, question)
    for part in ("tuned", "held")
    for entry, questions in SET[part].items()
    for question in questions
]
OTHERS = [*SET["others"]["tuned"], *SET["others"]["held"]]
ZERO_WIDTH = "\u200b"


def test_the_set_is_large_enough_and_repeats_no_wording() -> None:
    asked = [question for _, question in PARAPHRASES]
    wordings = {
        question for entry in shelf.entries() for question in (*entry.en.questions, *entry.zh.questions)
    }
    assert len(asked) >= 150
    assert len(OTHERS) >= 150
    assert len({*asked, *OTHERS}) == len(asked) + len(OTHERS)
    assert wordings.isdisjoint(asked)
    for questions in (asked, OTHERS):
        assert 0.2 < sum(language_of(one) == "zh" for one in questions) / len(questions) < 0.8


def test_every_entry_is_asked_for() -> None:
    assert {entry.id for entry in shelf.entries()} == {entry for entry, _ in PARAPHRASES}


def test_paraphrases_find_their_entry() -> None:
    wrong = [
        (entry, question)
        for entry, question in PARAPHRASES
        if (found := find(question)) is None or found.id != entry
    ]
    assert len(wrong) <= 0.05 * len(PARAPHRASES), wrong


def test_in_a_chat_every_wording_is_answered() -> None:
    for entry in shelf.entries():
        for asked in (*entry.en.questions, *entry.zh.questions):
            assert about_itself(asked, first=True) is (entry if entry.in_chat else None)


def test_in_a_chat_a_paraphrase_is_never_answered_by_another_entry() -> None:
    found = [(entry, question, about_itself(question, first=True)) for entry, question in PARAPHRASES]
    assert [one for one in found if one[2] is not None and one[2].id != one[0]] == []
    assert sum(one[2] is not None for one in found) >= 0.45 * len(found)


def test_other_questions_are_left_to_the_model() -> None:
    for first in (True, False):
        taken = [question for question in OTHERS if about_itself(question, first=first)]
        assert len(taken) <= 0.01 * len(OTHERS), taken


def rates() -> list[list[str]]:
    """Return the rows of the guide's table: of all, and of those not looked at."""
    parts = [("tuned", "held"), ("held",)]
    asked = [[(e, q) for part in some for e, found in SET[part].items() for q in found] for some in parts]
    others = [[q for part in some for q in SET["others"][part]] for some in parts]
    right = [[(found := find(q)) is not None and found.id == e for e, q in some] for some in asked]
    told = [[about_itself(q, first=True) is not None for _, q in some] for some in asked]
    taken = [[about_itself(q, first=True) is not None for q in some] for some in others]
    return [[f"{sum(hits)} of {len(hits)}" for hits in row] for row in (right, told, taken)]


def test_the_guide_tells_what_is_reached() -> None:
    guide = (Path(__file__).parents[2] / "docs/guides/help.md").read_text("utf-8")
    table = [line.split(" | ") for line in guide.splitlines() if re.search(r"\d+ of \d+", line)]
    assert [[cell.strip(" |") for cell in row[1:]] for row in table] == rates()


@pytest.mark.parametrize("entry", shelf.entries(), ids=lambda entry: entry.id)
def test_an_entry_is_found_by_each_of_its_wordings_and_its_id(entry: shelf.Entry) -> None:
    for asked in (*entry.en.questions, *entry.zh.questions, entry.id):
        assert find(asked) is entry


@pytest.mark.parametrize(
    "asked",
    [
        "CAN I DOWNLOAD CHATGPT",
        "can i download chat gpt???",
        f"Can I down{ZERO_WIDTH}load ChatGPT?",
        "Ｃａｎ Ｉ ｄｏｗｎｌｏａｄ ＣｈａｔＧＰＴ？",
        "可以下載 ChatGPT 嗎？",
        "ChatGPT 可以 download 吗",
    ],
)
def test_how_it_is_spelt_does_not_matter(asked: str) -> None:
    found = find(asked)
    assert found is not None
    assert found.id == "download-chatgpt"


@pytest.mark.parametrize("asked", ["", " ", "?", "🙂🙂🙂", "\u200b", "的", "!!!", "x" * 10_000, "you " * 200])
def test_what_asks_nothing_finds_nothing(asked: str) -> None:
    assert find(asked) is None
    assert about_itself(asked, first=True) is None


def test_a_long_text_is_no_question_about_the_assistant() -> None:
    question = "Do you work without the internet?"
    assert about_itself(question, first=True) is not None
    assert about_itself(f"{question} {'and then ' * LONGEST}", first=True) is None
    assert about_itself(f"{question}\nTranslate that.", first=True) is None
    assert nearest(question * LONGEST) == []


@pytest.mark.parametrize(
    ("asked", "first", "later"),
    [
        ("Does it work offline?", "offline", None),
        ("Do you work offline?", "offline", "offline"),
        ("Does this program work offline?", "offline", "offline"),
        ("Can I download ChatGPT?", "download-chatgpt", "download-chatgpt"),
        ("Does what I type leave this machine?", "leaves-machine", "leaves-machine"),
        ("Who built you?", "who-made-you", "who-made-you"),
        ("How do I add documents?", "add-documents", None),
        ("How do I add a few documents?", None, None),
        ("Can you give me JSON?", None, None),
        ("How do you work?", None, None),
    ],
)
def test_a_question_that_names_nobody_means_the_assistant_only_where_nothing_else_was_spoken_of(
    asked: str, first: str | None, later: str | None
) -> None:
    for is_first, wanted in ((True, first), (False, later)):
        found = about_itself(asked, first=is_first)
        assert (found.id if found else None) == wanted


def test_the_nearest_come_best_first() -> None:
    found = nearest("How much does a flight to Paris cost?", 3)
    assert len(found) == 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Does it work offline?", "en"),
        ("支持离线吗？", "zh"),
        ("ChatGPT 离线", "zh"),
        ("", "en"),
        ("オフラインで使えますか、日本語", "en"),
        ("오프라인", "en"),
    ],
)
def test_an_answer_comes_in_the_language_of_the_question(text: str, language: str) -> None:
    assert language_of(text) == language


def test_words_of_one_meaning_are_one_feature() -> None:
    assert features("Where is the laptop?") == features("where are the COMPUTERS")
    assert features("断网") == features("offline")
    assert features("ridges") == features("ridge")


@pytest.mark.parametrize(
    ("text", "alone", "beside"),
    [
        ("are you here", True, True),
        ("is it here", True, False),
        ("它在吗", True, False),
        ("how do you bake", False, False),
    ],
)
def test_who_is_meant(text: str, alone: bool, beside: bool) -> None:
    assert means_itself(text, pronouns=True) is alone
    assert means_itself(text, pronouns=False) is beside


TURNED = {
    "Do you need the internet?": "offline",
    "does it stop working offline": "offline",
    "没有网络就不能用吗": "offline",
    "is a graphics card required": "without-gpu",
    "必须有显卡吗": "without-gpu",
    "does it work without an account": "account",
    "can others read my chats": "leaves-machine",
    "别人能看到我的聊天吗": "leaves-machine",
    "Are my chats safe from training?": "trained-on-chats",
    "are you censored": "safeguards",
    "am I talking to a machine": "ai-label",
    "你是人吗": "ai-label",
}
"""Questions the other way round than their entry is listed: a yes or no would say the contrary."""


@pytest.mark.parametrize(("question", "name"), TURNED.items())
def test_an_entry_answers_a_question_that_is_turned_round(question: str, name: str) -> None:
    entry = find(question)
    assert entry is not None
    assert entry.id == name
    answer = entry.words("zh" if language_of(question) == "zh" else "en").answer.strip()
    assert not re.match(r"(Yes|No)[.,:]|(是|能|可以|不能|不会|没有|支持|不支持)(的)?[，。：]", answer)
