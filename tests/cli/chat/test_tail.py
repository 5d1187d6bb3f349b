"""What stands on an emulated screen after drawing, growing, shrinking and scrolling."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sottovoce.cli.chat.markdown import Line
from sottovoce.cli.chat.tail import Tail


def lines(*texts: str) -> list[Line]:
    return [Line(text, len(text)) for text in texts]


@pytest.fixture
def screen(make_screen):
    return make_screen(20, 6)


def test_lines_are_replaced_and_what_is_above_stays(screen):
    tail = Tail(screen.console)
    tail.show([], lines("one", "two"))
    tail.show(lines("done"), lines("three"))
    assert screen.lines() == ["done", "three"]
    tail.show([], lines("three and", "a longer", "one"))
    tail.clear(lines("whole"))
    assert screen.lines() == ["done", "whole"]


def test_scrolled_lines_are_printed_once(screen):
    tail = Tail(screen.console)
    for number in range(30):
        tail.show(lines(f"line {number}"), lines("open", "status"))
    tail.clear()
    assert screen.lines() == [f"line {number}" for number in range(30)]


def test_a_full_line_keeps_its_last_character(screen):
    tail = Tail(screen.console)
    tail.show([], lines("x" * 20, "y" * 20))
    tail.show(lines("z" * 20), lines("y" * 20))
    assert screen.lines() == ["z" * 20, "y" * 20]


def test_the_same_picture_is_not_drawn_again(screen):
    tail = Tail(screen.console)
    tail.show([], lines("one"))
    before = screen.writes
    tail.show([], lines("one"))
    assert screen.writes == before


def test_each_picture_is_one_write_and_the_cursor_comes_back():
    out = io.StringIO()
    tail = Tail(Console(file=out, force_terminal=True, width=20, height=6))
    tail.show(lines("a"), lines("b"))
    assert out.getvalue().startswith("\x1b[?2026h\x1b[?25l")
    assert out.getvalue().endswith("\x1b[?2026l")
    tail.clear()
    assert out.getvalue().endswith("\x1b[?25h")


def test_a_narrower_window_is_climbed_by_the_rows_it_wrapped(screen, make_screen):
    tail = Tail(screen.console)
    tail.show(lines("above"), lines("0123456789abcdefghij", "end"))
    # What a terminal makes of it at half the width: three rows where there were two.
    narrow = make_screen(10, 6)
    narrow.stream.feed("above\r\n0123456789\r\nabcdefghij\r\nend")
    tail._console = narrow.console
    tail.show([], lines("0123456789", "new"))
    assert narrow.lines() == ["above", "0123456789", "new"]
