"""The set that comes with the program: every question has an answer that passes, and others that do not."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from importlib import resources
from typing import Any

import pytest

from sottovoce.evals import reading

SETS = sorted(
    (file for file in (resources.files("sottovoce.evals") / "sets").iterdir() if file.name.endswith(".toml")),
    key=lambda file: file.name,
)
ROWS: dict[str, dict[str, Any]] = {
    row["id"]: row for file in SETS for row in tomllib.loads(file.read_text("utf-8"))["item"]
}
SET = reading.shipped()

WRITTEN = {
    "following-en-03": "Red\nGreen\nBlue",
    "following-en-05": "Tomorrow we will walk to the lake.",
    "following-en-07": "A bridge carries a road over water.",
    "following-en-09": "Thank you for today, dear friend. Sleep well and good night.",
    "following-en-11": "草是绿色的。",
    "following-en-14": "Happy birthday, dear Grandma!\nWe all send you our love.",
    "following-en-15": "The sun is a huge ball of hot gas that gives us light.",
    "following-en-19": "cat\ndog\nhorse\ncow",
    "following-en-20": "In short, people sleep so that body and mind can recover.",
    "following-en-28": "The Key Under the Stone",
    "following-en-31": "The moon shone on a stone in the river.",
    "following-en-34": "1. Boil water.\n2. Pour it over the tea.\n3. Wait and serve.",
    "following-zh-03": "苹果\n香蕉\n梨",
    "following-zh-05": "明天我们去公园散步。",
    "following-zh-07": "桥是架在水上的通道。",
    "following-zh-09": "祝你生日快乐，身体健康，万事如意！",
    "following-zh-11": "The sky is blue.",
    "following-zh-14": "老师，新年好！\n祝您身体健康，工作顺利。",
    "following-zh-15": "太阳是一颗明亮的恒星，给我们带来光明。",
    "following-zh-19": "猫\n狗\n马\n牛",
    "following-zh-20": "总之，睡觉能让身体和大脑得到休息。",
    "following-zh-26": "因为下雨，所以我没有出门。",
}
"""Right answers where many are right."""


def right(row: dict[str, Any]) -> str:
    """Return an answer as a careful person would give it."""
    if row["id"] in WRITTEN:
        return WRITTEN[row["id"]]
    ((name, wanted), *_) = row["check"].items()
    if name == "json":
        return json.dumps(wanted["values"], ensure_ascii=False)
    if name == "number":
        return f"{wanted['value'] if isinstance(wanted, dict) else wanted:,}"
    if name == "admits":
        return "I don't know." if row["id"].startswith("honesty-en") else "我不知道。"
    return str(wanted[0] if isinstance(wanted, list) else wanted)


@pytest.mark.parametrize("item", SET.items, ids=lambda item: item.id)
def test_the_right_answer_passes_and_no_other(item: Any) -> None:
    assert item.wrong(right(ROWS[item.id])) == ""
    for other in ("Maybe 7777 or so, who can tell that?", "它大概是七千七百七十七。", item.question, "", "…"):
        assert item.wrong(other) != "", other


@pytest.mark.parametrize(
    "item", [item for item in SET.items if item.group != "following"], ids=lambda item: item.id
)
def test_the_right_answer_of_another_question_does_not_pass(item: Any) -> None:
    own = right(ROWS[item.id]).casefold()
    others = {
        right(ROWS[other.id])
        for other in SET.items
        if (other.group, other.language) == (item.group, item.language)
        and other.checks[0].name == item.checks[0].name != "admits"
    }
    assert [answer for answer in others if own not in answer.casefold() and item.wrong(answer) == ""] == []


def test_it_is_as_large_as_promised_in_every_group_and_language() -> None:
    assert len(SET.items) >= 300
    sizes = Counter((item.group, item.language) for item in SET.items)
    assert {group for group, _ in sizes} == {"facts", "arithmetic", "following", "extraction", "honesty"}
    for (_, language), count in sizes.items():
        assert count >= {"en": 36, "zh": 28}[language]


def test_a_tenth_of_every_group_is_held_out() -> None:
    for group in SET.groups:
        those = [item for item in SET.items if item.group == group]
        held = sum(item.held_out for item in those)
        assert len(those) / 10 <= held <= len(those) / 8


def test_no_question_is_asked_twice() -> None:
    assert len({item.digest for item in SET.items}) == len(SET.items)
    assert len({item.asked for item in SET.items}) == len(SET.items)


def test_ids_say_where_an_item_stands() -> None:
    for item in SET.items:
        assert item.id.rpartition("-")[0] == f"{item.group}-{item.language}"


def test_every_file_has_the_same_version() -> None:
    assert {tomllib.loads(file.read_text("utf-8"))["version"] for file in SETS} == {SET.version}


def test_every_beginning_is_a_fair_sample() -> None:
    for limit in (20, 50, 100):
        sizes = Counter((item.group, item.language) for item in SET.chosen(limit=limit))
        for key, count in Counter((item.group, item.language) for item in SET.items).items():
            assert abs(sizes[key] - limit * count / len(SET.items)) <= 1
    assert [item.id for item in SET.chosen(limit=20)] == [
        item.id for item in reading.shipped().chosen(limit=20)
    ]
