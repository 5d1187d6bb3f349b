"""What goes wrong in the middle: the page says what to do, in the reader's language, and no text is lost."""

from __future__ import annotations

import re
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect
from serving import Server

pytestmark = pytest.mark.browser

WINDOW = 4096
"""Words that the echo engine sees at once."""


def alert(window):
    return window.page.get_by_role("alert").last


def test_a_question_that_is_too_long_says_what_to_do_and_is_not_lost(window):
    text = "word " * (WINDOW + 1)
    window.ask(text)
    expect(alert(window)).to_contain_text("too long for this model")
    expect(alert(window)).to_contain_text("Shorten the question")
    expect(window.questions.last).to_contain_text("word word")
    expect(alert(window).get_by_role("button", name="Try again")).to_be_visible()
    window.reload()
    expect(alert(window)).to_contain_text("Shorten the question")
    window.ask("short")
    expect(window.answer_text).to_have_text("short")


@pytest.mark.model
def test_an_engine_that_is_killed_in_the_middle_keeps_what_was_written_and_can_be_asked_again(
    start, open_window
):
    server = start(engine="")
    window = open_window(server)
    window.enter(server.link)
    window.ask("Tell me a long story about a boat and a lighthouse.")
    expect(window.answer_text).to_contain_text(re.compile(r"(\w+\W+){8}"), timeout=60_000)
    for child in psutil.Process(server.process).children(recursive=True):
        with suppress(psutil.Error):
            child.kill()
    expect(alert(window)).to_contain_text("The model stopped working", timeout=60_000)
    expect(alert(window)).to_contain_text("What was written is kept")
    expect(window.answer_text).to_contain_text(re.compile(r"(\w+\W+){8}"))
    alert(window).get_by_role("button", name="Try again").click()
    expect(window.answer_text).to_contain_text(re.compile(r"\w+"), timeout=60_000)
    expect(window.page.get_by_role("group", name="Version 2 of 2")).to_be_visible(timeout=120_000)


class OnSmallDisk(Server):
    """Its home is a disk of its own, of two megabytes."""

    def __init__(self, place: Path) -> None:
        place.mkdir()
        super().__init__(place / "home")
        mount = 'mount -t tmpfs -o size=2m none "$0" && exec "$@"'
        self.within = ("unshare", "-rm", "sh", "-c", mount, str(place))
        self._filler = Path(f"{place}/filler")

    @property
    def filler(self) -> Path:
        return Path(f"/proc/{self.process}/root{self._filler}")

    def fill(self) -> None:
        with self.filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)


@pytest.fixture
def small(tmp_path):
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("mount namespaces are not allowed here")
    server = OnSmallDisk(tmp_path / "disk")
    server.start()
    yield server
    server.kill()


@pytest.mark.parametrize(
    ("language", "title", "next_step", "again", "told"),
    [
        ("en-US", "The disk is full", "Free some space", "Try again", "The disk that holds"),
        ("zh-CN", "磁盘已满", "腾出空间", "重试", "的磁盘已满。"),
    ],
)
def test_a_full_disk_takes_no_question_and_loses_none(
    small, open_window, language, title, next_step, again, told
):
    window = open_window(small, language=language)
    window.allow("507", "503")
    window.enter(small.link)
    window.ask("while there was room")
    expect(window.answer_text).to_have_text("while there was room")
    small.fill()
    text = "a question of some length " * 200
    window.ask(text)
    expect(alert(window)).to_contain_text(title)
    expect(alert(window)).to_contain_text(next_step)
    # The server's own sentence, in the reader's language and marked so.
    sentence = alert(window).locator(f"p[lang={language.removesuffix('-US')}]")
    expect(sentence).to_contain_text(told)
    expect(window.composer).to_have_value(text)
    window.reload()
    expect(window.answer_text).to_have_text("while there was room")
    expect(window.composer).to_have_value(text)
    window.composer.press("Enter")
    expect(alert(window)).to_contain_text(title)
    small.filler.unlink()
    alert(window).get_by_role("button", name=again).click()
    expect(window.answer_text).to_contain_text("a question of some length")
    expect(window.composer).to_have_value("")


def test_a_question_sent_before_its_chat_has_come_begins_no_other(window):
    window.ask("hello")
    expect(window.answer_text).to_have_text("hello")
    window.composer.fill("how are you")
    held = []
    window.page.route(re.compile(r"/app/api/chats/[^/?]+$"), lambda route: held.append(route))
    window.reload()
    expect(window.composer).to_have_value("how are you")
    window.composer.press("Enter")
    expect(window.composer).to_have_value("how are you")
    for route in held:
        route.continue_()
    window.page.unroute_all()
    expect(window.answer_text).to_have_text("hello")
    window.composer.press("Enter")
    expect(window.answer_text).to_have_text("how are you")
    expect(window.questions).to_have_count(2)


def test_a_sign_in_that_is_gone_when_a_question_is_sent_loses_nothing(window):
    window.allow("401", "403")
    window.ask("hello")
    expect(window.answer_text).to_have_text("hello")
    link = window.new_link()
    window.composer.fill("sent without a sign-in")
    window.settle()
    window.context.clear_cookies()
    window.composer.press("Enter")
    expect(window.composer).to_have_count(0)
    window.page.get_by_role("textbox").fill(link)
    window.page.keyboard.press("Enter")
    expect(window.answer_text).to_have_text("hello")
    expect(window.composer).to_have_value("sent without a sign-in")
    expect(window.page.get_by_role("alert")).to_have_count(0)
    window.composer.press("Enter")
    expect(window.answer_text).to_have_text("sent without a sign-in")


def test_a_browser_that_keeps_nothing_works_and_says_so_once(server, open_window):
    window = open_window(server)
    window.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"
    )
    window.enter(server.link)
    said = window.page.get_by_role("status").filter(has_text="for this visit only")
    expect(said).to_be_visible()
    said.get_by_role("button", name="Close").click()
    expect(said).to_have_count(0)
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    window.composer.fill("a draft")
    window.page.get_by_role("button", name="New chat").first.click()
    expect(window.composer).to_have_value("")
    window.chat("a boat on the sea").click()
    expect(window.composer).to_have_value("a draft")
    expect(said).to_have_count(0)


def test_a_browser_without_room_says_so(server, open_window):
    window = open_window(server)
    window.context.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
    )
    window.enter(server.link)
    expect(window.page.get_by_text("for this visit only")).to_be_visible()


def test_a_chosen_theme_colours_the_browsers_bars(window):
    shown = """() => [...document.querySelectorAll('meta[name="theme-color"]')].map(meta => meta.content)"""
    own = window.page.evaluate(shown)
    assert len(set(own)) == 2
    window.go("/settings")
    themes = window.page.get_by_role("group", name="Appearance")
    for name, expected in (("Dark", {own[1]}), ("Light", {own[0]}), ("Auto", set(own))):
        themes.get_by_role("radio", name=name).check(force=True)
        assert set(window.page.evaluate(shown)) == expected


def test_an_edit_that_was_not_sent_outlives_a_sign_in_that_is_over(window):
    window.allow("401", "403")
    window.ask("hello")
    expect(window.answer_text).to_have_text("hello")
    link = window.new_link()
    window.page.get_by_role("button", name="Edit message").click()
    window.page.get_by_role("textbox", name="Edit message").fill("hello, edited at length")
    window.page.get_by_role("button", name="New chat").first.click()
    expect(window.chat("hello")).to_be_visible()
    window.settle()
    window.context.clear_cookies()
    window.chat("hello").click()
    window.page.get_by_role("textbox", name="Sign-in link").fill(link)
    window.page.keyboard.press("Enter")
    expect(window.answer_text).to_have_text("hello")
    window.page.get_by_role("button", name="Edit message").click()
    edited = window.page.get_by_role("textbox", name="Edit message")
    expect(edited).to_have_value("hello, edited at length")
    edited.press("Enter")
    expect(window.answer_text).to_have_text("hello, edited at length")
