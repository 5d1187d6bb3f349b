"""Two models' answers to one question next to each other, and the versions of any answer."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

# The writer of small models: no test folder is on the path by itself.
sys.path.append(str(Path(__file__).parents[1] / "engine"))

from gguf_samples import language_model
from test_access import faults

from sottovoce.core.paths import open_home
from sottovoce.models import variants
from sottovoce.models.file import Variant

pytestmark = pytest.mark.browser

USUAL, OTHER = "SmolLM2-135M-Instruct", "tiny"
SLOW = "/slow 60"


@pytest.fixture
def server(start, tmp_path):
    """Return a server on the echo engine, with two models."""
    models = tmp_path / "home" / "models"
    models.mkdir(parents=True)
    language_model().write(models / f"{OTHER}.gguf")
    return start()


def menu(window):
    window.page.get_by_role("button", name=re.compile("^Model: ")).click()


def compare(window, model=OTHER):
    menu(window)
    window.page.get_by_role("menuitem", name="Compare with …").click()
    window.page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{model}")).click()
    expect(window.page.get_by_role("button", name=f"Model: {USUAL} + {model}")).to_be_visible()


def versions(window):
    return window.page.get_by_test_id("version")


def text_of(window, at):
    return versions(window).nth(at).get_by_test_id("answer-text")


def keep(window, at):
    versions(window).nth(at).get_by_role("button", name=re.compile("^Keep this one")).click()
    expect(versions(window)).to_have_count(0)


def test_two_models_answer_one_question_and_the_chat_goes_on_with_the_one_that_is_kept(window):
    compare(window)
    window.ask("a boat")
    expect(versions(window)).to_have_count(2)
    for at, model in enumerate((USUAL, OTHER)):
        expect(text_of(window, at)).to_have_text("a boat")
        expect(versions(window).nth(at).get_by_role("heading", level=3)).to_have_text(model)
    expect(window.questions).to_have_count(1)
    left, right = (versions(window).nth(at).bounding_box() for at in (0, 1))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    keep(window, 1)
    expect(window.answers.last).to_contain_text(OTHER)
    menu(window)
    window.page.get_by_role("menuitem", name="Stop comparing").click()
    window.ask("and a sail")
    expect(window.answer_text).to_have_text("and a sail")
    expect(window.answers).to_have_count(2)
    window.reload()
    expect(window.answers.first).to_contain_text(OTHER)
    expect(versions(window)).to_have_count(0)


def test_without_a_choice_the_chat_goes_on_with_the_first(window):
    compare(window)
    window.ask("a boat")
    expect(text_of(window, 1)).to_have_text("a boat")
    expect(window.stop).to_have_count(0)
    window.ask("and a sail")
    expect(window.questions).to_have_count(2)
    expect(window.answers).to_have_count(1)
    expect(window.answers.first).to_contain_text(USUAL)
    expect(text_of(window, 1)).to_have_text("and a sail")


def test_a_reload_in_the_middle_shows_both_still_being_written(window):
    compare(window)
    window.ask(SLOW)
    for at in (0, 1):
        expect(text_of(window, at)).to_contain_text("word5")
    window.reload()
    expect(versions(window)).to_have_count(2)
    for at in (0, 1):
        expect(text_of(window, at)).to_contain_text("word99")
        assert text_of(window, at).inner_text().split() == [f"word{number}" for number in range(100)]
    expect(window.stop).to_have_count(0)
    expect(window.page.get_by_role("button", name=f"Model: {USUAL} + {OTHER}")).to_be_visible()


def test_one_is_stopped_and_the_other_goes_on(window):
    compare(window)
    window.ask(SLOW)
    expect(text_of(window, 1)).to_contain_text("word5")
    window.page.get_by_role("button", name=f"Stop {OTHER}").click()
    expect(versions(window).nth(1)).to_contain_text("You stopped this answer.")
    expect(window.stop).to_be_visible()
    expect(text_of(window, 0)).to_contain_text("word99")
    expect(window.stop).to_have_count(0)
    expect(versions(window).nth(1)).not_to_contain_text("word99")


def test_one_is_kept_while_the_other_is_written_which_is_stopped_then(window):
    compare(window)
    window.ask(SLOW)
    expect(text_of(window, 1)).to_contain_text("word5")
    keep(window, 0)
    expect(window.answer_text).to_contain_text("word99")
    expect(window.stop).to_have_count(0)
    window.page.get_by_role("button", name="Next version").click()
    expect(window.answers.last).to_contain_text("You stopped this answer.")


def test_another_window_and_another_device_see_both(server, window, open_window):
    compare(window)
    window.ask(SLOW)
    expect(text_of(window, 1)).to_contain_text("word2")
    phone = open_window(server, width=390, height=844)
    phone.context.add_cookies(window.context.cookies())
    phone.page.goto(window.page.url)
    for at in (0, 1):
        expect(text_of(phone, at)).to_contain_text("word99")
    second = window.context.new_page()
    second.goto(window.page.url)
    expect(second.get_by_test_id("version")).to_have_count(2)
    expect(window.stop).to_have_count(0)
    keep(window, 0)
    expect(second.get_by_test_id("version")).to_have_count(0)
    expect(second.get_by_test_id("answer")).to_have_count(1)


def test_on_a_phone_the_other_answer_is_a_swipe_away(server, open_window):
    window = open_window(server, width=390, height=844)
    window.enter(server.link)
    compare(window)
    window.ask("a boat")
    expect(text_of(window, 1)).to_have_text("a boat")
    first, second = (versions(window).nth(at).bounding_box() for at in (0, 1))
    assert first["x"] >= 0
    assert first["width"] > 300
    assert second["x"] < 390, "nothing shows that there is another"
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
    versions(window).nth(1).scroll_into_view_if_needed()
    keep(window, 1)
    expect(window.answers.last).to_contain_text(OTHER)


def test_the_versions_of_any_answer_can_be_compared(window):
    window.ask("a boat")
    expect(window.answer_text).to_have_text("a boat")
    window.page.get_by_role("button", name="Try again", exact=True).click()
    window.page.get_by_role("menuitem", name=OTHER).click()
    expect(window.page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    window.page.get_by_role("button", name="Compare versions").click()
    expect(versions(window)).to_have_count(2)
    window.reload()
    expect(versions(window)).to_have_count(2)
    window.page.get_by_role("button", name="Show one").click()
    expect(versions(window)).to_have_count(0)
    window.page.get_by_role("button", name="Compare versions").click()
    keep(window, 0)
    expect(window.page.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    expect(window.answers.last).to_contain_text(USUAL)


def test_with_one_model_it_is_compared_with_itself_and_nobody_is_sent_to_get_another(start, open_window):
    server = start()
    window = open_window(server)
    window.enter(server.link)
    menu(window)
    window.page.get_by_role("menuitem", name="Compare with …").click()
    expect(window.page.get_by_role("spinbutton")).to_have_value("0")
    window.page.get_by_role("button", name="Compare", exact=True).click()
    window.ask("a boat")
    heads = versions(window).get_by_role("heading", level=3)
    expect(heads).to_have_text([USUAL, f"{USUAL}, temperature 0"])
    expect(text_of(window, 1)).to_have_text("a boat")


@pytest.mark.parametrize(("colours", "width"), [("light", 1280), ("dark", 390)])
def test_no_state_of_it_has_a_fault(server, open_window, colours, width):
    window = open_window(server, width=width, height=844)
    window.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.enter(server.link)
    menu(window)
    window.page.get_by_role("menuitem", name="Compare with …").click()
    assert faults(window.page) == [], "choosing"
    window.page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{OTHER}")).click()
    window.ask(SLOW)
    expect(text_of(window, 1)).to_contain_text("word5")
    assert faults(window.page) == [], "being written"
    window.page.keyboard.press("Escape")
    expect(versions(window).last).to_contain_text("You stopped this answer.")
    expect(window.stop).to_have_count(0)
    assert faults(window.page) == [], "stopped"


def test_a_variant_is_compared_and_so_is_the_model_with_another_temperature(server, open_window):
    home = open_home(server.home)
    variants.add(home, Variant("short", "starter", "Says little"))
    window = open_window(server)
    window.enter(server.link)
    compare(window, "short")
    window.ask("a boat")
    expect(versions(window).nth(1).get_by_role("heading", level=3)).to_have_text("short")
    expect(text_of(window, 1)).to_have_text("a boat")
    menu(window)
    window.page.get_by_role("menuitem", name="Comparing with short").click()
    window.page.get_by_role("spinbutton", name=f"{USUAL} again, with another temperature").fill("0.2")
    window.page.get_by_role("button", name="Compare", exact=True).click()
    window.ask("a plane")
    drawn = versions(window).nth(1).get_by_role("heading", level=3)
    expect(drawn).to_have_text(f"{USUAL}, temperature 0.2")
    expect(text_of(window, 1)).to_have_text("a plane")
    window.reload()
    expect(drawn).to_have_text(f"{USUAL}, temperature 0.2")
    assert faults(window.page) == []
