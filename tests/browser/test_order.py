"""Order among the chats: pinned, in folders, archived; by mouse and by keyboard, and right everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from test_access import faults

pytestmark = pytest.mark.browser

NOW = 1_700_000_000.0


def letters(at: int, count: int = 16) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz"[at // 26**place % 26] for place in reversed(range(count)))


def chats(*titles: str, **places: dict[str, Any]) -> dict[str, object]:
    """Return chats with one message each, the first one the newest; `places` by title."""
    found = []
    for at, title in enumerate(titles):
        created = NOW - at * 60
        message = {"id": letters(at), "parent": None, "role": "user", "state": "complete", "text": title}
        about = {"model": "", "digest": "", "facts": {}, "created": created}
        chat = {"id": letters(at), "title": title, "system": "", "model": "echo", "leaf": message["id"]}
        times = {"created": created, "changed": created}
        found.append({**chat, **times, **places.get(title, {}), "messages": [{**message, **about}]})
    return {"format": "sottovoce-chats", "version": 1, "chats": found}


def act(window: Any, title: str, item: str, kind: str = "") -> None:
    window.page.get_by_role("button", name=f"More for {kind}“{title}”").first.dispatch_event("click")
    window.page.get_by_role("menuitem", name=item).click()


def drag(chat: Any, place: Any) -> None:
    # In more than one step, as a hand does: a browser tells a place of what is held over it only then.
    chat.drag_to(place, steps=5)


def section(window: Any, name: str) -> Any:
    return window.page.locator("section").filter(
        has=window.page.get_by_role("heading", name=name, exact=True)
    )


def folder(window: Any, name: str) -> Any:
    return window.page.locator(".folder-toggle").filter(has_text=name)


@pytest.fixture
def window(start: Any, open_window: Any) -> Any:
    server = start(chats=chats("boat", "lamp", "tree", "moon"))
    window = open_window(server)
    window.enter(server.link)
    expect(window.chat("boat")).to_be_visible()
    return window


def test_a_pinned_chat_stands_first_after_a_reload_and_elsewhere_too(window: Any) -> None:
    act(window, "moon", "Pin")
    expect(section(window, "Pinned").get_by_role("link")).to_have_text(["moon"])
    window.reload()
    expect(section(window, "Pinned").get_by_role("link")).to_have_text(["moon"])
    other = window.context.new_page()
    other.goto(window.address)
    expect(other.get_by_role("link").first).to_have_text("moon")
    act(window, "moon", "Unpin")
    expect(section(window, "Pinned")).to_have_count(0)
    # The other window looks by itself, but only while somebody looks at it.
    other.bring_to_front()
    expect(other.get_by_role("heading", name="Pinned")).to_have_count(0)


def test_a_folder_is_made_looked_into_renamed_and_dissolved(window: Any) -> None:
    page = window.page
    act(window, "boat", "Move to folder")
    page.get_by_role("textbox", name="New folder").fill("Sea things")
    page.get_by_role("button", name="Create").click()
    expect(folder(window, "Sea things")).to_have_attribute("aria-expanded", "false")
    expect(window.chat("boat")).to_have_count(0)
    folder(window, "Sea things").click()
    expect(window.chat("boat")).to_be_visible()
    act(window, "lamp", "Move to folder")
    page.get_by_role("dialog").get_by_role("button", name="Sea things").click()
    expect(section(window, "Folders").get_by_role("link")).to_have_text(["boat", "lamp"])
    window.reload()
    expect(section(window, "Folders").get_by_role("link")).to_have_text(["boat", "lamp"])

    act(window, "Sea things", "Rename folder", "the folder ")
    field = page.get_by_role("textbox", name="Name of the folder")
    field.fill("Ships")
    field.press("Enter")
    expect(folder(window, "Ships")).to_have_attribute("aria-expanded", "true")
    expect(section(window, "Folders").get_by_role("link")).to_have_text(["boat", "lamp"])

    act(window, "lamp", "Delete")
    page.get_by_role("button", name="Delete now").click()
    expect(folder(window, "Ships")).to_contain_text("Chats: 1")

    act(window, "Ships", "Dissolve folder", "the folder ")
    page.get_by_role("dialog").get_by_role("button", name="Dissolve folder").click()
    expect(section(window, "Folders")).to_have_count(0)
    expect(window.page.locator(".days").get_by_role("link")).to_have_text(["boat", "tree", "moon"])


def test_a_chat_is_dragged_into_a_folder_and_out_again(start: Any, open_window: Any) -> None:
    server = start(chats=chats("boat", "lamp", boat={"folder": "Sea"}))
    window = open_window(server)
    window.enter(server.link)
    drag(window.chat("lamp"), folder(window, "Sea"))
    expect(window.chat("lamp")).to_have_count(0)
    folder(window, "Sea").click()
    expect(section(window, "Folders").get_by_role("link")).to_have_text(["boat", "lamp"])
    act(window, "boat", "Move to folder")
    window.page.get_by_role("dialog").get_by_role("button", name="No folder").click()
    expect(window.page.locator(".days").get_by_role("link")).to_have_text(["boat"])
    drag(window.chat("lamp"), window.page.locator(".days"))
    expect(window.page.locator(".days").get_by_role("link")).to_have_text(["boat", "lamp"])


def test_an_archived_chat_is_out_of_the_list_and_comes_back(window: Any) -> None:
    page = window.page
    act(window, "tree", "Archive")
    expect(window.chat("tree")).to_have_count(0)
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_role("button", name="Archived chats").click()
    page.get_by_role("button", name="Put “tree” back into the list").click()
    expect(page.get_by_text("Nothing is archived.")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(window.chat("tree")).to_be_visible()


def test_an_archived_chat_is_opened_from_where_it_lies_and_says_so(window: Any) -> None:
    page = window.page
    with page.expect_response(lambda reply: reply.request.method == "PATCH"):
        act(window, "tree", "Archive")
    window.go("/settings")
    page.get_by_role("button", name="Archived chats").click()
    page.get_by_role("dialog").get_by_role("link", name="tree").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(window.questions).to_contain_text("tree")
    expect(page.get_by_text("This chat is archived.")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Put it back into the list").click()
    expect(page.get_by_text("This chat is archived.")).to_have_count(0)
    expect(window.chat("tree")).to_have_attribute("aria-current", "page")


def test_all_of_it_goes_by_keyboard_and_the_focus_stays_with_the_chat(window: Any) -> None:
    page = window.page
    window.chat("lamp").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(section(window, "Pinned").get_by_role("link", name="lamp")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="New folder").focus()
    page.keyboard.type("Light")
    page.keyboard.press("Enter")
    expect(folder(window, "Light")).to_be_visible()
    folder(window, "Light").focus()
    page.keyboard.press("Enter")
    expect(section(window, "Folders").get_by_role("link", name="lamp")).to_be_visible()


@pytest.mark.parametrize(
    ("colours", "size"), [("light", (1280, 800)), ("dark", (390, 844))], ids=["desk-light", "phone-dark"]
)
def test_nothing_of_it_has_a_fault(start: Any, open_window: Any, size: Any, colours: str) -> None:
    server = start(chats=chats("boat", "lamp", "tree", boat={"folder": "Sea"}, tree={"pinned": True}))
    window = open_window(server, width=size[0], height=size[1])
    page = window.page
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    window.enter(server.link)
    if size[0] < 760:
        page.get_by_role("button", name="Show the chats").click()
    folder(window, "Sea").click()
    expect(window.chat("boat")).to_be_visible()
    assert faults(page) == [], "folders"
    for item in ("Move to folder", "Export"):
        act(window, "lamp", item)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert faults(page) == [], item
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    window.go("/settings")
    for item in ("Import chats", "Delete all chats", "Archived chats"):
        page.get_by_role("button", name=item).click()
        expect(page.get_by_role("dialog", name=item)).to_be_visible()
        assert faults(page) == [], item
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name=item)).to_have_count(0)


def test_what_does_not_fit_on_the_disk_is_said_and_changes_nothing(window: Any) -> None:
    problem = '{"error": {"code": "disk_full", "sentence": "The disk is full.", "hint": "Free some space"}}'
    window.allow("507")

    def refuse(route: Any) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=507, content_type="application/json", body=problem)
        else:
            route.fallback()

    window.page.route("**/app/api/chats/*", refuse)
    act(window, "moon", "Pin")
    expect(window.page.get_by_role("alert").filter(has_text="The disk is full")).to_be_visible()
    expect(section(window, "Pinned")).to_have_count(0)


def test_thousands_of_chats_come_fifty_at_a_time(start: Any, open_window: Any) -> None:
    many = [f"chat {at}" for at in range(5_000)]
    server = start(chats=chats(*many, **{title: {"folder": "Full"} for title in many[1_000:3_000]}))
    window = open_window(server)
    window.enter(server.link)
    rows = window.page.locator(".days .chat-row")
    expect(rows.first).to_be_visible()
    assert rows.count() <= 100
    folder(window, "Full").click()
    expect(window.page.locator(".folder-chats .chat-row")).to_have_count(50)
    window.page.get_by_role("button", name="Show more").click()
    expect(window.page.locator(".folder-chats .chat-row")).to_have_count(100)
    asked = [url for url in window.asked if "/app/api/chats?" in url]
    assert all("limit=50" in url or "limit=100" in url for url in asked), asked
