"""What says that an AI wrote it, on the page: to eyes, to a screen reader, and through the clipboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from sottovoce.chat.marks.verifying import Finding, Signed, verdicts
from sottovoce.core.paths import Home
from sottovoce.guard.disclosure import CONTINUOUS
from sottovoce.store import signing

pytestmark = pytest.mark.browser

ANSWER = "The **river** is long.\n\n- boats\n- 水很冷。"
READ = """async (kind) => {
  const [item] = await navigator.clipboard.read();
  return await (await item.getType(kind)).text();
}"""


def answered(window):
    window.ask(ANSWER)
    expect(window.answer_text).to_contain_text("boats")
    expect(window.stop).to_have_count(0)


def copy(window, kind):
    window.answers.last.get_by_role("button", name="Copy", exact=True).first.click()
    expect(window.answers.last.get_by_role("button", name="Copied")).to_be_visible()
    return window.page.evaluate(READ, kind)


def verify(text, server):
    return verdicts(text.encode(), "clipboard", frozenset(signing.public_keys(Home(server.home))))


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_copied_answer_carries_its_mark(window, server, kind):
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answered(window)
    copied = copy(window, kind)
    (found,) = verify(copied, server)
    assert (found.finding, found.signed) == (Finding.UNCHANGED, Signed.HERE)
    (found,) = verify(copied.replace("boats", "ships"), server)
    assert found.finding is Finding.CHANGED


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_copied_answer_carries_its_mark_where_a_browser_knows_no_clipboard(window, server, kind):
    """As over plain http, from another machine."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.page.evaluate("delete window.ClipboardItem")
    answered(window)
    copied = copy(window, kind)
    assert [one.finding for one in verify(copied, server)] == [Finding.UNCHANGED]


@pytest.mark.parametrize(("language", "words"), [("en-US", CONTINUOUS["en"]), ("zh-CN", CONTINUOUS["zh"])])
def test_a_screen_reader_says_at_the_message_field_that_one_talks_to_an_ai(
    server, open_window, language, words
):
    window = open_window(server, language=language)
    window.enter(server.link)
    described = window.page.evaluate(
        "document.getElementById(document.getElementById('message').getAttribute('aria-describedby')).innerText"
    )
    assert described.strip() == words
    expect(window.page.get_by_test_id("disclosure")).to_be_visible()
