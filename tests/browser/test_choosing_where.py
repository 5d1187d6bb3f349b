"""Where a question goes is chosen before it is asked; for a doubtful answer, one elsewhere is offered."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from axe import faults
from playwright.sync_api import Locator, expect
from recording import Recorder, recording
from serving import Server
from window import Window

from sottovoce.core.paths import open_home
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Price, Upstream
from sottovoce.net.address import Where

pytestmark = pytest.mark.browser

QUESTION = "I am Anna Berger, anna.berger@example.org. Is the rent of +43 660 1234567 too high?"
PLANTED = ("Anna", "Berger", "example.org", "1234567")
MENU = re.compile("^(Who answers|Only the next|由谁回答|只有下一个)")

STILL = "Promise.allSettled(document.getAnimations().map(one => one.finished)).then(() => null)"
"""Colours change slowly, and are not those of either scheme meanwhile."""


@pytest.fixture
def cellar(tmp_path: Path, loopback: None) -> Iterator[Recorder]:
    with recording(tmp_path / "received") as running:
        yield running


@pytest.fixture
def describe(server: Server, cellar: Recorder) -> Callable[..., None]:
    """Return what describes that model at the home of the server; with `doubt` every answer is doubtful."""
    return partial(add, server, cellar)


def add(server: Server, cellar: Recorder, *, doubt: bool = False) -> None:
    home = open_home(server.home)
    (home.root / "config.toml").write_text('network = "ask"\n')
    if doubt:
        (home.root / "routing.toml").write_text("doubt = 0.01\n")
    url = f"http://127.0.0.1:{cellar.port}/v1"
    price = Price(Decimal("0.25"), Decimal(2), "EUR")
    upstreams.add(home, Upstream("cellar", url, "large", Where.INSIDE, by="the house", price=price))


def choose(window: Window, label: str) -> None:
    window.page.get_by_role("button", name=MENU).click()
    window.page.get_by_role("menu", name=MENU).get_by_text(label, exact=True).click()


def preview(window: Window) -> Locator:
    dialog = window.page.get_by_role("dialog", name=re.compile("cellar"))
    expect(dialog.get_by_test_id("outgoing")).to_be_visible()
    return dialog


def say(window: Window, text: str) -> None:
    """Send as a thumb does: Enter makes a line on a phone."""
    window.composer.fill(text)
    window.page.get_by_role("button", name=re.compile("^(Send|发送)$")).click()


def look(window: Window, name: str) -> None:
    """See that nothing is wrong with the page, light and dark, nor wider than the window; keep a picture."""
    for scheme in ("light", "dark"):
        window.page.emulate_media(color_scheme=scheme)
        window.page.evaluate(STILL)
        assert faults(window.page) == []
        wide = window.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
        if folder := os.environ.get("SOTTO_SCREENS"):
            place = Path(folder) / f"where-{name}-{scheme}.png"
            window.page.screenshot(path=place, animations="disabled")


def test_there_shows_first_what_leaves_and_nobody_answers_before(window, server, cellar, describe):
    page = window.page
    expect(page.get_by_test_id("disclosure")).to_be_visible()
    expect(page.get_by_role("button", name=MENU)).to_have_count(0)
    describe()
    window.reload()
    # All by keyboard: here, ask me, there.
    page.get_by_role("button", name=MENU).focus()
    page.keyboard.press("Enter")
    look(window, "menu-desk")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Who answers: There (cellar)")).to_be_focused()
    look(window, "there-desk")
    window.ask(QUESTION)
    dialog = preview(window)
    expect(dialog).to_contain_text(re.compile(r"at most 0\.\d+ EUR"))
    expect(window.answers).to_have_count(0)
    # What is typed in it is there again, whatever closes it.
    dialog.get_by_label("Hide one more word or name").fill("rent")
    page.keyboard.press("Enter")
    expect(dialog.get_by_test_id("outgoing").locator("mark")).to_have_count(4)
    dialog.get_by_label("Hide one more word or name").fill("half a wo")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(window.questions.last).to_contain_text(QUESTION)
    offered = page.locator(".offered")
    expect(offered).to_contain_text("Ask cellar, because you chose so for this chat?")
    look(window, "unanswered-desk")
    window.reload()
    assert cellar.received == []
    offered.get_by_role("button", name="Ask cellar").click()
    dialog = preview(window)
    dialog.get_by_label("Hide one more word or name").fill("rent")
    page.keyboard.press("Enter")
    expect(dialog.get_by_test_id("outgoing").locator("mark")).to_have_count(4)
    page.keyboard.press("Escape")
    offered.get_by_role("button", name="Ask cellar").click()
    expect(preview(window).get_by_test_id("outgoing").locator("mark")).to_have_count(4)
    assert cellar.received == []
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(window.answer_text).to_have_text(QUESTION)
    expect(window.answers.last).to_contain_text("Written elsewhere: cellar")
    expect(window.answers.last).to_contain_text(
        "Asked cellar because you chose so for this chat; you said yes."
    )
    expect(offered).to_have_count(0)
    look(window, "answered-desk")
    assert len(cellar.received) == 1
    assert cellar.heard(PLANTED) == []
    # It holds for the chat, in another window as well.
    window.reload()
    expect(page.get_by_role("button", name="Who answers: There (cellar)")).to_be_visible()


def test_once_it_is_one_question_and_kept_here_the_model_here_answers_it(window, server, cellar, describe):
    page = window.page
    describe()
    window.reload()
    window.have_answered("Hello.")
    choose(window, "Only the next question: There (cellar)")
    look(window, "once-desk")
    window.ask(QUESTION)
    preview(window).get_by_role("button", name="Keep it here").click()
    expect(window.answer_text).to_have_text(QUESTION)
    expect(window.answers.last).to_contain_text("Made on this machine")
    expect(page.get_by_role("button", name="Who answers: Here", exact=True)).to_be_visible()
    expect(page.locator(".offered")).to_have_count(0)
    window.have_answered("And now?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert cellar.received == []


def test_a_doubtful_answer_is_offered_to_be_asked_elsewhere_with_the_reason(window, server, cellar, describe):
    page = window.page
    describe(doubt=True)
    window.reload()
    choose(window, "Ask me (cellar)")
    window.have_answered(QUESTION)
    offered = page.locator(".offered")
    expect(offered).to_contain_text("Ask cellar, because the answer here looks doubtful (")
    expect(offered.get_by_role("status")).to_contain_text("looks doubtful")
    look(window, "doubtful-desk")
    offered.get_by_role("button", name="Keep this answer").click()
    expect(offered).to_have_count(0)
    expect(window.composer).to_be_focused()
    expect(window.answers.last).to_contain_text("Answered here because you said so, though the answer here")
    window.have_answered(f"{QUESTION} Again?")
    offered.get_by_role("button", name="Ask cellar instead").click()
    dialog = preview(window)
    expect(dialog.get_by_role("button", name="Always, where there is a reason")).to_be_visible()
    assert cellar.received == []
    dialog.get_by_role("button", name="Send", exact=True).click()
    beside = page.get_by_test_id("version")
    expect(beside).to_have_count(2)
    expect(beside.last).to_contain_text("Written elsewhere: cellar")
    expect(beside.last).to_contain_text("because the answer here looks doubtful")
    expect(offered).to_have_count(0)
    look(window, "beside-desk")
    assert len(cellar.received) == 1
    assert cellar.heard(PLANTED) == []


def test_on_a_narrow_phone_in_chinese(server, open_window, cellar, describe):
    describe(doubt=True)
    window = open_window(server, width=360, height=740, language="zh-CN", has_touch=True)
    window.enter(server.link)
    page = window.page
    page.get_by_role("button", name=MENU).click()
    look(window, "menu-phone")
    page.get_by_role("menu", name=MENU).get_by_text("问我（cellar）", exact=True).click()
    say(window, QUESTION)
    offered = page.locator(".offered")
    expect(offered).to_contain_text("要问 cellar 吗？因为")
    look(window, "doubtful-phone")
    offered.get_by_role("button", name="改问 cellar").click()
    dialog = preview(window)
    expect(dialog.get_by_role("button", name="有理由时始终发送")).to_be_visible()
    look(window, "preview-phone")
    page.keyboard.press("Escape")
    choose(window, "只有下一个问题：别处（cellar）")
    look(window, "once-phone")
    say(window, "张伟的房租呢？")
    preview(window)
    page.keyboard.press("Escape")
    expect(offered).to_contain_text("还没有回答")
    look(window, "unanswered-phone")
    offered.get_by_role("button", name="由本机回答").click()
    expect(window.answer_text).to_have_text("张伟的房租呢？")
    assert cellar.received == []
