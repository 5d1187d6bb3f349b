from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from sottovoce.cli._show import clean
from sottovoce.cli.chat.growing import Growing
from sottovoce.cli.chat.markdown import draw

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def terminal(width: int, **how: object) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=width, height=24, color_system="standard", **how
    )


def drawn(text: str, width: int = 60, **how: object) -> str:
    console = terminal(width, **how)
    growing = Growing()
    lines = []
    for block in [*growing.feed(text), *growing.end()]:
        if lines and not block.follows:
            lines.append("")
        for line in draw(console, block):
            plain = COLOURS.sub("", line.text)
            lines.append(plain)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# Big\n\nsmall", "Big\n\nsmall"),
        ("roses are red\nviolets are blue", "roses are red\nviolets are blue"),
        ("[here](http://x.y/z)", "here (http://x.y/z)"),
        ("![cat](http://x.y/c.png)", "!cat (http://x.y/c.png)"),
        ("<b>not</b> HTML", "<b>not</b> HTML"),
        ("<div>\nblock\n</div>", "<div>\nblock\n</div>"),
        ("```\n  kept   as is\n```", "    kept   as is"),
        ("- a\n- b\n  - c", " • a\n • b\n    • c"),
        ("9. a\n10. b\n11. c", "  9 a\n 10 b\n 11 c"),
        ("1. a\n1. b", "  1 a\n  2 b"),
        ("> said\n> twice", "▌ said\n▌ twice"),
        ("| a | b |\n|---|--:|\n| x | 10 |\n| 北京 | 7 |", " a      b\n ────────\n x     10\n 北京   7"),
        ("`a*b`  **c**", "a*b  c"),
    ],
)  # fmt: skip
def test_markdown_is_shown_plainly(text, shown):
    assert drawn(text) == shown


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_window_and_none_is_padded(width):
    text = (
        "word " * 60
        + "\n\n- "
        + "item " * 40
        + "\n\n| a | b |\n|---|---|\n| "
        + "cell " * 20
        + "| y |\n\n"
        + "字" * 90
    )
    console = terminal(width)
    growing = Growing()
    for block in [*growing.feed(text), *growing.end()]:
        for line in draw(console, block):
            assert line.cells <= min(width, 100)
            plain = COLOURS.sub("", line.text)
            assert plain == plain.rstrip()


def test_chinese_fills_its_lines():
    lines = drawn("使用 Python 编程语言可以很容易地构建应用程序，这是一个很长的段落。", 20).split("\n")
    assert all(len(line.encode("gbk")) >= 17 for line in lines[:-1])
    assert (
        "".join(lines).replace(" ", "") == "使用Python编程语言可以很容易地构建应用程序，这是一个很长的段落。"
    )


def test_code_is_coloured_by_what_stands_above_it():
    console = terminal(60)
    growing = Growing()
    blocks = growing.feed('```python\nx = """\nstill a string\n"""\n```\n')
    (line,) = draw(console, blocks[1])
    (plain,) = draw(console, Growing().feed("```python\nstill a string\n")[0])
    assert COLOURS.sub("", line.text) == COLOURS.sub("", plain.text)
    assert line.text != plain.text


def test_without_colour_there_is_none():
    console = terminal(60, no_color=True)
    growing = Growing()
    text = "".join(
        line.text for block in growing.feed("```py\ndef f(): pass\n```\n") for line in draw(console, block)
    )
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab 1.\n#*_`~|->[]()!<&;:\\\t\x1b\x9b\x07中😀\u202e"), max_size=80))
def test_no_text_breaks_the_drawing_or_reaches_the_terminal_as_a_command(text: str):
    console = terminal(30)
    growing = Growing()
    for piece in clean(text):
        blocks = growing.feed(piece)
        open_now = growing.open()
        for block in [*blocks, *([open_now] if open_now else [])]:
            for line in draw(console, block):
                assert clean(COLOURS.sub("", line.text)) == COLOURS.sub("", line.text)
                assert "\n" not in line.text
