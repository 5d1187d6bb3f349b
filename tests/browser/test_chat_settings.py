"""What is set for a chat: kept before it begins, saved by itself, never lost, and told as it is."""

from __future__ import annotations

import re

import pytest
from axe import faults
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SEVENTY = " ".join(f"w{at:03}" for at in range(70))


def panel(window):
    return window.page.get_by_role("dialog", name="Chat settings")


def open_panel(window):
    window.page.get_by_role("button", name=re.compile("^Chat settings")).click()
    expect(panel(window)).to_be_visible()


def close_panel(window):
    panel(window).get_by_role("button", name="Close").click()
    expect(panel(window)).to_have_count(0)


def number(window, name):
    return panel(window).get_by_role("textbox", name=name)


def saved(window):
    return window.page.get_by_test_id("saved-state")


def slash(window):
    return window.page.get_by_role("listbox", name="Commands, presets and shelves")


def keep_preset(window, name, system):
    open_panel(window)
    panel(window).get_by_role("textbox", name="Instructions").fill(system)
    panel(window).get_by_role("button", name="Save as preset").click()
    panel(window).get_by_role("textbox", name="Name of the preset").fill(name)
    window.page.keyboard.press("Enter")
    expect(panel(window).get_by_role("button", name=re.compile(f"^{name}"))).to_be_visible()


# ---- the panel ----


def test_a_chat_begins_with_what_was_set_before_it_also_after_a_reload(window):
    open_panel(window)
    expect(saved(window)).to_have_text("Kept for your next chat")
    number(window, "Longest answer").fill("2")
    panel(window).get_by_role("textbox", name="Instructions").fill("Be brief.")
    close_panel(window)
    window.reload()
    window.have_answered("one two three", "one two")
    window.reload()
    open_panel(window)
    expect(number(window, "Longest answer")).to_have_value("2")
    expect(panel(window).get_by_role("textbox", name="Instructions")).to_have_value("Be brief.")
    close_panel(window)
    window.page.get_by_role("button", name="New chat").first.click()
    open_panel(window)
    expect(number(window, "Longest answer")).to_have_value("")


def test_changes_are_saved_by_themselves_and_hold_in_the_next_turn(window):
    window.have_answered("one two three")
    open_panel(window)
    number(window, "Longest answer").fill("2")
    expect(saved(window)).to_have_text("Saved")
    panel(window).get_by_role("slider", name="Temperature").press("ArrowRight")
    expect(number(window, "Temperature")).to_have_value("0.25")  # the starter's own is 0.2
    window.page.keyboard.press("Escape")
    expect(panel(window)).to_have_count(0)
    window.have_answered("four five six", "four five")
    open_panel(window)
    panel(window).get_by_role("button", name=re.compile("^Reset Longest answer")).click()
    expect(number(window, "Longest answer")).to_have_value("")
    expect(number(window, "Temperature")).to_have_value("0.25")
    panel(window).get_by_role("button", name="Reset all").click()
    expect(number(window, "Temperature")).to_have_value("")
    close_panel(window)
    window.have_answered("seven eight nine")


def test_exact_tools_are_switched_for_the_chat_to_come(window):
    open_panel(window)
    tools = panel(window).get_by_label("Sums, units and dates by exact tools")
    expect(tools).to_have_value("")
    tools.select_option("Off")
    expect(saved(window)).to_have_text("Kept for your next chat")
    close_panel(window)
    window.have_answered("17 * 6")
    open_panel(window)
    expect(tools).to_have_value("off")


def test_a_question_asked_at_once_is_answered_as_was_just_set(window):
    window.have_answered("one two three")
    open_panel(window)
    number(window, "Longest answer").fill("1")
    window.page.keyboard.press("Escape")
    window.have_answered("four five six", "four")


def test_what_cannot_be_saved_is_said_and_kept_until_it_can(window, server):
    window.allow("net::ERR_")
    window.have_answered("one two three")
    open_panel(window)
    server.kill()
    panel(window).get_by_role("textbox", name="Instructions").fill("Never lose me.")
    expect(panel(window).get_by_role("alert")).to_contain_text("does not answer")
    expect(saved(window)).to_have_count(0)
    close_panel(window)
    open_panel(window)
    expect(panel(window).get_by_role("textbox", name="Instructions")).to_have_value("Never lose me.")
    server.start()
    window.enter(server.link)
    window.chat("One two three").click()
    expect(window.answers).to_have_count(1)
    open_panel(window)
    expect(saved(window)).to_have_text("Saved")
    expect(panel(window).get_by_role("textbox", name="Instructions")).to_have_value("Never lose me.")


def test_a_number_out_of_range_gets_a_sentence_and_is_not_sent(window):
    window.have_answered("one two three")
    open_panel(window)
    number(window, "Temperature").fill("9")
    expect(panel(window).get_by_role("alert")).to_have_text(re.compile("A number from 0 to 2"))
    expect(number(window, "Temperature")).to_have_attribute("aria-invalid", "true")
    expect(saved(window)).to_have_text("Saved")
    number(window, "Temperature").fill("0,9")
    expect(panel(window).get_by_role("alert")).to_have_count(0)
    number(window, "Temperature").blur()
    expect(number(window, "Temperature")).to_have_value("0.9")
    expect(saved(window)).to_have_text("Saved")


def test_the_key_for_it_is_in_the_list(window):
    window.page.keyboard.press("Control+.")
    expect(panel(window)).to_be_visible()
    window.page.keyboard.press("Escape")
    window.page.get_by_role("heading", name="What is on your mind?").click()
    window.page.keyboard.press("?")
    expect(window.page.get_by_role("dialog")).to_contain_text("Chat settings")


# ---- presets ----


def test_a_preset_is_kept_applied_by_a_slash_and_taken_back(window):
    keep_preset(window, "Poet", "Rhyme.")
    close_panel(window)
    window.have_answered("one two three")
    window.page.get_by_role("button", name="New chat").first.click()
    window.have_answered("a boat")
    window.composer.fill("/po")
    expect(slash(window).get_by_role("option")).to_have_count(1)
    window.composer.press("Enter")
    expect(window.composer).to_have_value("")
    note = window.page.get_by_test_id("applied")
    expect(note).to_contain_text("“Poet” is set for this chat.")
    open_panel(window)
    expect(panel(window).get_by_role("textbox", name="Instructions")).to_have_value("Rhyme.")
    close_panel(window)
    note.get_by_role("button", name="Undo").click()
    expect(note).to_have_count(0)
    open_panel(window)
    expect(panel(window).get_by_role("textbox", name="Instructions")).to_have_value("")


def test_a_name_that_is_there_is_replaced_only_when_that_is_said(window):
    keep_preset(window, "Poet", "Rhyme.")
    panel(window).get_by_role("textbox", name="Instructions").fill("Rhyme well.")
    panel(window).get_by_role("button", name="Save as preset").click()
    panel(window).get_by_role("textbox", name="Name of the preset").fill("poet")
    expect(panel(window)).to_contain_text("Replaces the preset “Poet”.")
    panel(window).get_by_role("button", name="Replace").click()
    expect(panel(window).get_by_role("button", name=re.compile("^poet"))).to_contain_text("Rhyme well.")


def test_a_preset_is_deleted_only_after_a_yes(window):
    keep_preset(window, "Poet", "Rhyme.")
    doomed = panel(window).get_by_role("button", name="Delete the preset “Poet”")
    doomed.click()
    panel(window).get_by_role("button", name="Cancel").click()
    doomed.click()
    panel(window).get_by_role("button", name="Delete", exact=True).click()
    expect(panel(window).get_by_role("button", name=re.compile("^Poet"))).to_have_count(0)
    window.reload()
    window.composer.fill("/poet")
    expect(slash(window)).to_have_count(0)


# ---- a slash ----


def test_a_slash_offers_what_can_be_done_by_keyboard_alone(window):
    window.composer.press("/")
    expect(slash(window)).to_be_visible()
    window.composer.press("ArrowDown")
    chosen = slash(window).get_by_role("option", selected=True)
    expect(chosen).to_contain_text("/temp")
    assert window.composer.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    window.composer.press("ArrowDown")
    expect(chosen).to_contain_text("/settings")
    window.composer.press("ArrowDown")
    window.composer.press("Tab")
    expect(window.composer).to_have_value("/search")
    window.composer.press("Enter")
    expect(window.page.get_by_role("dialog", name="Search")).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(window.composer).to_have_value("")


def test_the_focus_comes_back_from_the_list(window):
    window.composer.fill("/new")
    window.composer.press("Tab")
    expect(slash(window)).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(window.composer).to_be_focused()
    expect(window.composer).to_have_value("")


def test_what_means_no_command_is_sent_as_it_is(window):
    window.have_answered("/nothing of this name")
    window.composer.fill("/new")
    window.composer.press("Escape")
    expect(slash(window)).to_have_count(0)
    window.composer.press("Enter")
    expect(window.questions.last).to_contain_text("/new")


def test_every_command_does_what_it_says(window):
    page = window.page
    window.have_answered("a boat")
    titles = {"help": "Help", "settings": "Chat settings", "models": "Models"}
    for command, title in titles.items():
        window.ask(f"/{command}")
        expect(page.get_by_role("dialog", name=title)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    window.ask("/export")
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="JSON").click()
    assert download.value.suggested_filename == "a boat.json"
    window.ask("/new")
    expect(window.answers).to_have_count(0)
    expect(window.questions).to_have_count(0)
    window.ask("/temp")
    expect(page.get_by_role("heading", name="Temporary chat")).to_be_visible()


def test_on_a_phone_a_tap_chooses_and_everything_fits(server, open_window):
    window = open_window(server, width=390, height=844)
    window.enter(server.link)
    window.composer.fill("/")
    slash(window).get_by_role("option", name=re.compile("settings", re.I)).click()
    expect(panel(window)).to_be_visible()
    width = "document.documentElement.scrollWidth"
    assert window.page.evaluate(width) <= 390
    assert panel(window).evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")


# ---- how full it is ----


def test_how_full_it_is_is_told_once_it_matters_and_a_new_chat_offered(window):
    page = window.page
    meter = page.get_by_role("button", name=re.compile("^Context: "))
    window.have_answered("a boat")
    expect(meter).to_have_count(0)
    open_panel(window)
    number(window, "Context").fill("256")
    expect(saved(window)).to_have_text("Saved")
    expect(panel(window)).to_contain_text("of 256 tokens")
    close_panel(window)
    window.have_answered(SEVENTY)
    expect(meter).to_be_visible()
    meter.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_text(re.compile(r"This chat takes \d+ of 256 tokens"))).to_be_visible()
    window.composer.fill("/slow 20 " + "and another " * 60)
    expect(page.get_by_text(re.compile("the oldest messages of this chat will be left out"))).to_be_visible()
    window.send.click()
    expect(page.get_by_text("The oldest messages no longer fit")).to_be_visible()
    window.stop.click()
    expect(window.stop).to_have_count(0)
    meter.click()
    expect(page.get_by_text(re.compile("For the last answer the .*oldest exchange"))).to_be_visible()
    window.reload()
    expect(meter).to_be_visible()


# ---- for those who hear it ----

KEEP = """name => fetch("/app/api/presets", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name }),
})"""


@pytest.mark.parametrize(
    ("colours", "size"), [("light", (1280, 800)), ("dark", (390, 844))], ids=["desk-light", "phone-dark"]
)
def test_no_state_of_it_has_a_fault(server, open_window, colours, size):
    window = open_window(server, width=size[0], height=size[1])
    page = window.page
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.enter(server.link)
    for number_of in range(8):  # so that the list for a slash is longer than its place
        page.evaluate(KEEP, f"Preset {number_of}")
    keep_preset(window, "Poet", "Rhyme.")
    number(window, "Temperature").fill("9")
    panel(window).get_by_text("More", exact=True).click()
    assert faults(page) == [], "the panel with a wrong number"
    number(window, "Temperature").fill("")
    number(window, "Context").fill("256")
    panel(window).get_by_role("button", name="Delete the preset “Poet”").click()
    assert faults(page) == [], "before deleting"
    close_panel(window)
    window.composer.fill("/")
    assert faults(page) == [], "the list for a slash"
    window.composer.fill(SEVENTY)
    window.send.click()
    meter = page.get_by_role("button", name=re.compile("^Context: "))
    expect(meter).to_be_visible()
    meter.click()
    window.composer.fill("/poet")
    window.composer.press("Enter")
    expect(page.get_by_test_id("applied")).to_be_visible()
    window.composer.fill("and another " * 250)
    assert faults(page) == [], "applied, and nearly full"
