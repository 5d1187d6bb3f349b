"""What can be done with what was said, and with the chats: nothing is lost that can be wanted back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def press(window, name):
    window.page.get_by_role("button", name=name, exact=True).last.click()


def test_an_edited_question_is_a_branch_and_the_old_one_stays(window):
    window.have_answered("a boat")
    press(window, "Edit message")
    field = window.page.get_by_role("textbox", name="Edit message")
    expect(field).to_be_focused()
    field.fill("a ship")
    field.press("Enter")
    expect(window.answer_text).to_have_text("a ship")
    expect(window.questions).to_have_count(1)
    where = window.page.get_by_role("group", name="Version 2 of 2")
    expect(where).to_be_visible()
    press(window, "Previous version")
    expect(window.answer_text).to_have_text("a boat")
    window.reload()
    expect(window.answer_text).to_have_text("a boat")
    press(window, "Next version")
    expect(window.answer_text).to_have_text("a ship")


def test_another_answer_is_a_branch_too(window):
    window.have_answered("a boat")
    window.have_answered("and a sail")
    press(window, "Try again")
    expect(window.page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    expect(window.answers).to_have_count(2)
    press(window, "Previous version")
    expect(window.page.get_by_role("group", name="Version 1 of 2")).to_be_visible()


def test_an_edit_that_is_given_up_changes_nothing(window):
    window.have_answered("a boat")
    press(window, "Edit message")
    field = window.page.get_by_role("textbox", name="Edit message")
    field.fill("a ship")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(window.questions.last).to_contain_text("a boat")


def test_a_chat_is_renamed_and_found_and_deleted_unless_that_is_undone(window):
    page = window.page
    window.have_answered("a boat on the sea")
    window.go("/")
    window.have_answered("a lamp in the window")

    def choose(title, item):
        page.get_by_role("button", name=f"More for “{title}”").dispatch_event("click")
        page.get_by_role("menuitem", name=item).click()

    choose("A boat on the sea", "Rename")
    field = page.get_by_role("textbox", name="Title of the chat")
    field.fill("Sailing")
    field.press("Enter")
    expect(window.chat("Sailing")).to_be_visible()

    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("boat")
    hit = page.get_by_role("option").first
    expect(hit).to_contain_text("Sailing")
    expect(hit.locator("mark").first).to_have_text(re.compile("boat", re.I))
    page.keyboard.press("Enter")
    expect(window.answer_text).to_have_text("a boat on the sea")

    choose("Sailing", "Delete")
    expect(window.chat("Sailing")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(window.chat("Sailing")).to_be_visible()
    expect(window.answer_text).to_have_text("a boat on the sea")
    choose("Sailing", "Delete")
    expect(window.chat("Sailing")).to_have_count(0)
    expect(window.answers).to_have_count(0)
    window.allow("404")  # asked for as the page goes, and once more by the next
    window.reload()
    expect(window.chat("A lamp in the window")).to_be_visible()
    expect(window.chat("Sailing")).to_have_count(0)


def test_the_list_of_chats_hides_and_comes_back(window):
    chats = window.page.get_by_role("navigation", name="Chats")
    expect(chats).to_be_visible()
    window.page.keyboard.press("Control+b")
    expect(chats).to_be_hidden()
    window.page.keyboard.press("Control+b")
    expect(chats).to_be_visible()


def test_on_a_phone_the_list_lies_over_the_chat_and_goes_when_one_is_chosen(server, open_window):
    window = open_window(server, width=390, height=844)
    window.enter(server.link)
    window.have_answered("a boat on the sea")
    chats = window.page.get_by_role("navigation", name="Chats")
    expect(chats).to_be_hidden()
    window.page.get_by_role("button", name="Show the chats").click()
    expect(chats).to_be_visible()
    window.chat("A boat on the sea").click()
    expect(chats).to_be_hidden()


def test_language_and_colours_can_be_chosen_and_are_kept(window):
    window.go("/settings")
    page = window.page
    page.get_by_role("radio", name="中文").check(force=True)
    page.get_by_role("radio", name=re.compile("深色|Dark")).check(force=True)
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    window.go("/")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_code_is_copied_as_it_was_written(window):
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.ask("```python\nprint('a < b')\n```")
    expect(window.answer_text).to_contain_text("print('a < b')")
    window.answer_text.get_by_role("button", name="Copy").click()
    expect(window.answer_text.get_by_role("button", name="Copied")).to_be_visible()
    assert window.page.evaluate("navigator.clipboard.readText()").strip() == "print('a < b')"


def test_a_long_answer_never_pulls_its_reader_down(window):
    window.ask("/long 1000")
    expect(window.answer_text).to_contain_text("word999")
    window.ask("/slow 20")
    expect(window.answer_text).to_contain_text("word5")
    place = window.page.get_by_role("region", name="Messages")
    place.evaluate("element => element.scrollTo(0, 0)")
    at = place.evaluate("element => element.scrollTop")
    expect(window.answer_text).to_contain_text("word60")
    assert abs(place.evaluate("element => element.scrollTop") - at) < 5
    window.page.get_by_role("button", name="Go to the newest message").click()
    expect(window.answer_text).to_contain_text("word99")
    left = "element => element.scrollHeight - element.scrollTop - element.clientHeight"
    assert place.evaluate(left) < 50
