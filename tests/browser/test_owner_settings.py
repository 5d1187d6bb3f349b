"""The owner's settings of all chats, set in the page."""

from __future__ import annotations

from typing import Any

import pytest
from axe import faults
from playwright.sync_api import expect

from sottovoce.core import settings
from sottovoce.core.paths import open_home

pytestmark = pytest.mark.browser


def test_they_are_set_with_words_and_choices_and_what_is_wrong_is_told(window: Any, server: Any) -> None:
    home = open_home(server.home)
    window.page.get_by_role("button", name="Settings", exact=True).click()
    section = window.page.get_by_test_id("owner")
    section.get_by_role("textbox", name="Instructions for all new chats").fill("Be brief.")
    section.get_by_role("button", name="Save").first.click()
    expect(section.get_by_role("status").first).to_have_text("Saved")
    section.get_by_role("radio", name="Family").check()
    expect(window.page.get_by_role("radio", name="Family")).to_be_checked()
    window.allow("400")
    section.get_by_role("textbox", name="Country for the crisis card").fill("Austria")
    section.get_by_role("button", name="Save").last.click()
    expect(section.get_by_role("alert").locator("strong")).to_contain_text("two letters of a country")
    assert faults(window.page) == []
    held = settings.load(home, {}, {})
    assert (held.system, held.profile, held.region) == ("Be brief.", "family", "")
    window.page.get_by_role("radio", name="中文").check()
    expect(section).to_contain_text("对所有对话生效")
    expect(section.get_by_role("radio", name="家庭")).to_be_checked()


def test_an_answer_from_before_a_choice_does_not_take_it_back(window: Any, server: Any) -> None:
    window.page.get_by_role("button", name="Settings", exact=True).click()
    section = window.page.get_by_test_id("owner")
    section.get_by_role("textbox", name="Instructions for all new chats").fill("Be brief.")
    held = []

    def hold(route: Any) -> None:
        if route.request.method == "GET":
            held.append((route, route.fetch()))
        else:
            route.continue_()

    window.page.route("**/app/api/settings", hold)
    section.get_by_role("button", name="Save").first.click()
    while not held:
        window.page.wait_for_timeout(20)
    route, before = held[0]
    family = section.get_by_role("radio", name="Family")
    family.check()
    route.fulfill(response=before)
    for late, answer in held[1:]:
        late.fulfill(response=answer)
    window.page.unroute("**/app/api/settings")
    expect(family).to_be_checked()
    window.reload()
    expect(section.get_by_role("radio", name="Family")).to_be_checked()
    assert settings.load(open_home(server.home), {}, {}).profile == "family"
