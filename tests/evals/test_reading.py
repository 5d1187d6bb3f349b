"""An owner's own set: what is right is read, and of what is not one sentence says where and what."""

from __future__ import annotations

from pathlib import Path

import pytest

from sottovoce.core.errors import BadValue
from sottovoce.evals import reading

GOOD = """
name = "staff"
version = 3
group = "leave"
language = "en"
max_tokens = 20

[[item]]
id = "days"
text = "We have 30 days of leave."
question = "How many days of leave do we have?"
check = { number = 30 }

[[item]]
id = "who"
group = "people"
question = "Who approves leave?"
check = { names = ["Dana"], length = { words = 20 } }
held_out = true
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "mine.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_set_is_read_with_what_stands_above_its_items(tmp_path: Path) -> None:
    found = reading.own(written(tmp_path, GOOD))
    assert (found.name, found.version, found.groups) == ("staff", 3, ["leave", "people"])
    items = {item.id: item for item in found.items}
    assert items["days"].asked == "We have 30 days of leave.\n\nHow many days of leave do we have?"
    assert (items["days"].max_tokens, items["who"].language, items["who"].held_out) == (20, "en", True)
    assert items["days"].wrong("30 days") == ""
    assert items["who"].wrong("Dana " + "does so every day of the year " * 4) != ""


def test_without_a_name_it_is_called_like_its_file(tmp_path: Path) -> None:
    assert reading.own(written(tmp_path, GOOD.replace('name = "staff"', ""))).name == "mine"


def test_a_windows_editors_mark_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    assert reading.own(written(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())).name == "staff"


ITEM = '\n[[item]]\nid = "a"\nquestion = "What?"\ncheck = { exact = "This" }\n'

WRONG = {
    "empty": ("", "has no questions"),
    "no items": ('name = "x"', "has no questions"),
    "item no list": ('item = "x"', "has no questions"),
    "items no tables": ("item = [1, 2]", "item 1: it is not a table"),
    "not TOML": ("[[item]\nid = ", r"it is not TOML: .*line 1"),
    "not UTF-8": (b'name = "\xff"', "it is not UTF-8: byte 8"),
    "no question": (
        '[[item]]\nid = "a"\ncheck = { exact = "b" }',
        r"item 1 \(a\), line 1: it has no question",
    ),
    "blank question": (ITEM.replace("What?", "  "), r"item 1 \(a\), line 2: it has no question"),
    "no check": ('[[item]]\nid = "a"\nquestion = "b"', r"item 1 \(a\), line 1: it has no check"),
    "unknown check": (
        ITEM.replace("exact", "regex"),
        r"item 1 \(a\), line 2: there is no check 'regex'; there are exact",
    ),
    "bad check": (ITEM.replace('"This"', "[]"), r"item 1 \(a\), line 2: its check exact takes a text"),
    "no id": (ITEM.replace('id = "a"', ""), "item 1, line 2: its id"),
    "id no text": (ITEM.replace('id = "a"', "id = 7"), "item 1, line 2: its id"),
    "id with an escape": (ITEM.replace('"a"', '"\\u001b[2J"'), "item 1, line 2: its id"),
    "twice": (ITEM + ITEM, r"item 2 \(a\), line 7: another item before it has the id 'a'"),
    "unknown key": (ITEM + "answer = 1\n", r"item 1 \(a\), line 2: 'answer' is nothing that an item has"),
    "unknown head": ("colour = 1\n" + ITEM, "'colour' above the first item"),
    "our name": ('name = "sottovoce"\n' + ITEM, "that of the set that comes with the program"),
    "bad version": ("version = 0\n" + ITEM, "its version"),
    "bad tokens": (ITEM + "max_tokens = 100000\n", "its max_tokens is not a whole number from 1 to 4,096"),
    "bad head tokens": ('max_tokens = "many"\n' + ITEM, "its max_tokens"),
    "bad held out": (ITEM + 'held_out = "yes"\n', "its held_out"),
    "bad language": (ITEM + "language = 7\n", "its language"),
    "a megabyte": (
        ITEM.replace("What?", "x" * (1 << 20)),
        r"item 1 \(a\), line 2: its question has 1,048,576 char",
    ),
    "a long text": (
        ITEM + f'text = "{"x" * 30_000}"\n',
        r"item 1 \(a\), line 2: its question has 30,005 char",
    ),
    "a nul": (ITEM.replace("What?", "a\\u0000b"), "it has no question"),
    "too deep": ("x = " + "[" * 20_000, "it is not TOML"),
}


@pytest.mark.parametrize("what", WRONG)
def test_of_a_set_that_cannot_be_used_one_sentence_says_where_and_what(tmp_path: Path, what: str) -> None:
    text, sentence = WRONG[what]
    with pytest.raises(BadValue, match=sentence) as wrong:
        reading.own(written(tmp_path, text))
    assert wrong.value.sentence.startswith("The set mine.toml cannot be used: ")
    assert "\n" not in wrong.value.sentence
    assert wrong.value.hint


def test_what_is_too_large_is_not_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(reading.MOST_BYTES + 1)
    with pytest.raises(BadValue, match="more than 8 MB"):
        reading.own(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="cannot be read"):
        reading.own(tmp_path / "none.toml")
    with pytest.raises(BadValue, match="cannot be read"):
        reading.own(tmp_path)


def test_where_lines_are_not_certain_none_is_told(tmp_path: Path) -> None:
    """Text that looks like the beginning of an item would make every line after it wrong."""
    text = ITEM.replace('"What?"', '"""\n[[item]]\nWhat?"""').replace("exact", "nothing")
    with pytest.raises(BadValue, match=r"item 1 \(a\): there is no check"):
        reading.own(written(tmp_path, text))


def test_what_is_held_against_an_answer_may_change_and_the_answer_stays_good(tmp_path: Path) -> None:
    before = reading.own(written(tmp_path, ITEM)).items[0]
    checked = reading.own(written(tmp_path, ITEM.replace("This", "That"))).items[0]
    asked = reading.own(written(tmp_path, ITEM.replace("What?", "Which?"))).items[0]
    assert before.digest == checked.digest != asked.digest
