from __future__ import annotations

import asyncio

import pytest

from sottovoce.cli._show import Show
from sottovoce.cli.chat.pretty import MarkdownView
from sottovoce.cli.chat.view import PlainView, open_view


def test_plain_text_comes_as_it_is_and_ends_with_a_line(capsys):
    view = PlainView(Show())
    for piece in ("**a** ", "b\x1b[1m", "\nc"):
        view.text(piece)
    view.end("stopped")
    view.end("again")
    out, err = capsys.readouterr()
    assert (out, err) == ("**a** b[1m\nc\n", "[stopped]\n")


def test_plain_text_that_ends_with_a_line_gets_no_other(capsys):
    view = PlainView(Show())
    view.text("a\n")
    view.end()
    assert capsys.readouterr().out == "a\n"


def test_a_pipe_gets_the_answer_without_the_thought(capsys):
    view = PlainView(Show())
    view.thought("a boat")
    view.text("A ship.")
    view.end()
    assert capsys.readouterr().out == "A ship.\n"


@pytest.fixture
def seen(make_screen):
    screen = make_screen(40, 8)
    return screen, MarkdownView(screen.console, gap=False)


def test_an_answer_grows_and_stands_whole_in_the_scrollback(seen):
    screen, view = seen
    for at in range(20):
        view.text(f"Paragraph {at} has a few words in it that wrap.\n\n")
        view.redraw()
    view.end()
    lines = [line for line in screen.lines() if line]
    assert lines == [
        f"Paragraph {at} has a few words in it that" if half == 0 else "wrap."
        for at in range(20)
        for half in (0, 1)
    ]


def test_an_open_piece_higher_than_the_window_shows_its_end_until_it_is_done(seen):
    screen, view = seen
    view.text("| n |\n|---|\n" + "".join(f"| {at} |\n" for at in range(30)))
    view.redraw()
    shown = screen.lines()
    assert len(shown) < 8
    assert shown[0] == "…"
    assert shown[-1].strip() == "29"
    view.end()
    assert [line.strip() for line in screen.lines()][2:] == [str(at) for at in range(30)]


def test_what_is_waited_for_disappears_with_the_first_word(seen):
    screen, view = seen
    view.busy("thinking · Ctrl-C stops")
    view.redraw()
    assert screen.lines()[0].endswith("thinking · Ctrl-C stops")
    view.text("Word")
    view.redraw()
    assert screen.lines() == ["Word"]


def test_a_notice_stands_between_the_question_and_the_answer(seen):
    screen, view = seen
    view.note("The oldest exchange no longer fits.")
    view.text("Answer")
    view.end("stopped")
    assert screen.lines() == ["The oldest exchange no longer fits.", "", "Answer", "", "[stopped]"]


def test_after_the_end_nothing_is_drawn(seen):
    screen, view = seen
    view.text("Answer")
    view.end()
    before = screen.lines()
    view.busy("thinking")
    view.redraw()
    view.end("stopped")
    assert screen.lines() == before


async def test_a_pipe_gets_plain_text(capsys):
    async with open_view(Show(), gap=True) as view:
        view.busy("thinking")
        view.text("# a")
    assert capsys.readouterr().out == "# a\n"


async def test_a_cancelled_answer_says_so(capsys):
    async def answering() -> None:
        async with open_view(Show(), gap=True) as view:
            view.text("half")
            await asyncio.sleep(60)

    task = asyncio.create_task(answering())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    out, err = capsys.readouterr()
    assert (out, err) == ("half\n", "[stopped]\n")


def test_a_place_in_line_is_told_once_to_a_person_and_not_to_a_log(capsys, monkeypatch):
    for seen, expected in ((True, "2 before you\n"), (False, "")):
        monkeypatch.setattr(Show, "notes_are_read", seen)
        view = PlainView(Show())
        view.waiting("2 before you")
        view.waiting("1 before you")
        view.text("hi")
        view.end()
        assert capsys.readouterr() == ("hi\n", expected)


def test_a_place_in_line_stands_where_one_looks_until_words_come(seen):
    screen, view = seen
    view.waiting("2 before you, about 12 s")
    view.redraw()
    assert "2 before you, about 12 s" in screen.lines()[-1]
    view.text("words")
    view.redraw()
    assert screen.lines() == ["words"]


def test_a_thought_is_dim_and_stands_above_the_answer(seen):
    screen, view = seen
    for piece in ("a bo", "at\n\nor ", "two"):
        view.thought(piece)
        view.redraw()
    assert [line for line in screen.lines() if line] == ["a boat", "or two"]
    view.text("A ship.\n\n")
    view.redraw()
    view.end()
    assert [line.rstrip() for line in screen.lines()][:5] == ["a boat", "", "or two", "", "A ship."]
