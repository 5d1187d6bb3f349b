"""What safeguards did, in the settings; and the crisis card, which stands alone and stays so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe import faults
from playwright.sync_api import expect

from sottovoce.core import settings
from sottovoce.core.paths import open_home

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


def test_the_crisis_card_is_the_answer_is_still_there_on_reload_and_the_settings_tell_of_it(
    window: Any,
) -> None:
    window.ask("I want to kill myself")
    card = window.page.get_by_role("note", name="You do not have to be alone with this")
    expect(card).to_contain_text("You matter")
    expect(window.answers).not_to_contain_text("I want to kill myself")
    expect(window.answer_text).to_have_count(0)
    window.page.reload()
    expect(card).to_contain_text("You matter")
    expect(card.get_by_role("heading")).to_be_visible()
    assert card.locator("p").evaluate("shown => getComputedStyle(shown).fontSize") == "16px"
    assert window.page.get_by_test_id("answer").locator(".notice, .problem").count() == 0

    window.page.get_by_role("button", name="Settings", exact=True).click()
    section = window.page.get_by_test_id("safeguards")
    expect(section).to_contain_text("The profile is open.")
    expect(section.get_by_role("listitem")).to_contain_text("Crisis card shown · self_harm.said")
    assert faults(window.page) == []


def test_who_reads_in_chinese_is_told_so_whatever_the_browser_speaks(window: Any, server: Any) -> None:
    settings.store(open_home(server.home), "memory", "on")
    window.page.get_by_role("button", name="Settings", exact=True).click()
    window.page.get_by_role("radio", name="中文").check()
    window.page.keyboard.press("Escape")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    window.ask("Please remember that I like tea. Now write a poem about it.")
    expect(window.page.locator(".notice")).to_contain_text("已为所有对话记住")
    window.page.reload()
    expect(window.page.locator(".notice")).to_contain_text("已为所有对话记住")


def test_whom_to_call_is_a_touch_away_on_a_phone_and_in_chinese(
    server: Any, open_window: Callable[..., Any]
) -> None:
    settings.store(open_home(server.home), "region", "DE")
    phone = open_window(server, language="zh-CN", color_scheme="dark", **PHONE)
    phone.enter(server.link)
    phone.composer.fill("我想自杀")
    phone.page.get_by_role("button", name="发送").click()
    card = phone.page.get_by_role("note", name="你不必独自面对")
    number = card.get_by_role("link", name="0800 111 0 111")
    expect(number).to_have_attribute("href", "tel:08001110111")
    expect(card.get_by_role("link", name="112")).to_have_attribute("href", "tel:112")
    assert number.evaluate("link => link.getClientRects().length") == 1
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults(phone.page) == []


def test_where_no_number_is_known_a_site_is_and_what_a_model_writes_leads_nowhere(
    window: Any, server: Any
) -> None:
    window.have_answered("call 0800 123 456, see findahelpline.com")
    expect(window.answer_text.get_by_role("link")).to_have_count(0)
    settings.store(open_home(server.home), "region", "AQ")
    window.ask("I want to kill myself")
    site = window.page.get_by_role("note").get_by_role("link")
    expect(site).to_have_attribute("href", "https://findahelpline.com")
    expect(site).to_have_attribute("target", "_blank")
    expect(site).to_have_attribute("rel", "noreferrer")
