"""PDFs that are locked with a password, in a real browser: on a shelf, given to one, dropped into a chat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe import faults
from playwright.sync_api import Locator, Page, expect
from samples import locked_pdf
from serving import Server

pytestmark = pytest.mark.browser

PASSWORD = "sésame 7"


def file_of(name: str) -> dict[str, object]:
    return {"name": name, "mimeType": "", "buffer": locked_pdf(f"The boat of {name} is ready.", PASSWORD)}


def form_in(place: Page | Locator, name: str) -> Locator:
    return place.get_by_test_id("password-form").filter(has_text=f"Password of {name}")


def unlock(form: Locator, password: str) -> None:
    field = form.locator("input")
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "off")
    field.fill(password)
    field.press("Enter")


def test_a_shelf_asks_for_the_passwords_of_locked_documents(
    tmp_path: Path, start: Callable[..., Server], open_window
):
    folder = tmp_path / "boats"
    folder.mkdir()
    (folder / "plan.pdf").write_bytes(locked_pdf("The anchor is let go at noon.", PASSWORD))
    server = start()
    window = open_window(server)
    window.allow("status of 400")
    page = window.page
    page.emulate_media(reduced_motion="reduce")
    window.enter(server.link)
    window.go("/shelves")
    page.get_by_label("A new shelf").fill("boats")
    page.get_by_label("A new shelf").press("Enter")
    page.get_by_label("A folder or file").fill(str(folder))
    page.get_by_label("A folder or file").press("Enter")
    unread = page.get_by_test_id("unread")
    expect(unread).to_contain_text("boats/plan.pdf is locked with a password.")
    unlock(form_in(unread, "boats/plan.pdf"), "barley")
    expect(unread.get_by_role("alert")).to_have_text("That is not its password.")
    expect(form_in(unread, "boats/plan.pdf").locator("input")).to_have_value("")
    page.get_by_test_id("shelf-files").set_input_files([file_of("given.pdf")])
    sending = page.get_by_label("Files on their way")
    expect(sending).to_contain_text("given.pdf is locked with a password.")
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert faults(page) == [], colours
    unlock(form_in(sending, "given.pdf"), PASSWORD)
    documents = page.get_by_test_id("documents")
    expect(documents).to_contain_text("given.pdf")
    unlock(form_in(unread, "boats/plan.pdf"), PASSWORD)
    expect(documents).to_contain_text("boats/plan.pdf")
    expect(page.get_by_test_id("password-form")).to_have_count(0)


def test_a_locked_pdf_in_a_chat_asks_for_its_password(window):
    window.allow("status of 400")
    page = window.page
    page.get_by_test_id("files").set_input_files([file_of("letter.pdf"), file_of("other.pdf")])
    remarks = page.get_by_test_id("remarks")
    expect(remarks).to_contain_text("letter.pdf is locked with a password.")
    expect(form_in(remarks, "letter.pdf")).to_be_visible()
    assert faults(page) == []
    unlock(form_in(remarks, "letter.pdf"), "barley")
    expect(form_in(remarks, "letter.pdf").get_by_role("alert")).to_have_text("That is not its password.")
    unlock(form_in(remarks, "letter.pdf"), PASSWORD)
    expect(page.get_by_test_id("attachments")).to_contain_text("letter.pdf")
    expect(window.composer).to_be_focused()
    expect(form_in(remarks, "letter.pdf")).to_have_count(0)
    expect(form_in(remarks, "other.pdf")).to_be_visible()
    window.ask("What is ready?")
    expect(window.answer_text).to_contain_text("The boat of letter.pdf is ready")
