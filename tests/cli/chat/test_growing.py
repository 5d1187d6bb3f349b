"""Finished pieces never change; nothing is lost, however the text is cut on its way here."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sottovoce.cli.chat.growing import TABLE_MARKS, Block, Code, Growing, Prose, close_marks, settled

LONG = """# Title

A paragraph with **bold**
and a second line.

```python
def f():

    return 1
```
- one
- two
  continued

  ```js
  let a = 1
  ```
- three

1. first
1. second
2. third

| a | b |
|---|---|
| 1 | 2 |

> quoted

---
The end"""


def fed(pieces: list[str]) -> list[Block]:
    growing = Growing()
    blocks = [block for piece in pieces for block in growing.feed(piece)]
    return blocks + growing.end()


def test_blocks_come_out_whole_and_in_order():
    blocks = fed(list(LONG))
    kinds = [
        (block.text.strip().split("\n")[0], block.follows, block.number)
        if isinstance(block, Prose)
        else block.lines
        for block in blocks
    ]
    assert kinds == [
        ("# Title", False, None),
        ("A paragraph with **bold**", False, None),
        "def f():\n",
        "\n",
        "    return 1\n",
        ("- one", False, None),
        ("- two", True, None),
        ("- three", True, None),
        ("1. first", False, None),
        ("1. second", True, 2),
        ("2. third", True, 3),
        ("| a | b |", False, None),
        ("> quoted", False, None),
        ("---", False, None),
        ("The end", False, None),
    ]


FRAGMENTS = st.sampled_from(
    ["\n", "\n\n", "# ", "- ", "* ", "1. ", "2) ", "> ", "```", "```py\n", "~~~\n", "| a | b |\n", "| 1 |",
     "|---|---|\n", "**", "*", "`", "word ", "more words", "  ", "    ", "---\n", "===\n", "中文", "[a](b)",
     "<b>", "\\", "!", "\t", "\u2028", "&amp;", "~~"]
)  # fmt: skip


def test_what_looks_like_a_fence_may_be_the_head_of_a_table():
    text = "```\\| a | b |\n|---|---|\n| 1 | 2 |\n\nend"
    assert fed(list(text)) == fed([text])
    assert not any(isinstance(block, Code) for block in fed([text]))
    assert [block.lines for block in fed(list("```a|b\nx\n```\n"))] == ["x\n"]


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=30), st.data())
def test_how_the_text_is_cut_does_not_matter(fragments: list[str], data: st.DataObject):
    text = "".join(fragments)
    at = data.draw(st.integers(0, len(text)))
    assert fed(list(text)) == fed([text]) == fed([text[:at], text[at:]])


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=30))
def test_no_word_is_lost(fragments: list[str]):
    text = "".join(fragments)
    kept = "".join(block.lines if isinstance(block, Code) else block.text for block in fed(list(text)))
    # The marks of fences are not words; all else stands in some block.
    for word in ("word", "more words", "中文", "[a](b)", "&amp;", "<b>"):
        on_fences = sum(line.count(word) for line in text.split("\n") if "```" in line or "~~~" in line)
        assert kept.count(word) >= text.count(word) - on_fences


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Words and `", "Words and `"),
        ("Done\n`", "Done\n"),
        ("Done\n\n```py", "Done\n\n"),
        ("Done\n\n#", "Done\n\n"),
        ("- a\n-", "- a\n"),
        ("1. a\n2.", "1. a\n"),
        ("1999 was", "1999 was"),
        ("**", ""),
        ("Text\n---", "Text\n"),
        ("| a | b |", ""),
        ("| a | b |\n|--", ""),
        ("Before\n| a | b |\n", "Before"),
        ("| a | b |\n|---|---|\n", "| a | b |\n|---|---|\n"),
        ("| a | b |\nno table", "| a | b |\nno table"),
    ],
)
def test_a_last_line_is_held_back_until_it_is_clear_what_it_is(text, shown):
    assert settled(text) == shown


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("so **bo", "so **bo**"),
        ("so **bold** and", "so **bold** and"),
        ("so **", "so "),
        ("so **bo*", "so **bo**"),
        ("run `co", "run `co`"),
        ("run `", "run "),
        ("an *id", "an *id*"),
        ("2 * 3 and 5*3", "2 * 3 and 5*3"),
        ("* item", "* item"),
        ("a **bold\n\nnext", "a **bold\n\nnext"),
        ("- x\n  ```py\n  a = `", "- x\n  ```py\n  a = `"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_open_marks_are_closed_while_they_are_written(text, closed):
    assert close_marks(text) == closed


def test_code_is_finished_line_by_line_and_its_end_is_not_shown():
    growing = Growing()
    growing.feed("```py\n")
    assert growing.feed("a = 1\nb =") == [Code("py", "", "a = 1\n")]
    assert growing.open() == Code("py", "a = 1\n", "b =")
    growing.feed(" 2\n``")
    assert growing.open() is None
    assert growing.feed("`\nafter") == []
    assert growing.open() == Prose("after")


def test_the_item_being_written_goes_on_the_list_above_it():
    growing = Growing()
    growing.feed("3. three\n4. four\n4. five\n4. si")
    assert growing.open() == Prose("4. five\n4. si", follows=True, number=5)


def test_no_mark_is_ever_shown_that_turns_into_something_else():
    growing = Growing()
    shown = []
    for char in LONG:
        growing.feed(char)
        block = growing.open()
        if isinstance(block, Prose):
            lines = block.text.strip().split("\n")
            shown.append(lines[-1])
            assert not lines[0].startswith("|") or TABLE_MARKS.fullmatch(lines[1]), lines
    assert not [line for line in shown if line.strip() in ("`", "``", "-", "--", "---", "#", ">", "1", "1.")]
    assert "A paragraph with **bo**" in shown
    assert not [line for line in shown if line.count("**") % 2]
