"""What can be done with one message: go on with it, delete it, want it back, begin another chat from it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

VOICES = """
window.spoken = [];
const voice = (lang, localService) => ({lang, localService, name: lang, voiceURI: lang + localService});
window.voices = [voice("en-US", true), voice("zh-CN", false)];
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => window.voices,
  speak: (said) => window.spoken.push([said.text, said.voice.voiceURI]),
  cancel: () => window.spoken.push("cancel"),
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}});
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""


def choose(window, message, item):
    """Choose in the menu of a message."""
    message.hover()
    message.get_by_role("button", name=re.compile("^(More|更多)$")).click()
    window.page.get_by_role("menuitem", name=item).click()


def chat_of(window):
    return window.page.url.rpartition("/")[2]


def on_the_disk(window, chat=None):
    """The branch as the server has it."""
    answer = window.context.request.get(f"{window.address}/app/api/chats/{chat or chat_of(window)}")
    return answer.json()["messages"]


def until_nothing_is_to_be_deleted(window):
    while window.page.evaluate("localStorage.getItem('sotto.deletions')") is not None:
        window.page.wait_for_timeout(20)


def undo(window):
    return window.page.get_by_role("button", name="Undo")


# ---- going on ----


def test_a_stopped_answer_is_gone_on_with_in_its_place(window):
    window.ask("/slow 25")
    expect(window.answer_text).to_contain_text("word5")
    window.stop.click()
    window.answers.last.get_by_text("Continue").click()
    expect(window.answer_text).to_contain_text("word99", timeout=30_000)
    expect(window.stop).to_have_count(0)
    text = " ".join(f"word{at}" for at in range(100))
    expect(window.answer_text).to_have_text(text)
    expect(window.answers).to_have_count(1)
    expect(window.page.get_by_role("button", name="Continue")).to_have_count(0)
    assert [message["text"] for message in on_the_disk(window)] == ["/slow 25", text]


def test_one_at_its_longest_length_is_too_by_keyboard_alone(window):
    window.ask("/long 1100")
    expect(window.answers.last).to_contain_text("longest length")
    go_on = window.answers.last.get_by_role("button", name="Continue")
    go_on.focus()
    window.page.keyboard.press("Enter")
    expect(window.answer_text).to_contain_text("word1023 word1024")
    expect(window.answer_text).to_contain_text("word1099")
    expect(window.page.get_by_role("region", name="Messages")).to_be_focused()


def test_a_page_that_comes_late_sees_the_whole_text_and_what_follows(window, open_window):
    window.ask("/slow 60")
    expect(window.answer_text).to_contain_text("word5")
    window.stop.click()
    window.answers.last.get_by_text("Continue").click()
    expect(window.answer_text).to_contain_text("word15")
    late = window.context.new_page()
    late.goto(window.page.url)
    expect(late.get_by_test_id("answer-text")).to_have_text(re.compile(r"^word0 word1 .* word16"))
    expect(late.get_by_test_id("answer-text")).to_have_text(
        re.compile(r"word97 word98 word99$"), timeout=30_000
    )


def test_killed_while_going_on_it_is_interrupted_with_all_its_text(server, window):
    window.allow("Failed to load resource", "ERR_")
    window.ask("/slow 60")
    expect(window.answer_text).to_contain_text("word3")
    window.stop.click()
    window.answers.last.get_by_text("Continue").click()
    expect(window.answer_text).to_contain_text("word20")
    server.kill()
    server.start()
    window.enter(server.link)
    window.page.get_by_role("link", name="/slow 60").click()
    expect(window.answers.last).to_contain_text("interrupted")
    expect(window.answers.last).to_contain_text("Made on this machine")
    expect(window.answer_text).to_have_text(re.compile(r"^word0 word1 word2 word3 .*word15"))
    expect(window.answers.last.get_by_role("button", name="Continue")).to_have_count(1)


@pytest.mark.model
def test_the_real_model_goes_on_without_a_doubled_word_or_a_lost_space(start, open_window):
    server = start(engine="")
    window = open_window(server)
    window.enter(server.link)
    window.ask("Why is the sky blue?")
    expect(window.answer_text).to_contain_text(re.compile(r"\w+\W+\w+\W+\w+"), timeout=120_000)
    window.stop.click()
    go_on = window.answers.last.get_by_text("Continue")
    expect(go_on).to_be_visible()
    before = on_the_disk(window)[-1]["text"]
    go_on.click()
    expect(window.stop).to_be_visible()
    expect(window.stop).to_have_count(0, timeout=240_000)
    after = on_the_disk(window)[-1]
    assert after["text"].startswith(before)
    rest = after["text"].removeprefix(before)
    assert rest
    last = before.split()[-1]
    assert not rest.startswith("  "), rest[:40]
    assert not rest.startswith((last, f" {last} ")), (before[-40:], rest[:40])
    assert len(on_the_disk(window)) == 2


# ---- deleting ----


def test_a_deleted_message_goes_with_what_follows_and_comes_back_when_that_is_undone(window):
    window.have_answered("a boat")
    window.have_answered("and a sail")
    choose(window, window.questions.first, "Delete this message and the 3 after it")
    expect(window.questions).to_have_count(0)
    toast = window.page.get_by_test_id("toast")
    expect(toast).to_contain_text("4 messages will be deleted.")
    assert len(on_the_disk(window)) == 4, "it was asked for at once"
    undo(window).click()
    expect(window.questions).to_have_count(2)
    expect(toast).to_have_count(0)
    choose(window, window.questions.last, "Delete this message and the 1 after it")
    expect(window.questions).to_have_count(1)
    window.page.get_by_role("button", name="Delete now").click()
    expect(toast).to_have_count(0)
    expect(window.questions).to_have_count(1)
    window.reload()
    expect(window.questions).to_have_count(1)
    assert [message["text"] for message in on_the_disk(window)] == ["a boat", "a boat"]


def test_of_several_versions_only_that_one_goes_and_another_takes_its_place(window):
    window.have_answered("a boat")
    window.answers.last.get_by_role("button", name="Try again").click()
    where = window.page.get_by_role("group", name="Version 2 of 2")
    expect(where).to_be_visible()
    choose(window, window.answers.last, "Delete only this version")
    expect(where).to_have_count(0)
    expect(window.answer_text).to_have_text("a boat")
    undo(window).click()
    expect(where).to_be_visible()


def test_an_answer_that_went_can_be_had_anew(window):
    window.have_answered("a boat")
    choose(window, window.answers.last, "Delete this message")
    expect(window.answers).to_have_count(0)
    window.questions.last.hover()
    window.questions.last.get_by_role("button", name="Answer this").click()
    expect(window.answer_text).to_have_text("a boat")
    window.page.get_by_role("button", name="Delete now").click()
    expect(window.page.get_by_test_id("toast")).to_have_count(0)
    expect(window.page.get_by_role("group", name=re.compile("Version"))).to_have_count(0)


def test_by_keyboard_the_time_to_undo_stands_still_and_escape_deletes(window):
    window.have_answered("a boat")
    page = window.page
    more = window.questions.last.get_by_role("button", name="More")
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(undo(window)).to_be_focused()
    kept = json.loads(page.evaluate("localStorage.getItem('sotto.deletions')"))
    assert kept[0]["until"] > page.evaluate("Date.now()") + 60_000, "the clock goes on"
    page.keyboard.press("Escape")
    expect(undo(window)).to_have_count(0)
    until_nothing_is_to_be_deleted(window)
    assert on_the_disk(window) == []


def test_what_was_to_be_deleted_when_the_window_crashed_is_at_the_next_start(window):
    window.have_answered("a boat")
    window.have_answered("a secret")
    # As a crash leaves it: noted, and nobody there to carry it out.
    message = on_the_disk(window)[2]["id"]
    note = json.dumps([{"chat": chat_of(window), "message": message, "until": 0}])
    window.page.evaluate("note => localStorage.setItem('sotto.deletions', note)", note)
    window.reload()
    expect(window.questions).to_have_count(1)
    until_nothing_is_to_be_deleted(window)
    assert len(on_the_disk(window)) == 2


def test_leaving_the_page_deletes(window):
    window.have_answered("a boat")
    chat = chat_of(window)
    choose(window, window.questions.last, "Delete this message and the 1 after it")
    expect(undo(window)).to_be_visible()
    window.page.goto("about:blank")
    while on_the_disk(window, chat) != []:
        window.page.wait_for_timeout(20)


# ---- another chat, thumbs, reading out ----


def test_a_chat_begins_from_a_message(window):
    window.have_answered("a boat")
    window.have_answered("and a sail")
    first = chat_of(window)
    choose(window, window.answers.first, "New chat from here")
    expect(window.chat("A boat (from here)")).to_be_visible()
    expect(window.questions).to_have_count(1)
    assert chat_of(window) != first
    window.have_answered("and a mast")
    window.go(f"/c/{first}")
    expect(window.questions).to_have_count(2)


def test_a_thumb_is_kept_and_told_to_nobody(window):
    window.have_answered("a boat")
    good = window.page.get_by_role("button", name=re.compile("^Good answer"))
    expect(good).to_have_attribute("title", re.compile("told to nobody"))
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    window.reload()
    expect(good).to_have_attribute("aria-pressed", "true")
    window.page.get_by_role("button", name=re.compile("^Bad answer")).click()
    expect(good).to_have_attribute("aria-pressed", "false")
    assert on_the_disk(window)[-1]["liked"] == -1


def test_only_a_voice_of_this_machine_reads_and_no_marks_are_read(window):
    window.context.add_init_script(VOICES)
    window.reload()
    window.have_answered("Say **boats**, please.", "Say boats, please.")
    window.page.get_by_role("button", name="Read aloud").click()
    window.page.get_by_role("button", name="Stop reading").click()
    expect(window.page.get_by_role("button", name="Read aloud")).to_be_visible()
    assert window.page.evaluate("window.spoken") == [["Say boats, please.", "en-UStrue"], "cancel"]
    window.have_answered("船为什么能浮在水上？")
    expect(window.answers).to_have_count(2)
    expect(window.page.get_by_role("button", name="Read aloud")).to_have_count(1)


def test_where_there_is_no_voice_nothing_is_offered(window):
    window.context.add_init_script("Object.defineProperty(window, 'speechSynthesis', {value: undefined})")
    window.reload()
    window.have_answered("a boat")
    expect(window.page.get_by_role("button", name="Read aloud")).to_have_count(0)


def test_on_a_phone_all_of_it_fits_and_is_large_enough_to_be_touched(server, open_window):
    window = open_window(server, width=390, height=844, has_touch=True, is_mobile=True)
    window.context.add_init_script(VOICES)
    window.enter(server.link)
    window.composer.fill("/slow 30")
    window.send.click()
    expect(window.answer_text).to_contain_text("word3")
    window.stop.click()
    acts = window.answers.last.locator("footer")
    for button in acts.get_by_role("button").all():
        box = button.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert 0 <= box["x"] <= 390 - box["width"]
    assert window.answers.last.get_by_text("Continue").bounding_box()["height"] >= 44
    tops = {round(button.bounding_box()["y"]) for button in acts.get_by_role("button").all()}
    assert len(tops) == 1, "the actions take more than one line"
    acts.get_by_role("button", name="More").click()
    menu = window.page.get_by_role("menu")
    for item in ("Good answer", "Bad answer", "Read aloud", "New chat from here", "Delete this message"):
        expect(menu.locator("button").filter(has_text=item)).to_be_visible()
    menu.locator("button").filter(has_text="Good answer").click()
    acts.get_by_role("button", name="More").click()
    expect(menu.get_by_role("menuitemradio", name="Good answer")).to_have_attribute("aria-checked", "true")


def test_on_a_phone_a_chat_is_deleted_and_had_back_in_the_list_that_lies_over_it(server, open_window):
    window = open_window(server, width=390, height=844, has_touch=True, is_mobile=True)
    window.enter(server.link)
    window.composer.fill("a boat")
    window.send.click()
    expect(window.answer_text).to_have_text("a boat")
    window.page.get_by_role("button", name="Show the chats").click()
    window.page.get_by_role("button", name="More for “a boat”").click()
    window.page.get_by_role("menuitem", name="Delete").click()
    expect(window.chat("a boat")).to_have_count(0)
    chats = window.page.get_by_role("navigation", name="Chats")
    expect(chats.get_by_test_id("toast")).to_contain_text("Will be deleted: “a boat”")
    expect(undo(window)).to_have_count(1)
    undo(window).click()
    expect(window.chat("A boat")).to_be_visible()
    expect(window.answer_text).to_have_text("a boat")


def test_what_could_not_be_deleted_is_there_again_with_the_reason(window):
    window.allow("507")
    window.have_answered("a boat")
    said = {"code": "disk_full", "sentence": "The disk is full.", "hint": "Free some space."}
    window.page.route("**/messages/*", lambda route: route.fulfill(status=507, json={"error": said}))
    choose(window, window.answers.last, "Delete this message")
    expect(window.answers).to_have_count(0)
    window.page.get_by_role("button", name="Delete now").click()
    expect(window.page.get_by_test_id("toast")).to_contain_text("The disk is full. Free some space.")
    expect(window.answer_text).to_have_text("a boat")
    window.page.get_by_role("button", name="Close").click()
    expect(window.page.get_by_test_id("toast")).to_have_count(0)
