"""Getting a model on the page: nothing is asked unasked, nothing is lost, and what goes wrong is said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from getting import small_model
from library import NAME, REF, SLOW, begin, look_up, model_of, plan_of, row_of
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


class Huge(bytes):
    """A file that a server says to be larger than any disk: what it has, and zeros."""

    def __len__(self) -> int:
        return 1 << 50

    def __getitem__(self, wanted: Any) -> bytes:
        start, end = wanted.start or 0, wanted.stop
        return bytes(memoryview(self)[start:end]).ljust(end - start, b"\0")


def test_a_model_is_got_from_its_plan_to_its_first_answer(place, screen, open_window):
    place.mirror.speed = SLOW
    window = screen("/models/get")
    page = window.page
    field = page.get_by_label("Get another by its name or address")
    field.fill(f"sotto models pull {REF}")
    field.press("Enter")
    plan = plan_of(window)
    expect(plan).to_contain_text("Nothing of your chats is sent")
    assert place.mirror.seen == []
    plan.get_by_role("button", name=re.compile("^Ask ")).click()
    expect(plan).to_contain_text("Apache License 2.0")
    expect(plan).to_contain_text("Private and commercial use are allowed.")
    expect(plan).to_contain_text("stay free")
    expect(plan).to_contain_text("Fits well")
    expect(plan.get_by_role("button", name="Download")).to_be_disabled()
    plan.get_by_label("I accept this licence").check()
    plan.get_by_role("button", name="Download").click()
    row = row_of(window)
    expect(row).to_contain_text(re.compile(r"kB/s · \d+ s left"))
    expect(row).to_be_in_viewport()

    # Another window shows it, and there it is paused.
    other = window.context.new_page()
    other.goto(f"{window.address}/models")
    elsewhere = other.get_by_test_id(f"download-{NAME}")
    expect(elsewhere).to_have_attribute("data-state", "running")
    elsewhere.get_by_role("button", name="Pause").click()
    expect(elsewhere).to_contain_text("Paused.")
    other.close()
    page.reload()
    expect(row).to_contain_text(re.compile(r"Paused\. \d+ kB of 1 MB are kept"))

    place.mirror.speed, place.mirror.seen[:] = None, []
    row.get_by_role("button", name="Resume").click()
    expect(row).to_contain_text("Its content is what was announced")
    last = [headers["range"] for where, _, headers in place.mirror.seen if where == "cdn"][-1]
    assert not last.startswith("bytes=0-"), "it went on from where it was"
    row.get_by_role("button", name="Use it now").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=f"Model: {NAME}")).to_be_visible()
    window.ask("a boat")
    expect(window.answers.last).to_contain_text(NAME)


def test_nothing_is_asked_before_the_page_knows_what_it_may_ask(place, open_window):
    server, held = place.start(), []
    window = open_window(server)
    window.enter(server.link)
    window.page.route("**/app/api/status", lambda route: held.append(route))
    window.go("/models/get")
    field = window.page.get_by_label("Get another by its name or address")
    field.fill(REF)
    field.press("Enter")
    expect(plan_of(window)).to_contain_text("Loading")
    window.settle()
    assert place.mirror.seen == []
    for route in held:
        route.continue_()
    expect(plan_of(window)).to_contain_text("Nothing of your chats is sent")
    assert place.mirror.seen == []


def test_it_goes_on_while_nobody_looks_and_shows_beside_the_chats(place, screen):
    place.mirror.speed = SLOW
    window = screen("/models/get")
    begin(window)
    window.page.get_by_role("button", name="Close").click()
    note = window.page.get_by_test_id("download-note")
    expect(note).to_contain_text(re.compile(r"\d+ %"))
    window.page.goto("about:blank")
    window.go("/")
    expect(note).to_contain_text(NAME)
    place.mirror.speed = None
    expect(note).to_contain_text("ready")
    note.click()
    expect(row_of(window)).to_have_attribute("data-state", "done")
    expect(model_of(window, NAME)).to_contain_text("Apache-2.0")
    row_of(window).get_by_role("button", name=f"Hide the message about {NAME}").click()
    expect(row_of(window)).to_have_count(0)


def test_what_the_server_was_killed_in_the_midst_of_goes_on(place, screen):
    place.mirror.speed = SLOW
    window = screen("/models/get")
    begin(window)
    expect(row_of(window)).to_contain_text("kB/s")
    expect(window.page.get_by_test_id("download-words")).to_contain_text(re.compile(r"[3-9]\d\d kB of"))
    window.allow("ERR_", "401", "403")
    place.server.kill()
    place.mirror.speed = None
    place.server.start()
    window.enter(place.server.link)
    window.go("/models")
    expect(row_of(window)).to_contain_text("Interrupted when Sottovoce was stopped")
    row_of(window).get_by_role("button", name="Resume").click()
    expect(row_of(window)).to_have_attribute("data-state", "done")


def test_a_download_is_cancelled_and_nothing_of_it_stays(place, screen):
    place.mirror.speed = SLOW
    window = screen("/models/get")
    begin(window)
    row_of(window).get_by_role("button", name=f"Cancel and discard {NAME}").click()
    window.page.get_by_role("button", name="Discard", exact=True).click()
    expect(row_of(window)).to_have_count(0)
    assert list((place.home.models / "partial").glob("*.part")) == []
    assert list(place.home.models.glob("*.gguf")) == []


def test_a_yes_is_asked_for_once(place, screen):
    place.mirror.put("org/n-GGUF", ("n-Q4_0.gguf", small_model()[:-4] + b"\0\0\0\1"))
    window = screen("/models/get")
    begin(window)
    expect(row_of(window)).to_have_attribute("data-state", "done")
    plan = look_up(window, "hf:org/n-GGUF")
    expect(plan).to_contain_text("You accepted this licence before")
    plan.get_by_role("button", name="Download").click()
    expect(row_of(window, "n-Q4_0")).to_have_attribute("data-state", "done")
    expect(look_up(window)).to_contain_text(f"It is here already, as {NAME}.")


# ---- nothing leaves unasked ----


def test_off_asks_nobody_and_goes_on_once_it_is_allowed(place, screen):
    place.settings(network="off", hub=place.mirror.hub)
    window = screen("/models/get")
    window.allow("403")  # where it is asked before the page has seen the setting
    field = window.page.get_by_label("Get another by its name or address")
    field.fill(REF)
    field.press("Enter")
    plan = plan_of(window)
    expect(plan).to_contain_text("sotto settings set network ask")
    assert place.mirror.seen == []
    place.settings(network="ask", hub=place.mirror.hub)
    plan.get_by_role("button", name=re.compile("^Ask ")).click()
    expect(plan).to_contain_text("Apache License 2.0")


def test_a_file_of_this_machine_asks_nobody(place, screen, tmp_path):
    file = tmp_path / "mine.gguf"
    file.write_bytes(small_model())
    window = screen("/models/get")
    field = window.page.get_by_label("Get another by its name or address")
    field.fill(str(file))
    field.press("Enter")
    plan = plan_of(window)
    plan.get_by_label("I accept this licence").check()
    plan.get_by_role("button", name="Add").click()
    expect(row_of(window, "mine")).to_have_attribute("data-state", "done")
    assert place.mirror.seen == []


# ---- what goes wrong ----


def test_a_name_of_nothing_is_said_and_kept(place, screen):
    window = screen("/models/get")
    window.allow("404", "400")
    for ref in ("hf:org/none", "no-such-handle", "what is this"):
        plan = look_up(window, ref)
        expect(plan.get_by_role("alert")).to_be_visible()
        expect(plan.get_by_role("button", name="Try again")).to_be_visible()
        plan.get_by_role("button", name="Cancel").click()
        expect(window.page.get_by_label("Get another by its name or address")).to_have_value(ref)


def test_no_network_is_said_and_tried_again(place, screen):
    place.settings(network="ask", hub="http://127.0.0.1:9")
    window = screen("/models/get")
    window.allow("502", "503", "500")
    plan = look_up(window)
    expect(plan.get_by_role("alert")).to_contain_text("could not be reached")
    place.settings(network="ask", hub=place.mirror.hub)
    plan.get_by_role("button", name="Try again").click()
    expect(plan).to_contain_text("Apache License 2.0")


def test_a_disk_that_is_too_small_is_said_before_and_refused(place, screen):
    place.mirror.repos["org/m-GGUF"].files[f"{NAME}.gguf"].data = Huge(small_model())
    window = screen("/models/get")
    window.allow("507", "503", "500", "400")
    plan = look_up(window, f"{REF}:{NAME}.gguf")
    expect(plan).to_contain_text("There is not enough room")
    plan.get_by_label("I accept this licence").check()
    plan.get_by_role("button", name="Download").click()
    expect(plan.get_by_role("alert")).to_contain_text("The disk is full")
    assert row_of(window).count() == 0


def test_content_that_is_not_what_was_announced_is_refused_and_tried_again(place, screen):
    def spoilt(handler: Any, blob: Any, ask: Any) -> None:
        right = handler.body(blob, ask)
        handler.send_head(blob, ask)
        handler.send_body(right[:-1] + bytes([right[-1] ^ 1]))

    place.mirror.fault = spoilt
    window = screen("/models/get")
    begin(window)
    expect(row_of(window).get_by_role("alert")).to_contain_text("SHA-256")
    assert list(place.home.models.glob("*.gguf")) == []
    place.mirror.fault = None
    row_of(window).get_by_role("button", name="Try again").click()
    expect(row_of(window)).to_have_attribute("data-state", "done")
