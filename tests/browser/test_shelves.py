"""Shelves of documents in a real browser: made and filled, switched on for a chat, cited to the sentence."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe import faults
from playwright.sync_api import Locator, expect
from samples import pdf
from serving import PATIENCE, Server
from window import Window

from sottovoce.core.paths import open_home

sys.path.insert(0, str(Path(__file__).parents[1] / "knowledge" / "zim"))
import zim_articles

pytestmark = pytest.mark.browser

RULES = [f"Rule {number} says that papers of kind {number} go to room {number}." for number in range(300)]
JIB = "The jib is the triangular sail before the mast."
HANDBOOK = "\n\n".join(["# Rules", *RULES[:150], "# Sails", f"{JIB} It is set in light wind.", *RULES[150:]])
UNSAID = "The sail is green."
QUESTION = f"{JIB} {UNSAID}"

DROPPED = """(drop) => {
    const given = new DataTransfer();
    given.items.add(new File(["The ferry leaves at noon."], "ferry.md"));
    for (const kind of ["dragover", "drop"])
        drop.dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "boats"
    (place / "more").mkdir(parents=True)
    (place / "handbook.md").write_text(HANDBOOK)
    (place / "more" / "ropes.txt").write_text("Ropes are of hemp. 绳子是麻做的。")
    (place / "torn.pdf").write_bytes(b"%PDF-1.7 and no more of it")
    return place


@pytest.fixture
def library(tmp_path: Path, folder: Path, start: Callable[..., Server]) -> Server:
    """Return a server with one shelf, `boats`."""
    open_home(tmp_path / "home")
    added(Server(tmp_path / "home"), folder)
    return start()


def added(server: Server, folder: Path) -> None:
    adding = server._run("kb", "add", "boats", str(folder), patience=PATIENCE)
    said, _ = adding.communicate()
    assert adding.returncode == 0, said


def menu_of(window: Window) -> Locator:
    return window.page.get_by_role("button", name=re.compile("^(Answer from documents|依据文档回答)$"))


def panel(window: Window) -> Locator:
    return window.page.get_by_role("dialog", name=re.compile("^(Source|来源) "))


def seen_mark(window: Window) -> str:
    """Return what is marked in the document, once it is within what can be seen of it."""
    mark = panel(window).locator("mark")
    expect(mark).to_be_in_viewport()
    box, region = mark.bounding_box(), window.page.get_by_test_id("citation-text").bounding_box()
    assert box is not None
    assert region is not None
    assert region["y"] <= box["y"] <= region["y"] + region["height"]
    return str(mark.evaluate("mark => [...mark.children].slice(1, -1).map(one => one.textContent).join('')"))


def test_a_shelf_is_made_filled_and_removed(server, open_window, folder):
    window = open_window(server)
    window.allow("status of 400")
    page = window.page
    page.emulate_media(reduced_motion="reduce")
    window.enter(server.link)
    menu_of(window).click()
    page.get_by_role("menuitem", name="Put documents on a shelf").click()
    dialog = page.get_by_role("dialog", name="Shelves of documents")
    assert page.url.endswith("/shelves")
    assert faults(page) == [], "no shelf"
    dialog.get_by_label("A new shelf").fill("a/b")
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no slash")
    dialog.get_by_label("A new shelf").fill("boats")
    dialog.get_by_label("A new shelf").press("Enter")
    dialog.get_by_label("A folder or file").fill("/nothing/here")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("/nothing/here is not there")
    dialog.get_by_label("A folder or file").fill(str(folder))
    dialog.get_by_label("A folder or file").press("Enter")
    expect(dialog.get_by_test_id("documents")).to_contain_text("boats/more/ropes.txt")
    expect(dialog.get_by_test_id("unread")).to_contain_text("boats/torn.pdf is damaged or cut short.")
    expect(dialog).to_contain_text("Last in step")
    dialog.locator(".shelf-drop").evaluate(DROPPED)
    expect(dialog.get_by_test_id("documents")).to_contain_text("ferry.md")
    dialog.get_by_test_id("shelf-files").set_input_files(
        {"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    expect(dialog.get_by_label("Files on their way")).to_contain_text("bad.pdf is damaged or cut short.")
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert faults(page) == [], f"a shelf, {colours}"
    dialog.get_by_label("Follow what changes there").check()
    (folder / "new.md").write_text("Oars are of ash.")
    expect(dialog.get_by_test_id("documents")).to_contain_text("boats/new.md")
    dialog.get_by_role("button", name="Take ferry.md off the shelf").click()
    expect(dialog.get_by_test_id("documents")).not_to_contain_text("ferry.md")
    dialog.get_by_role("button", name=f"Take {folder} off the shelf").click()
    page.get_by_role("dialog", name="Take this off the shelf?").get_by_role("button", name="Take off").click()
    expect(dialog.get_by_test_id("documents")).to_have_count(0)
    dialog.get_by_role("button", name="Remove the shelf").click()
    page.get_by_role("dialog", name="Remove the shelf boats?").get_by_role(
        "button", name="Remove the shelf"
    ).click()
    expect(dialog.get_by_label("A new shelf")).to_be_visible()
    assert (folder / "handbook.md").exists()


def test_an_encyclopaedia_is_put_on_a_shelf_and_taken_off(server, open_window, tmp_path):
    wiki = zim_articles.write(
        tmp_path / "wiki.zim", {"Rust": zim_articles.page("Rust", "Rust is an oxide of iron.")}
    )
    data = wiki.read_bytes()
    (tmp_path / "torn.zim").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    (tmp_path / "page.zim").write_text("404 Not Found" * 100)
    window = open_window(server)
    window.allow("status of 400")
    page = window.page
    page.emulate_media(reduced_motion="reduce")
    window.enter(server.link)
    menu_of(window).click()
    page.get_by_role("menuitem", name="Put documents on a shelf").click()
    dialog = page.get_by_role("dialog", name="Shelves of documents")
    dialog.get_by_label("A new shelf").fill("wiki")
    dialog.get_by_label("A new shelf").press("Enter")
    path = dialog.get_by_label("A folder or file")
    path.fill(str(tmp_path / "page.zim"))
    path.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("page.zim is not a ZIM file.")
    path.fill(str(tmp_path / "torn.zim"))
    path.press("Enter")
    expect(dialog).to_contain_text("torn.zim is damaged: its content does not match its checksum.")
    assert faults(page) == [], "one that was refused"
    dialog.get_by_role("button", name=re.compile("torn.zim")).click()
    expect(dialog).not_to_contain_text("torn.zim")
    path.fill(str(wiki))
    path.press("Enter")
    expect(dialog).to_contain_text("A small encyclopaedia")
    expect(dialog.get_by_label("Follow what changes there")).to_have_count(0)
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert faults(page) == [], f"an encyclopaedia, {colours}"
    dialog.get_by_role("button", name="Take A small encyclopaedia off the shelf").click()
    asked = page.get_by_role("dialog", name="Take this off the shelf?")
    expect(asked).to_contain_text("The file itself stays where it is.")
    asked.get_by_role("button", name="Take off").click()
    expect(dialog).not_to_contain_text("A small encyclopaedia")
    assert wiki.exists()


def test_the_check_of_an_encyclopaedia_is_shown_and_stopped(library, open_window):
    window = open_window(library)
    page = window.page
    window.enter(library.link)
    mounting = [{"path": "/disk/wiki.zim", "read": 25 * 10**9, "total": 100 * 10**9, "problem": None}]
    asked: list[str] = []

    def told(route: Any) -> None:
        said = route.fetch().json()
        said["shelves"][0]["mounting"] = mounting
        route.fulfill(json=said)

    def stopped(route: Any) -> None:
        asked.append(f"{route.request.method} {route.request.url.partition('?')[2]}")
        mounting.clear()
        route.fulfill(status=204)

    page.route("**/app/api/shelves", told)
    page.route("**/encyclopaedias?*", stopped)
    menu_of(window).click()
    page.get_by_role("menuitem", name="Manage the shelves").click()
    dialog = page.get_by_role("dialog", name="Shelves of documents")
    dialog.get_by_role("button", name="Open boats").click()
    expect(dialog).to_contain_text("Checking it: 25 GB of 100 GB")
    expect(dialog.get_by_label("Checking /disk/wiki.zim", exact=True)).to_have_attribute("value", "0.25")
    assert faults(page) == []
    dialog.get_by_role("button", name="Stop checking /disk/wiki.zim").click()
    expect(dialog).not_to_contain_text("/disk/wiki.zim")
    assert asked == ["DELETE path=%2Fdisk%2Fwiki.zim"]


def test_the_work_on_a_shelf_is_told_paused_and_gone_on_with(library, open_window):
    window = open_window(library)
    page = window.page
    window.enter(library.link)
    asked: list[str] = []
    work: dict[str, Any] = {"state": "running", "total": 40, "done": 10, "name": "boats/long.pdf"}

    def told(route: Any) -> None:
        said = route.fetch(method="GET", url=f"{library.address}/app/api/shelves", post_data=None).json()
        rest = dict.fromkeys(("added", "changed", "moved", "removed", "kept", "passages", "unread"), 0)
        said["shelves"][0]["work"] = {
            **rest,
            "missing": [],
            "passed": {},
            "vectors": None,
            "vectors_total": None,
            "problem": None,
            **work,
        }
        route.fulfill(json=said)

    def changed(route: Any) -> None:
        asked.append(route.request.url.rpartition("/")[2])
        work["state"] = "paused" if asked[-1] == "pause" else "running"
        route.fulfill(json={})

    page.route("**/app/api/shelves", told)
    page.route(re.compile("/app/api/shelves/[a-z2-7]+/(pause|sync)$"), changed)
    window.go("/shelves")
    row = page.get_by_test_id("shelf-boats")
    expect(row.get_by_role("progressbar")).to_have_attribute("value", "0.25")
    expect(row).to_contain_text("10 of 40 files · boats/long.pdf")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused at 10 of 40 files. What was read is kept.")
    row.get_by_role("button", name="Resume").click()
    expect(row.get_by_role("progressbar")).to_be_visible()
    assert asked == ["pause", "sync"]
    work.update(state="failed", problem={"code": "store_busy", "sentence": "Another program.", "hint": None})
    work["problem"] |= {"field": None}
    expect(row.get_by_role("alert")).to_contain_text("Another program.")
    expect(row.get_by_role("button", name="Try again")).to_be_visible()


def test_an_answer_shows_where_each_sentence_stands(library, open_window, folder):
    window = open_window(library)
    page = window.page
    page.emulate_media(reduced_motion="reduce")
    window.enter(library.link)
    menu_of(window).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemcheckbox", name="boats")).to_be_visible()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    chips = page.get_by_test_id("shelf-chips")
    expect(chips).to_contain_text("boats")
    window.ask(QUESTION)
    expect(window.stop).to_have_count(0)
    expect(page.get_by_test_id("sources").get_by_role("button")).not_to_have_count(0)
    mark = window.answer_text.get_by_role("button", name="Source 1: boats/handbook.md, Sails").last
    expect(mark).to_have_text("[1]")
    unsupported = window.answer_text.locator(".unsupported").last
    expect(unsupported).to_have_text(UNSAID)
    expect(window.answer_text).to_contain_text(f"{UNSAID} (nothing on the shelf says this)")
    expect(page.get_by_test_id("cited-share")).to_contain_text("stand in the sources")
    mark.focus()
    page.keyboard.press("Enter")
    assert seen_mark(window) == JIB
    expect(panel(window)).to_contain_text("boats/handbook.md")
    expect(panel(window).locator("dd", has_text="Sails")).to_be_visible()
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert faults(page) == [], f"a citation, {colours}"
    text = page.get_by_test_id("citation-text")
    expect(text).not_to_contain_text(RULES[0])
    text.get_by_role("button", name="What stands before").click()
    expect(text).to_contain_text(RULES[0])
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert faults(page) == [], f"a cited answer, {colours}"
    page.reload()
    expect(chips).to_contain_text("boats")
    expect(window.answer_text.locator(".unsupported").last).to_be_visible()
    (folder / "handbook.md").write_text(f"Anew.\n\n{JIB}")
    added(library, folder)
    window.answer_text.locator(".cite button").last.click()
    assert seen_mark(window) == JIB
    expect(panel(window)).to_contain_text("The document has changed since this answer.")
    page.keyboard.press("Escape")
    (folder / "handbook.md").unlink()
    added(library, folder)
    window.allow("status of 404")
    window.answer_text.locator(".cite button").last.click()
    expect(panel(window)).to_contain_text("This document is no longer on a shelf.")
    expect(panel(window).locator("mark")).to_have_text(JIB)


def test_below_an_answer_of_which_nothing_stands_there_come_the_documents_own_words(library, open_window):
    window = open_window(library)
    page = window.page
    window.enter(library.link)
    menu_of(window).click()
    page.get_by_role("menuitemcheckbox", name="boats").click()
    window.ask("Which triangular sail stands before the mast?")
    theirs = page.get_by_role("region", name="What the documents say themselves")
    expect(theirs.get_by_role("button").first).to_contain_text(JIB)
    assert faults(page) == []
    page.reload()
    theirs.get_by_role("button").first.click()
    assert seen_mark(window) == JIB


def test_what_is_on_no_shelf_is_said_with_the_nearest_passages(library, open_window):
    window = open_window(library)
    page = window.page
    window.enter(library.link)
    menu_of(window).click()
    page.get_by_role("menuitemcheckbox", name="boats").click()
    window.ask(f"{JIB} Whales bake blue bread at dawn.")
    expect(window.answer_text).to_contain_text("The answer is not on the shelf “boats”.")
    nearest = page.get_by_role("region", name="Not on this shelf. The nearest passages")
    expect(nearest.get_by_role("button")).to_have_count(4)
    expect(nearest.get_by_role("button").first).to_contain_text(JIB)
    expect(page.get_by_test_id("cited-share")).to_have_count(0)
    assert faults(page) == []
    nearest.get_by_role("button").first.click()
    assert JIB in seen_mark(window)


def test_a_slash_switches_a_shelf_on_and_off_by_the_keyboard(library, open_window):
    window = open_window(library)
    page = window.page
    window.enter(library.link)
    chips = page.get_by_test_id("shelf-chips")
    for said in ("Ask this shelf", "Ask it no more"):
        window.composer.fill("/kb bo")
        option = page.get_by_role("option", name=f"/kb boats {said}")
        expect(option).to_have_attribute("aria-selected", "true")
        assert faults(page) == [], said
        window.composer.press("Enter")
        expect(window.composer).to_have_value("")
        expect(window.composer).to_be_focused()
        expect(chips).to_have_count(1 if said == "Ask this shelf" else 0)
    window.composer.fill("/kb")
    window.composer.press("ArrowDown")
    window.composer.press("Enter")
    expect(chips).to_contain_text("boats")
    window.ask(f"{JIB} And in 2099?")
    old = "Your question may be about something newer than these documents."
    expect(window.answers.last).to_contain_text(old)
    expect(window.stop).to_have_count(0)
    expect(window.answers.last).to_contain_text(old)
    page.reload()
    expect(window.answers.last).to_contain_text(old)


def test_on_a_phone_in_chinese_the_source_is_a_sheet(library, open_window):
    window = open_window(library, width=390, height=844, language="zh-CN", has_touch=True, is_mobile=True)
    page = window.page
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    window.enter(library.link)
    menu_of(window).tap()
    page.get_by_role("menuitemcheckbox", name="boats").tap()
    menu_of(window).tap()
    page.get_by_role("menuitemcheckbox", name="只引用原文").tap()
    expect(page.get_by_test_id("shelf-chips")).to_contain_text("只引用原文")
    window.composer.fill("Which sail is triangular?")
    page.get_by_role("button", name="发送").tap()
    expect(window.answer_text).to_contain_text(JIB)
    assert faults(page) == [], "quotes"
    page.get_by_test_id("sources").get_by_role("button").first.tap()
    sheet = panel(window)
    expect(sheet).to_contain_text("书架")
    assert JIB in seen_mark(window)
    box = sheet.bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] > 0
    assert faults(page) == [], "the sheet"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sheet.get_by_role("button", name="关闭").tap()
    expect(sheet).to_have_count(0)
    window.go("/shelves")
    page.get_by_role("button", name="打开 boats").tap()
    expect(page.get_by_test_id("documents")).to_contain_text("boats/handbook.md")
    assert faults(page) == [], "the shelf"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_pdf_is_read_for_a_question_and_the_reader_told(window):
    page = window.page
    letter = {"name": "letter.pdf", "mimeType": "", "buffer": pdf("Dear all, the boat is ready.")}
    page.get_by_test_id("files").set_input_files(letter)
    expect(page.get_by_test_id("remarks")).to_contain_text("letter.pdf was read as text (PDF)")
    window.ask("What is ready?")
    expect(window.answer_text).to_contain_text("the boat is ready")
