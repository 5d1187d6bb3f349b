"""A question leaves only as it was seen: the exact text, what it hides, to whom; all of it comes back."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

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

QUESTION = (
    "I am Anna Berger, anna.berger@example.org, +43 660 1234567, IBAN DE89 3704 0044 0532 0130 00. "
    "Is the rent of Nordlicht too high?"
)
CHINESE = "我叫张伟，电话13812345678，身份证号11010519491231002X。我的房租太高吗？"
PLANTED = (
    "Anna", "Berger", "example.org", "1234567", "0532", "Nordlicht",
    "张伟", "13812345678", "11010519491231002X",
)  # fmt: skip


@pytest.fixture
def cellar(tmp_path: Path, loopback: None) -> Iterator[Recorder]:
    with recording(tmp_path / "received") as running:
        yield running


@pytest.fixture
def describe(server: Server, cellar: Recorder) -> Callable[..., None]:
    """Return what describes that model at the home of the server."""
    return partial(add, server, cellar.port)


def add(server: Server, port: int, **about: Any) -> None:
    home = open_home(server.home)
    (home.root / "config.toml").write_text('network = "ask"\n')
    url = f"http://127.0.0.1:{port}/v1"
    upstreams.add(home, Upstream("cellar", url, "large", Where.INSIDE, by="the house", **about))


def menu_of(window: Window) -> Locator:
    """Open the menu of the last answer."""
    label = re.compile("^(More|更多)")
    window.page.get_by_test_id("answer").last.get_by_role("button", name=label).click()
    return window.page.get_by_role("menu")


def leaving(window: Window) -> Locator:
    menu_of(window).get_by_role("menuitem", name=re.compile("^(Ask cellar|请 cellar 回答)")).click()
    dialog = window.page.get_by_role("dialog", name=re.compile("cellar"))
    expect(dialog.get_by_test_id("outgoing")).to_be_visible()
    return dialog


def say(window: Window, text: str) -> None:
    """Send as a thumb does: Enter makes a line on a phone."""
    window.composer.fill(text)
    window.page.get_by_role("button", name="发送", exact=True).click()


def keep_picture(window: Window, name: str) -> None:
    """Take a picture for who wants to look, and see that nothing is wider than the window."""
    if folder := os.environ.get("SOTTO_SCREENS"):
        window.page.screenshot(path=Path(folder) / f"leaving-{name}.png", animations="disabled")
    wide = window.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


def test_it_is_seen_changed_agreed_to_and_comes_back_whole(window, server, cellar, describe):
    window.have_answered(QUESTION)
    expect(menu_of(window)).not_to_contain_text("cellar")
    describe(
        price=Price(Decimal("0.25"), Decimal(2), "EUR"), terms="https://example.com/terms",
        retention="30 days, not used for training", stated=date(2026, 11, 27),
    )  # fmt: skip
    window.reload()
    dialog = leaving(window)
    text = dialog.get_by_test_id("outgoing")
    expect(text.locator("mark")).to_have_count(4)
    expect(text).to_contain_text(re.compile(r"I am NAME_1\w*, EMAIL_2\w*"))
    expect(dialog).to_contain_text("127.0.0.1, inside your network")
    expect(dialog).to_contain_text("30 days, not used for training (as read on 2026-11-27)")
    expect(dialog).to_contain_text(re.compile(r"at most 0\.\d+ EUR"))
    # A word more is hidden, one thing is let be seen and hidden again: all by keyboard.
    dialog.get_by_label("Hide one more word or name").fill("nordlicht")
    window.page.keyboard.press("Enter")
    expect(text.locator("mark")).to_have_count(5)
    first = dialog.get_by_role("checkbox").first
    first.focus()
    window.page.keyboard.press("Space")
    expect(text).to_contain_text("Anna Berger")
    shown = dialog.get_by_role("checkbox", name="Anna Berger leaves as it is")
    shown.focus()
    window.page.keyboard.press("Space")
    expect(text).not_to_contain_text("Anna Berger")
    expect(text.locator("mark")).to_have_count(5)
    assert faults(window.page) == []
    keep_picture(window, "desk-en")
    assert cellar.received == []
    said = text.inner_text()
    dialog.get_by_role("button", name="Send", exact=True).click()
    beside = window.page.get_by_test_id("version")
    expect(beside).to_have_count(2)
    expect(beside.last.get_by_test_id("answer-text")).to_have_text(QUESTION)
    expect(beside.last).to_contain_text("large-2026")
    expect(beside.last).to_contain_text("Written elsewhere: cellar")
    expect(beside.first).to_contain_text("Made on this machine")
    assert len(cellar.received) == 1
    assert cellar.heard(PLANTED) == []
    placeholder = re.search(r"NAME_1\w*", said)
    assert placeholder is not None
    assert placeholder[0].encode() in cellar.received[0]
    keep_picture(window, "beside")
    window.reload()
    expect(beside.last.get_by_test_id("answer-text")).to_have_text(QUESTION)
    window.go("/ledger")
    ledger = window.page.get_by_role("dialog")
    expect(ledger).to_contain_text("To have a question answered")
    expect(ledger).to_contain_text(re.compile(r"SHA-256 [0-9a-f]{12}"))


def test_on_a_phone_in_chinese_it_answers_always_until_that_is_ended(server, open_window, cellar, describe):
    describe()
    window = open_window(server, width=390, height=844, language="zh-CN", color_scheme="dark", has_touch=True)
    window.enter(server.link)
    say(window, CHINESE)
    expect(window.answer_text).to_have_text(CHINESE)
    dialog = leaving(window)
    expect(dialog.get_by_test_id("outgoing").locator("mark")).to_have_count(3)
    expect(dialog).to_contain_text("在你的网络内")
    assert faults(window.page) == []
    keep_picture(window, "phone-zh")
    dialog.get_by_role("button", name="留在本机").click()
    expect(dialog).to_have_count(0)
    assert cellar.received == []
    leaving(window).get_by_role("button", name="这个对话中始终发送").click()
    line = window.page.get_by_test_id("always")
    expect(line).to_contain_text("cellar")
    window.page.get_by_role("button", name=re.compile("^采用这个")).last.click()
    say(window, "张伟的房租呢？")
    expect(window.answer_text).to_have_text("张伟的房租呢？")
    expect(window.answers.last.locator(".made-where")).to_contain_text("在别处生成：cellar")
    expect(window.page.get_by_text("已被移除")).to_have_count(0)
    keep_picture(window, "always-zh")
    assert len(cellar.received) == 2
    assert cellar.heard(PLANTED) == []
    line.get_by_role("button").click()
    expect(line).to_have_count(0)
    say(window, "在这里吗？")
    expect(window.answer_text).to_have_text("在这里吗？")
    expect(window.answers.last.locator(".made-where")).to_contain_text("本机生成")
    assert len(cellar.received) == 2


def test_what_changed_since_it_was_seen_is_looked_at_again(window, server, cellar, describe):
    describe()
    window.have_answered(QUESTION)
    dialog = leaving(window)
    # The list of what never leaves has grown meanwhile.
    (server.home / "private.txt").write_text("Nordlicht\n")
    window.allow("403")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nothing was sent; look at it again")
    expect(dialog.get_by_test_id("outgoing").locator("mark")).to_have_count(5)
    own = dialog.get_by_role("checkbox", name=re.compile("Nordlicht"))
    expect(own).to_be_disabled()
    assert cellar.received == []
    dialog.get_by_text("Write the question anew").click()
    dialog.get_by_label("The question as it is to be sent").fill("How high is a usual rent?")
    dialog.get_by_role("button", name="Use this text").click()
    expect(dialog.get_by_test_id("outgoing")).to_contain_text("How high is a usual rent?")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(window.page.get_by_test_id("version").last.get_by_test_id("answer-text")).to_have_text(
        "How high is a usual rent?"
    )
    assert cellar.heard(PLANTED) == []


def test_without_a_network_there_is_a_draft_and_once_it_is_back_the_better_answer(
    window, server, tmp_path, loopback
):
    with recording(tmp_path / "before") as gone:
        port = gone.port
    add(server, port)
    window.have_answered(QUESTION)
    leaving(window).get_by_role("button", name="Send", exact=True).click()
    beside = window.page.get_by_test_id("version")
    expect(beside).to_have_count(2)
    expect(beside.last).to_contain_text("A draft: cellar could not be reached.")
    expect(beside.last).to_contain_text("Made on this machine")
    with recording(tmp_path / "received", port) as cellar:
        expect(beside).to_have_count(3, timeout=60_000)
        expect(beside.last.get_by_test_id("answer-text")).to_have_text(QUESTION)
        expect(beside.last).to_contain_text("Written elsewhere: cellar")
        keep_picture(window, "finished")
        assert len(cellar.received) == 1
        assert cellar.heard(PLANTED[:5]) == []
    window.reload()
    expect(beside).to_have_count(3)
    window.go("/ledger")
    expect(window.page.get_by_role("dialog")).to_contain_text("To have a question answered")
