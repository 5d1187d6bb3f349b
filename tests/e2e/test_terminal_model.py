"""The chat in the terminal on the real starter model."""

from __future__ import annotations

import re

import psutil
import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.model]

CTRL_C = "\x03"


@pytest.fixture
def real(terminal):
    # Always its likeliest word: drawn at random, a long story may be over before anybody stops it.
    return lambda **how: terminal(SOTTO_ENGINE="", SOTTO_TEMPERATURE="0", width=110, **how)


def engines(sotto) -> list[psutil.Process]:
    return psutil.Process(sotto.process.pid).children(recursive=True)


def test_a_person_chats_stops_and_comes_back(real):
    first = real()
    first.ask("Say hello.")
    first.until(lambda: "tokens/s" in first.bottom and "%" in first.bottom)
    assert "offline" in first.bottom
    assert re.search(r"› Say hello\.\n\n\w", first.text)

    first.ask("Write a very long story about a river.")
    first.until(lambda: len(first.text.partition("about a river.")[2].split()) > 20)
    first.press(CTRL_C)
    first.until("[stopped]")
    first.settle()
    (engine,) = engines(first)
    assert first.leave() == 0
    assert not engine.is_running()

    second = real()
    second.ask("/chats")
    second.ask("/open 1")
    second.until("› Say hello.")
    second.until("[stopped]")
    second.ask("/edit")
    second.until("edit › Write a very long story about a river.")
    second.press("\x15", "Name one colour.", "\r")
    second.until("[2 of 2; /branch shows the others]")
    second.ask("/stats")
    second.until("last prompt")
    assert second.leave() == 0


def test_a_closed_terminal_takes_the_engine_with_it(real):
    sotto = real()
    sotto.ask("Write a very long story about a mountain.")
    sotto.until(lambda: len(sotto.text.partition("about a mountain.")[2].split()) > 20)
    (engine,) = engines(sotto)
    sotto.hang_up()
    assert sotto.ended() == 129
    psutil.wait_procs([engine], timeout=10)
    assert not engine.is_running()
