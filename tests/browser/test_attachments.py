"""Texts given along with a question, in a real browser: chosen, dropped, pasted, kept, sent, looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from test_access import faults

pytestmark = pytest.mark.browser

HOSTILE = [
    "<img src=x onerror=alert(1)>.txt",
    "".join(f"n{at}" for at in range(100))[:296] + ".txt",  # one letter over and over would end the answer
    "\u202etxt.exe",
    "🙂👨‍👩‍👧 emoji.txt",
    "../../etc/passwd",
    "two\nlines.txt",
]

DROPPED = """([names, kinds]) => {
    const given = new DataTransfer();
    for (const name of names) given.items.add(new File(["text of " + name], name));
    if (kinds.length) {
        // A script cannot make a folder: this is how one looks to the page.
        DataTransferItem.prototype.webkitGetAsEntry = function () {
            const { name } = this.getAsFile();
            return { name, isDirectory: kinds.includes(name) };
        };
    }
    const tell = (kind) => document.body.dispatchEvent(
        new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
    tell("dragover");
    const isShown = new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
        done(document.querySelector("[data-testid=drop-area]") !== null))));
    return isShown.then((seen) => { tell("drop"); return seen; });
}"""

PASTED = """([text, files]) => {
    const given = new DataTransfer();
    if (text) given.setData("text/plain", text);
    for (const name of files) given.items.add(new File(["text of " + name], name));
    const paste = new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true });
    return document.querySelector("#message").dispatchEvent(paste);
}"""


def file(name, data):
    return {
        "name": name,
        "mimeType": "application/octet-stream",
        "buffer": data.encode() if isinstance(data, str) else data,
    }


def choose(window, *files):
    window.page.get_by_test_id("files").set_input_files(list(files))


def chips(window):
    """The texts attached to the message being written."""
    return window.page.locator(".composer .attachment")


def remarks(window):
    return window.page.get_by_test_id("remarks")


def shown(window):
    """What the open dialog shows of a text."""
    return window.page.get_by_test_id("attachment-text")


def test_files_are_sent_with_the_question_and_shown_with_it_ever_after(window):
    choose(window, file("notes.txt", "The zebra sleeps."), file("list.md", "- milk"))
    expect(chips(window)).to_have_count(2)
    expect(window.composer).to_be_focused()
    window.ask("What do they say?")
    expect(window.answer_text).to_contain_text("The zebra sleeps.")
    expect(chips(window)).to_have_count(0)
    question = window.questions.last
    expect(question.locator(".attachment")).to_have_count(2)
    window.reload()
    expect(question.locator(".attachment")).to_have_count(2)
    question.get_by_role("button", name="notes.txt 17 characters").click()
    expect(shown(window)).to_have_text("The zebra sleeps.")
    with window.page.expect_download() as saving:
        window.page.get_by_role("link", name="Save").click()
    assert saving.value.suggested_filename == "notes.txt"
    window.page.keyboard.press("Escape")
    expect(shown(window)).to_have_count(0)
    other = window.context.new_page()
    other.goto(window.page.url)
    expect(other.locator(".question .attachment")).to_have_count(2)


def test_a_text_alone_is_a_question_and_names_the_chat(window):
    expect(window.send).to_be_disabled()
    choose(window, file("notes.txt", "one two"))
    window.send.click()
    expect(window.answer_text).to_contain_text("one two")
    expect(window.chat("notes.txt")).to_be_visible()
    expect(window.page.locator(".question-bubble")).to_have_count(0)


def test_what_was_attached_outlives_a_reload_and_stays_with_its_chat(window):
    window.ask("hello")
    expect(window.answer_text).to_have_text("hello")
    choose(window, file("notes.txt", "kept"))
    expect(chips(window)).to_have_count(1)
    window.reload()
    expect(chips(window)).to_have_count(1)
    window.page.get_by_role("button", name="New chat").first.click()
    expect(chips(window)).to_have_count(0)
    window.chat("hello").click()
    expect(chips(window)).to_have_count(1)
    chips(window).get_by_role("button", name="Remove notes.txt").click()
    expect(window.composer).to_be_focused()
    window.reload()
    expect(chips(window)).to_have_count(0)


def test_what_the_browser_cannot_keep_it_says_so_and_sends_all_the_same(window):
    choose(window, file("large.txt", "x" * 6_000_000))
    expect(window.page.get_by_text("no room to keep these texts")).to_be_visible()
    window.ask("How long?")
    expect(window.questions.last.locator(".attachment")).to_contain_text("6,000,000 characters")


def test_dropped_files_are_taken_wherever_they_fall_and_folders_are_named(window):
    assert window.page.evaluate(DROPPED, [["notes.txt", "pictures"], ["pictures"]])
    expect(chips(window)).to_have_count(1)
    expect(remarks(window)).to_contain_text("pictures is a folder.")
    expect(window.page.get_by_test_id("drop-area")).to_have_count(0)
    remarks(window).get_by_role("button", name="Close").click()
    expect(remarks(window)).to_have_count(0)


def test_pasted_files_are_attached_and_a_short_text_is_not(window):
    assert not window.page.evaluate(PASTED, ["", ["clip.txt"]])
    expect(chips(window)).to_contain_text("clip.txt")
    # Left to the browser, which writes it into the message; a picture beside it is not meant.
    assert window.page.evaluate(PASTED, ["short", ["picture.png"]])
    expect(chips(window)).to_have_count(1)


def test_a_long_paste_is_attached_and_can_be_put_back_into_the_message(window):
    window.composer.fill("Shorten this")
    assert not window.page.evaluate(PASTED, ["word " * 500, []])
    assert not window.page.evaluate(PASTED, ["more " * 500, []])
    expect(chips(window)).to_have_count(2)
    expect(chips(window).last).to_contain_text("Pasted text 2")
    chips(window).first.get_by_role("button", name="Put Pasted text into the message").click()
    expect(chips(window)).to_have_count(1)
    expect(window.composer).to_have_value("Shorten this\n\n" + "word " * 500)
    expect(window.composer).to_be_focused()


def test_from_which_length_on_is_for_the_reader_to_choose(window):
    window.go("/settings")
    window.page.get_by_role("radio", name="Never").check()
    window.reload()
    window.page.keyboard.press("Escape")
    assert window.page.evaluate(PASTED, ["word " * 5000, []])
    expect(chips(window)).to_have_count(0)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (file("photo.png", b"\x89PNG\r\n\x1a\n"), "photo.png is a picture (PNG), and this model cannot see"),
        (file("letter.pdf", b"%PDF-1.7"), "letter.pdf is damaged or cut short."),
        (file("table.xlsx", b"PK\x03\x04"), "table.xlsx is damaged or cut short."),
        (file("all.zip", b"PK\x03\x04"), "all.zip is an archive (ZIP). Unpack it"),
        (file("program", b"MZ\x90\x00\x03"), "program is not a text"),
        (file("nothing.txt", b""), "nothing.txt has nothing in it to read"),
        (file("huge.txt", b"x" * 8_000_001), "huge.txt is larger than 8 MB"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_is_sent(window, given, says):
    window.allow("status of 400")  # the server's readers refuse some of them
    choose(window, given)
    expect(remarks(window)).to_contain_text(says)
    expect(chips(window)).to_have_count(0)
    expect(window.send).to_be_disabled()


def test_too_many_are_said_and_the_first_are_kept(window):
    choose(window, *(file(f"{at}.txt", "text") for at in range(27)))
    expect(chips(window)).to_have_count(20)
    expect(remarks(window)).to_contain_text("20.txt is one too many: 20 texts can be attached")
    expect(remarks(window)).to_contain_text("And 3 more.")
    expect(window.page.get_by_text("19.txt is attached")).to_be_attached()


@pytest.mark.parametrize(
    ("data", "text", "says"),
    [
        ("你好，世界。这是一份笔记。".encode("gb18030"), "你好，世界。这是一份笔记。", "GB18030"),
        ("Café für 5 €".encode("cp1252"), "Café für 5 €", "Windows-1252"),
        ("你好".encode("utf-16"), "你好", "UTF-16"),
    ],
)
def test_a_text_in_another_encoding_is_read_and_the_reader_told(window, data, text, says):
    choose(window, file("old.txt", data))
    expect(remarks(window)).to_contain_text(f"old.txt is not UTF-8 and was read as {says}.")
    chips(window).locator(".attachment-open").click()
    expect(shown(window)).to_have_text(text)


def test_that_it_will_not_fit_is_said_before_it_is_sent_and_refused_without_loss(window):
    choose(window, file("long.txt", "some word " * 4000))
    expect(window.page.get_by_text("it will probably not fit")).to_be_visible()
    window.ask("Short, please")
    expect(window.answers.last.get_by_role("alert")).to_contain_text("too long for this model")
    expect(window.answers.last.get_by_role("alert")).to_contain_text("4,096")
    expect(window.questions.last.locator(".attachment")).to_have_count(1)


def test_an_edited_question_keeps_what_is_not_removed(window):
    choose(window, file("one.txt", "first text"), file("two.txt", "second text"))
    window.ask("Why?")
    expect(window.answer_text).to_contain_text("second text")
    window.questions.last.hover()
    window.questions.last.get_by_role("button", name="Edit message").click()
    box = window.page.locator(".edit-box")
    expect(box.locator(".attachment")).to_have_count(2)
    box.get_by_role("button", name="Remove one.txt").click()
    expect(box.get_by_role("textbox", name="Edit message")).to_be_focused()
    box.get_by_role("button", name="Send", exact=True).click()
    expect(window.answer_text).not_to_contain_text("first text")
    expect(window.answer_text).to_contain_text("second text")
    expect(window.questions.last.locator(".attachment")).to_have_count(1)
    expect(window.questions.last).to_contain_text("two.txt")


def test_nothing_attached_is_lost_when_the_server_is_away(window, server):
    window.allow("ERR_")
    choose(window, file("notes.txt", "kept"))
    expect(chips(window)).to_have_count(1)
    server.kill()
    window.ask("Why?")
    expect(window.page.get_by_test_id("banner")).to_be_visible()
    expect(chips(window)).to_have_count(1)
    expect(window.composer).to_have_value("Why?")


def test_hostile_names_and_texts_are_shown_as_what_they_are(window):
    choose(window, *(file(name, f"<script>alert({at})</script>") for at, name in enumerate(HOSTILE)))
    expect(chips(window)).to_have_count(len(HOSTILE))
    names = [name.strip() for name in chips(window).locator(".attachment-name").all_inner_texts()]
    assert names[0] == HOSTILE[0]
    assert len(names[1]) <= 120
    assert names[1].endswith("….txt")
    assert not any("\u202e" in name or "/" in name or "\n" in name for name in names)
    assert names[-2] == "passwd"
    for at in range(len(HOSTILE)):
        chips(window).nth(at).locator(".attachment-open").click()
        expect(shown(window)).to_have_text(f"<script>alert({at})</script>")
        window.page.keyboard.press("Escape")
    window.ask("Why?")
    expect(window.answer_text).to_contain_text("alert(5)")
    expect(window.chat("Why?")).to_be_visible()
    again = [name.strip() for name in window.page.locator(".question .attachment-name").all_inner_texts()]
    assert again == names


def test_five_megabytes_can_be_attached_looked_at_and_sent(window):
    window.page.set_default_timeout(60_000)
    choose(window, file("large.txt", "A line of some length.\n" * 220_000))
    expect(chips(window)).to_contain_text("5,060,000 characters")
    chips(window).locator(".attachment-open").click()
    expect(window.page.get_by_text("The first 100,000 of 5,060,000 characters.")).to_be_visible()
    window.page.get_by_role("button", name="Show more").click()
    expect(window.page.get_by_text("The first 200,000 of")).to_be_visible()
    window.page.keyboard.press("Escape")
    window.ask("How long is it?")
    expect(window.answers.last.get_by_role("alert")).to_contain_text(
        "too long for this model", timeout=60_000
    )


def test_attached_texts_are_reached_by_keyboard(window):
    choose(window, file("notes.txt", "by keyboard"))
    expect(chips(window)).to_have_count(1)
    window.composer.press("Shift+Tab")
    expect(window.page.get_by_role("button", name="Answer from documents")).to_be_focused()
    window.page.keyboard.press("Shift+Tab")
    expect(window.page.get_by_role("button", name="Attach files")).to_be_focused()
    window.page.keyboard.press("Shift+Tab")
    expect(window.page.get_by_role("button", name="Remove notes.txt")).to_be_focused()
    window.page.keyboard.press("Shift+Tab")
    window.page.keyboard.press("Enter")
    expect(shown(window)).to_have_text("by keyboard")
    window.page.keyboard.press("Escape")
    expect(window.page.locator(".attachment-open")).to_be_focused()
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    expect(chips(window)).to_have_count(0)
    expect(window.composer).to_be_focused()


def test_attached_texts_are_found_and_gone_with_their_chat(window, server):
    choose(window, file("notes.txt", "The zebra sleeps."))
    window.ask("Why?")
    expect(window.answer_text).to_contain_text("zebra")
    window.page.keyboard.press("Control+k")
    window.page.get_by_role("combobox").fill("notes zebra why")
    expect(window.page.get_by_role("option").first).to_be_visible()


@pytest.mark.parametrize(
    ("colours", "size"), [("light", (1280, 800)), ("dark", (390, 844))], ids=["desk-light", "phone-dark"]
)
def test_no_state_with_attached_texts_has_a_fault(server, open_window, colours, size):
    window = open_window(server, width=size[0], height=size[1])
    window.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.enter(server.link)
    choose(
        window,
        file("notes.txt", "one\n" * 200),
        file("photo.png", b"\x89PNG\r\n\x1a\n"),
        file("b.md", "b" * 20_000),
    )
    expect(remarks(window)).to_be_visible()
    assert faults(window.page) == [], "attached"
    chips(window).first.locator(".attachment-open").click()
    expect(shown(window)).to_be_visible()
    assert faults(window.page) == [], "looked at"
    window.page.keyboard.press("Escape")
    window.ask("Why?")
    expect(window.answers.last).to_have_attribute("aria-busy", "false")
    assert faults(window.page) == [], "asked"
    window.questions.last.hover()
    window.questions.last.get_by_role("button", name="Edit message").click()
    assert faults(window.page) == [], "edited"


def test_a_text_too_long_to_be_written_in_is_attached_however_it_came_and_is_no_draft(window):
    text = "some words " * 95_000
    window.page.evaluate("text => localStorage.setItem('sotto.draft.new', text)", text)
    window.page.reload()
    attached = window.page.get_by_test_id("attachments")
    expect(attached).to_contain_text(f"{len(text):,} characters")
    expect(window.composer).to_have_value("")
    assert window.page.evaluate("localStorage.getItem('sotto.draft.new')") in (None, "")
    window.page.get_by_role("button", name="Remove").click()
    window.composer.fill(text)
    expect(attached).to_contain_text(f"{len(text):,} characters")
    expect(window.composer).to_have_value("")
    window.composer.fill("How long is it?")
    expect(window.send).to_be_enabled()
