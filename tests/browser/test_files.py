"""Chats out as files and in from files, and all of them deleted: what one sees, and what a file can do."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from payloads import MARK, all_payloads
from playwright.sync_api import expect
from test_hostile import AFTER, LOOK, chat_of
from test_order import act, chats

pytestmark = pytest.mark.browser


def settings(window: Any, button: str) -> Any:
    window.go("/settings")
    window.page.get_by_role("button", name=button).click()
    return window.page.get_by_role("dialog").last


def give(window: Any, file: Path) -> None:
    window.page.get_by_role("dialog").locator("input[type=file]").last.set_input_files(file)


@pytest.mark.parametrize(
    ("form", "holds"),
    [("Page to share", "<!doctype html>"), ("Markdown", "## You"), ("JSON", "sottovoce-chats")],
)
def test_a_chat_is_kept_as_a_file_called_by_its_title(
    window: Any, form: str, holds: str, tmp_path: Path
) -> None:
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    act(window, "a boat on the sea", "Export")
    with window.page.expect_download() as download:
        window.page.get_by_role("dialog").get_by_role("button", name=form).click()
    assert re.match(r"a boat on the sea\.(html|md|json)$", download.value.suggested_filename, re.I)
    download.value.save_as(tmp_path / "file")
    assert holds in (tmp_path / "file").read_text("utf-8")


def test_the_page_to_share_runs_and_fetches_nothing_whatever_is_in_it(
    start: Any, open_window: Any, chromium: Any, tmp_path: Path
) -> None:
    server = start(chats=chat_of(all_payloads()))
    window = open_window(server)
    window.enter(server.link)
    with window.page.expect_download() as download:
        window.page.evaluate(
            f"location.href = '/app/api/chats/{'c' * 16}/export?format=html'"
        )  # as the dialog's button does
    file = tmp_path / "shared.html"
    download.value.save_as(file)
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    expect(page.get_by_text(AFTER).last).to_be_visible()
    expect(page.get_by_text("written by artificial intelligence")).to_be_visible()
    page.wait_for_timeout(500)
    assert asked == [file.as_uri()]
    assert not page.evaluate(f"'{MARK}' in self")
    look = LOOK.replace("[data-testid=answer-text], [data-testid=question]", "article").replace(
        "link[href], ", ""
    )
    assert page.evaluate(look) == []
    assert page.evaluate("document.scripts.length") == 0
    page.close()


def test_an_import_says_what_came_in_what_was_here_and_what_was_left_out(window: Any, tmp_path: Path) -> None:
    page = window.page
    file = tmp_path / "chats.json"
    given: Any = chats("boat", "lamp")
    given["chats"].append({"nothing": "known"})
    file.write_text(json.dumps(given))
    dialog = settings(window, "Import chats")
    give(window, file)
    expect(dialog.get_by_text("The import is done.")).to_be_visible()
    expect(dialog.locator(".facts").first).to_contain_text("New chats2")
    expect(dialog).to_contain_text("Not a chat1")
    give(window, file)
    expect(dialog.get_by_text("There was nothing new in this file.")).to_be_visible()
    expect(dialog.locator(".facts").first).to_contain_text("Chats that were here already2")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(window.chat("boat")).to_be_visible()


def test_a_chatgpt_export_comes_in(window: Any, tmp_path: Path) -> None:
    message = {
        "author": {"role": "user"},
        "content": {"content_type": "text", "parts": ["ahoy"]},
        "create_time": 1.6e9,
    }
    mapping = {"root": {"message": None, "parent": None}, "a": {"message": message, "parent": "root"}}
    talk = {"conversation_id": "x", "title": "From elsewhere", "create_time": 1.6e9, "mapping": mapping}
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps([{**talk, "current_node": "a"}]))
    dialog = settings(window, "Import chats")
    give(window, tmp_path / "export.zip")
    expect(dialog.get_by_text("The import is done.")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("cut.json", b'{"format": "sottovoce-chats", "chats": [', "damaged or cut short"),
        ("other.json", b'{"a": 1}', "neither an export of Sottovoce nor of ChatGPT"),
        ("empty.json", b"", "This file is empty"),
        ("cut.zip", b"PK\x03\x04abc", "damaged or cut short"),
        ("photo.zip", None, "no conversations.json"),
    ],
)
def test_a_file_that_is_no_export_gets_one_clear_sentence(
    window: Any, tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    window.allow("400")
    file = tmp_path / name
    if content is None:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("photo.png", b"x")
    else:
        file.write_bytes(content)
    dialog = settings(window, "Import chats")
    give(window, file)
    expect(dialog.get_by_role("alert")).to_have_count(1)
    expect(dialog.get_by_role("alert")).to_contain_text(says)
    expect(dialog.get_by_text("Choose another file")).to_be_visible()


def test_a_file_is_dropped_as_well(window: Any) -> None:
    dialog = settings(window, "Import chats")
    drop = """([area, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "chats.json", { type: "application/json" }));
      for (const type of ["dragover", "drop"])
        area.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    area = window.page.locator(".import-drop").element_handle()
    window.page.evaluate(drop, [area, json.dumps(chats("boat"))])
    expect(dialog.get_by_text("The import is done.")).to_be_visible()


def test_a_large_import_is_stopped_and_what_came_in_stays(window: Any, tmp_path: Path) -> None:
    """The server reads on only while nobody has asked it to stop, so the chats are made many."""
    window.allow("400")
    file = tmp_path / "many.json"
    file.write_text(json.dumps(chats(*(f"chat {at} {'x' * 2_000}" for at in range(20_000)))))
    dialog = settings(window, "Import chats")
    give(window, file)
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog.get_by_text("Chats that had come in stay")).to_be_visible()
    expect(dialog.get_by_text("Choose another file")).to_be_visible()


def test_all_chats_are_deleted_only_after_the_word(window: Any) -> None:
    page = window.page
    window.ask("a boat on the sea")
    expect(window.answer_text).to_have_text("a boat on the sea")
    window.composer.fill("half typed")
    dialog = settings(window, "Delete all chats")
    button = dialog.get_by_role("button", name="Delete all")
    expect(button).to_be_disabled()
    dialog.get_by_role("textbox").fill("yes")
    expect(button).to_be_disabled()
    dialog.get_by_role("textbox").press("Enter")
    dialog.get_by_role("textbox").fill("Delete")
    button.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Your chats will be listed here.")).to_be_visible()
    assert "half typed" not in page.evaluate("JSON.stringify({...localStorage})")
    window.reload()
    expect(page.get_by_text("Your chats will be listed here.")).to_be_visible()


def test_the_settings_say_what_takes_the_disk(window: Any) -> None:
    window.go("/settings")
    section = window.page.locator(".your-chats")
    expect(section.get_by_text("Disk used by chats")).to_be_visible()
    expect(section.locator("dd").first).to_have_text(re.compile(r"^[\d.,]+ [kMG]B$"))
