"""Where an answer was made, what left this machine, and a phone let in from the page: facts, all of them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect
from serving import environment
from test_access import faults

from sottovoce.core.paths import open_home
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose
from sottovoce.server import lan

pytestmark = pytest.mark.browser

IMPORTED = {
    "format": "sottovoce-chats",
    "version": 1,
    "chats": [
        {
            "id": "a" * 16,
            "title": "brought along",
            "leaf": "c" * 16,
            "messages": [
                {"id": "b" * 16, "parent": None, "role": "user", "state": "complete", "text": "hello"},
                {
                    "id": "c" * 16,
                    "parent": "b" * 16,
                    "role": "assistant",
                    "state": "complete",
                    "text": "from elsewhere",
                    "model": "other",
                },
            ],
        }
    ],
}


def test_the_badge_is_a_fact_and_leads_to_what_left(start, open_window):
    server = start(chats=IMPORTED)
    window = open_window(server)
    window.enter(server.link)
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    badge = window.page.locator(".made-where")
    expect(badge).to_have_text("Made on this machine")
    chat = window.page.url
    badge.click()
    dialog = window.page.get_by_role("dialog", name="What left this machine")
    expect(dialog).to_contain_text("Nothing has left this machine.")
    expect(dialog).to_contain_text("written down before it is made")
    window.page.keyboard.press("Escape")
    expect(window.page).to_have_url(chat)
    window.go(f"/c/{'a' * 16}")
    expect(window.answer_text).to_have_text("from elsewhere")
    expect(badge).to_have_count(0)
    expect(window.page.get_by_test_id("disclosure")).to_be_visible()


def test_the_ledger_shows_what_left_when_where_to_how_much_and_why(window, server):
    ledger = Ledger(open_home(server.home).ledger)
    for _ in range(60):
        leaving = ledger.begin("models.example", 443, Purpose.DOWNLOAD, "GET")
        ledger.finish(leaving, sent=412, received=98_000_000, outcome="done")
    ledger.begin("mirror.example", 8080, Purpose.CHECK, "HEAD")
    window.go("/ledger")
    dialog = window.page.get_by_role("dialog")
    expect(dialog).to_contain_text("61 connections left this machine")
    rows = dialog.get_by_role("listitem")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("mirror.example:8080")
    expect(rows.first).to_contain_text("under way, or cut off")
    expect(rows.nth(1)).to_contain_text("sent 412 bytes")
    expect(rows.nth(1)).to_contain_text("received 98 MB")
    expect(rows.nth(1)).to_contain_text("To download a model")
    dialog.get_by_role("button", name="Show earlier ones").click()
    expect(rows).to_have_count(61)
    expect(dialog).not_to_contain_text("Nothing has left")


@pytest.mark.parametrize(
    ("colours", "size"), [("light", (1280, 800)), ("dark", (390, 844))], ids=["desk-light", "phone-dark"]
)
def test_none_of_it_has_a_fault(window, server, colours, size):
    window.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.page.set_viewport_size({"width": size[0], "height": size[1]})
    window.ask("a boat")
    expect(window.answer_text).to_have_text("a boat")
    window.go("/ledger")
    expect(window.page.get_by_role("dialog")).to_contain_text("Nothing has left")
    assert faults(window.page) == []
    ledger = Ledger(open_home(server.home).ledger)
    ledger.begin("mirror.example", 8080, Purpose.CHECK, "HEAD")
    window.go("/ledger")
    expect(window.page.get_by_role("dialog")).to_contain_text("One connection left")
    assert faults(window.page) == []
    window.go("/settings")
    window.page.get_by_role("button", name="Show a code").click()
    window.page.get_by_role("button", name="Sign out everywhere").click()
    expect(window.page.get_by_role("button", name="Cancel")).to_be_focused()
    assert faults(window.page) == []


@pytest.mark.skipif(not lan.places(), reason="this machine is in no network")
def test_a_phone_is_let_in_by_the_code_once(tmp_path, open_window):
    command = [sys.executable, "-m", "sottovoce", "share", "--port", "0"]
    shared = subprocess.Popen(
        command,
        env=environment(tmp_path / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert shared.stdout is not None
        said = ""
        while "Share where you trust it" not in said:
            line = shared.stdout.readline()
            assert line, said
            said += line
        link = next(word for word in said.split() if "/enter#" in word)

        class Shared:
            address = link.partition("/enter")[0]

        desk = open_window(Shared)
        desk.allow(
            "ERR_", "Cross-Origin-Opener-Policy"
        )  # its server ends first; over plain HTTP it has no such policy
        desk.enter(link)
        desk.go("/settings")
        desk.page.get_by_role("button", name="Show a code").click()
        code = desk.page.get_by_role("img", name="QR code")
        expect(code).to_be_visible()
        expect(desk.page.get_by_role("dialog")).to_contain_text("Works once, for 10 more minutes.")
        assert faults(desk.page) == []
        shown = desk.page.get_by_label("Sign-in link", exact=True)
        first = shown.inner_text()
        desk.page.get_by_role("button", name="New code").click()
        expect(shown).not_to_have_text(first)
        phone = open_window(Shared, width=390, height=844)
        phone.allow("ERR_", "Cross-Origin-Opener-Policy")
        phone.enter(shown.inner_text())
        expect(desk.page.get_by_role("dialog")).to_contain_text("Another browser has signed in")
        expect(code).to_have_count(0)
        expect(desk.page.locator(".browsers li")).to_have_count(2)
        phone.ask("from the phone")
        expect(phone.answer_text).to_have_text("from the phone")
        desk.go("/")
        expect(desk.chat("from the phone")).to_be_visible()
        assert re.search(r"^http://[\d.:\[\]a-f]+/enter#", first)
    finally:
        shared.kill()
        shared.communicate()
