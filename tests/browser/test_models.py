"""The models screen and the picker: what is here, what could be, and who answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from library import REF, SLOW, STARTER, Place, act_on, model_of, plan_of, row_of
from playwright.sync_api import expect
from test_access import faults

from sottovoce.core.paths import open_home

pytestmark = pytest.mark.browser


def test_a_model_is_loaded_unloaded_verified_and_removed(place, screen):
    place.put("mine")
    window = screen()
    mine = model_of(window, "mine")
    expect(mine).to_contain_text("Fits well")
    act_on(window, "mine", "Load now")
    expect(mine.get_by_text("loaded", exact=True)).to_be_visible()
    act_on(window, "mine", "Verify its content")
    expect(mine).to_contain_text("nobody said what it must be")
    act_on(window, "mine", "Remove")
    dialog = window.page.get_by_role("dialog", name="Remove mine?")
    expect(dialog).to_contain_text("1 MB of its disk are free again")
    dialog.get_by_role("button", name="Remove").click()
    expect(mine).to_have_count(0)
    assert not (place.home.models / "mine.gguf").exists()


def test_what_may_not_be_removed_says_why(place, screen):
    window = screen()
    act_on(window, STARTER, "Remove")
    dialog = window.page.get_by_role("dialog", name=f"Remove {STARTER}?")
    expect(dialog).to_contain_text("came with Sottovoce")
    expect(dialog.get_by_role("button", name="Remove")).to_have_count(0)
    window.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(window.page.get_by_role("dialog", name="Models")).to_be_visible()


def test_details_tell_what_it_is_and_its_licence(screen):
    window = screen()
    act_on(window, STARTER, "Details and licence")
    dialog = window.page.get_by_role("dialog", name=STARTER)
    expect(dialog).to_contain_text("This is a language model.")
    dialog.get_by_text("Show the whole text").click()
    expect(dialog).to_contain_text("TERMS AND CONDITIONS")


# ---- what could be here ----


def test_the_catalogue_is_sought_and_sifted(screen):
    window = screen("/models/get")
    page = window.page
    rows = page.locator("[data-testid^=card-]")
    expect(rows.first).to_contain_text("suggested for this machine")
    everything = rows.count()
    page.get_by_label("Search models").fill("smollm3 apache")
    expect(rows).to_have_count(1)
    page.get_by_label("Search models").fill("")
    page.get_by_role("button", name="Can write Chinese").click()
    expect(page.get_by_test_id("card-smollm2-1.7b")).to_have_count(0)
    page.get_by_role("button", name="Runs well here").click()
    expect(rows.first).to_contain_text("Fits well")
    assert 0 < rows.count() < everything
    page.get_by_label("Search models").fill("no such thing")
    expect(page.get_by_text("No model of the catalogue is like that")).to_be_visible()


def test_a_machine_that_was_never_measured_is_measured_once(tmp_path, mirror, start, open_window):
    place = Place(open_home(tmp_path / "home"), mirror, start)
    window = open_window(place.start())
    window.enter(place.server.link)
    page = window.page
    measuring: list[Any] = []
    page.route("**/app/api/fit", lambda route: measuring.append(route))
    page.get_by_role("button", name="See what runs here").click()
    expect(page.get_by_test_id("card-qwen3-4b")).to_be_visible()
    said = page.get_by_text("Measuring this machine, once")
    expect(said).to_be_visible()
    expect(page.locator(".fit-badge")).to_have_count(0)
    place.measure()
    measuring[0].fulfill(json={"models": []})
    expect(page.locator(".fit-badge").first).to_be_visible()
    expect(said).to_have_count(0)
    page.reload()
    expect(page.locator(".fit-badge").first).to_be_visible()
    assert len(measuring) == 1


# ---- choosing ----


def test_one_of_many_is_found_in_the_picker_and_answers_mid_chat(place, screen):
    place.put(*(f"model-{letter}" for letter in "abcdef"))
    window = screen()
    page = window.page
    page.keyboard.press("Escape")
    window.ask("a boat")
    expect(window.answers.last).to_contain_text(STARTER)
    page.get_by_role("button", name=f"Model: {STARTER}").click()
    item = page.get_by_role("menuitemradio", name=re.compile(STARTER))
    expect(item).to_contain_text("answers by default")
    expect(item).to_contain_text("Fits well")
    page.keyboard.type("model-e")
    expect(page.get_by_role("menuitemradio")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Model: model-e")).to_be_visible()
    window.ask("another boat")
    expect(window.answers.last).to_contain_text("model-e")
    page.get_by_role("button", name="Model: model-e").click()
    page.get_by_role("menuitem", name="Get more models").click()
    expect(page).to_have_url(re.compile("/models/get$"))
    page.go_back()
    expect(window.answers).to_have_count(2)


# ---- for everybody ----


@pytest.mark.parametrize(
    ("colours", "size"), [("light", (1280, 800)), ("dark", (390, 844))], ids=["desk-light", "phone-dark"]
)
def test_no_state_of_the_screen_has_a_fault(place, screen, colours, size):
    place.mirror.speed = SLOW
    place.put("mine")
    window = screen(width=size[0], height=size[1])
    page = window.page
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    expect(model_of(window, "mine")).to_be_visible()
    assert faults(page) == [], "here"
    act_on(window, "mine", "Remove")
    assert faults(page) == [], "remove"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Get a model").click()
    expect(page.get_by_test_id("card-qwen3-4b")).to_be_visible()
    assert faults(page) == [], "catalogue"
    field = page.get_by_label("Get another by its name or address")
    field.fill(REF)
    field.press("Enter")
    plan = plan_of(window)
    expect(plan).to_be_visible()
    assert faults(page) == [], "consent"
    plan.get_by_role("button", name=re.compile("^Ask ")).click()
    expect(plan).to_contain_text("Apache License 2.0")
    assert faults(page) == [], "plan"
    plan.get_by_label("I accept this licence").check()
    plan.get_by_role("button", name="Download").click()
    expect(row_of(window)).to_contain_text("kB/s")
    assert faults(page) == [], "coming"
    place.mirror.speed = None
    expect(row_of(window)).to_have_attribute("data-state", "done")
    assert faults(page) == [], "come"
    beyond = "document.querySelector('.models-body').scrollWidth > innerWidth"
    assert not page.evaluate(beyond), "something is cut off at the side"


def test_what_is_touched_is_large_enough_for_a_thumb(place, chromium):
    place.put("mine")
    server = place.start()
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.link)
    expect(page.get_by_role("textbox")).to_be_visible()
    for path in ("/models", "/models/get"):
        page.goto(server.address + path)
        expect(page.locator(".model-row").first).to_be_visible()
        small = page.evaluate(
            "[...document.querySelectorAll('dialog button, dialog input')].filter(one => one.offsetParent"
            " && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 100))"
        )
        assert small == []
    context.close()
