"""Shelves over the page's own API: made, filled, brought in step, shown where they are cited, removed."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from samples import locked_pdf

from sottovoce.core.lock import FileLock
from sottovoce.core.messages import OWNER
from sottovoce.knowledge import syncing
from sottovoce.server import uploads
from sottovoce.server.house import House

sys.path.insert(0, str(Path(__file__).parents[1] / "knowledge" / "zim"))
import zim_articles

ALL = "/app/api/shelves"
FILE = {"Content-Type": "application/octet-stream"}
TORN = b"%PDF-1.7 and no more of it"
NOBODYS = "aaaaaaaaaaaaaaaa"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a handbook."""
    place = tmp_path / "handbook"
    (place / "rules").mkdir(parents=True)
    (place / "leave.md").write_text("Every employee has 26 days of leave.\n\nLeave is asked for in writing.")
    (place / "rules" / "travel.txt").write_text("Trains are second class. 火车坐二等座。")
    (place / "logo.bin").write_bytes(b"\0\1")
    return place


@pytest.fixture
async def page(browser: httpx2.AsyncClient, house: House) -> AsyncIterator[httpx2.AsyncClient]:
    yield browser
    await house.at_work.close()
    await house.mountings.close()


async def made(page: httpx2.AsyncClient, name: str = "handbook") -> str:
    reply = await page.post(ALL, json={"name": name})
    assert reply.status_code == 200, reply.text
    return str(reply.json()["id"])


async def get(page: httpx2.AsyncClient, path: str, **query: Any) -> Any:
    reply = await page.get(f"{ALL}/{path}", params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def ended(page: httpx2.AsyncClient, shelf: str) -> Any:
    """Return the shelf once no work on it is under way."""
    for _ in range(1_000):
        found = (await get(page, shelf))["shelf"]
        if found["work"] is not None and found["work"]["state"] != "running":
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("the work on the shelf does not end")


async def filled(page: httpx2.AsyncClient, folder: Path) -> str:
    shelf = await made(page)
    reply = await page.post(f"{ALL}/{shelf}/sources", json={"path": str(folder)})
    assert reply.status_code == 200, reply.text
    await ended(page, shelf)
    return shelf


async def refused(
    page: httpx2.AsyncClient, method: str, path: str, **more: Any
) -> tuple[int, dict[str, Any]]:
    reply = await page.request(method, path, **more)
    error: dict[str, Any] = reply.json()["error"]
    return reply.status_code, error


async def test_a_folder_is_read_and_its_shelf_tells_what_stands_on_it(
    page: httpx2.AsyncClient, folder: Path
) -> None:
    shelf = await filled(page, folder)
    one = await get(page, shelf)
    told, work = one["shelf"], one["shelf"]["work"]
    assert (told["name"], told["documents"], told["unread"], told["sources"]) == ("handbook", 2, 0, 1)
    assert told["bytes"] > 0
    assert told["oldest"] <= told["newest"] <= told["synced"]
    assert (work["state"], work["added"], work["passed"]) == ("done", 2, {".bin": 1})
    (source,) = one["sources"]
    assert (source["path"], source["here"], source["documents"]) == (str(folder), True, 2)
    listed = (await page.get(ALL)).json()["shelves"]
    assert [each["id"] for each in listed] == [shelf]
    first = await get(page, f"{shelf}/documents", limit=1)
    assert [one["name"] for one in first["documents"]] == ["handbook/leave.md"]
    rest = await get(page, f"{shelf}/documents", limit=1, after=first["further"])
    assert ([one["name"] for one in rest["documents"]], rest["further"]) == (
        ["handbook/rules/travel.txt"],
        None,
    )


async def test_what_is_found_is_shown_in_its_document_at_the_same_bytes(
    page: httpx2.AsyncClient, folder: Path
) -> None:
    (folder / "long.txt").write_text(
        "\n\n".join(f"Größe {number}: 三角帆 {'x' * 60}." for number in range(400))
    )
    shelf = await filled(page, folder)
    found = (await get(page, f"{shelf}/search", q="second class trains"))["found"][0]
    assert (found["document"], found["text"]) == (
        "handbook/rules/travel.txt",
        "Trains are second class. 火车坐二等座。",
    )
    wanted = (await get(page, f"{shelf}/search", q="Größe 200"))["found"][0]
    place = {"name": wanted["document"], "start": wanted["start"], "end": wanted["end"]}
    shown = await get(page, f"{shelf}/text", **place)
    data = shown["text"].encode()
    assert len(data) == shown["end"] - shown["start"] < shown["document"]["length"]
    at = wanted["start"] - shown["start"]
    assert data[at : at + wanted["end"] - wanted["start"]].decode() == wanted["text"]
    assert any(one["start"] == wanted["start"] for one in shown["passages"])
    past = await get(page, f"{shelf}/text", name=wanted["document"], start=10**9, end=10**9)
    assert past["end"] == past["document"]["length"]


async def test_a_file_that_is_given_stays_without_a_source_and_is_taken_back(
    page: httpx2.AsyncClient, home: Any
) -> None:
    shelf = await made(page)
    data = b"The ferry leaves at noon."
    given = {"shelf": shelf, "name": "C:\\papers\\ferry.md"}
    reply = await page.post("/app/api/documents", params=given, content=data, headers=FILE)
    assert reply.status_code == 200, reply.text
    document = reply.json()
    assert (document["name"], document["source"]) == ("ferry.md", None)
    assert document["digest"] == hashlib.sha256(data).hexdigest()
    await page.post(f"{ALL}/{shelf}/sync")
    assert (await ended(page, shelf))["given"] == 1  # bringing it in step takes nothing off that was given
    newer = await page.post("/app/api/documents", params=given, content=b"It leaves at one.", headers=FILE)
    assert newer.status_code == 200
    assert not (await get(page, f"{shelf}/search", q="noon"))["found"]
    taken = await page.delete(f"{ALL}/{shelf}/documents", params={"name": "ferry.md"})
    assert taken.status_code == 204
    assert (await get(page, f"{shelf}/documents"))["documents"] == []
    left = b"".join(path.read_bytes() for path in home.knowledge.rglob("*") if path.is_file())
    assert b"noon" not in left
    assert b"leaves" not in left


async def test_a_document_of_a_folder_goes_with_its_folder_alone(
    page: httpx2.AsyncClient, folder: Path
) -> None:
    shelf = await filled(page, folder)
    name = {"name": "handbook/leave.md"}
    status, error = await refused(page, "DELETE", f"{ALL}/{shelf}/documents", params=name)
    assert (status, error["code"]) == (403, "refused")
    (source,) = (await get(page, shelf))["sources"]
    assert (await page.delete(f"{ALL}/{shelf}/sources/{source['number']}")).status_code == 204
    assert (await get(page, f"{shelf}/documents"))["documents"] == []
    assert (folder / "leave.md").exists()
    assert (await page.delete(f"{ALL}/{shelf}")).status_code == 204
    assert (await page.get(ALL)).json() == {"shelves": []}


async def test_what_another_folder_holds_too_stays_when_one_is_taken_off(
    page: httpx2.AsyncClient, folder: Path
) -> None:
    shelf = await filled(page, folder / "rules")
    assert (await page.post(f"{ALL}/{shelf}/sources", json={"path": str(folder)})).status_code == 200
    await ended(page, shelf)
    numbers = {one["path"]: one["number"] for one in (await get(page, shelf))["sources"]}
    taken = await page.delete(f"{ALL}/{shelf}/sources/{numbers[str(folder / 'rules')]}")
    assert taken.status_code == 204
    assert (await ended(page, shelf))["documents"] == 2
    assert (await get(page, f"{shelf}/search", q="second class trains"))["found"]


async def test_what_cannot_be_read_is_said_of_each_document(page: httpx2.AsyncClient, folder: Path) -> None:
    (folder / "torn.pdf").write_bytes(TORN)
    shelf = await filled(page, folder)
    told = (await get(page, shelf))["shelf"]
    assert (told["unread"], told["work"]["unread"]) == (1, 1)
    (torn,) = (await get(page, f"{shelf}/documents", unread="yes"))["documents"]
    assert torn["name"] == "handbook/torn.pdf"
    assert torn["problem"]
    params = {"shelf": shelf, "name": "torn.pdf"}
    status, error = await refused(
        page, "POST", "/app/api/documents", params=params, content=TORN, headers=FILE
    )
    assert (status, error["code"]) == (400, "bad_document")


async def test_a_locked_document_is_read_by_its_password_which_is_nowhere_kept(
    page: httpx2.AsyncClient, folder: Path, home: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    password = "sésame 7"
    (folder / "plan.pdf").write_bytes(locked_pdf("The anchor is let go at noon.", password))
    shelf = await filled(page, folder)
    (plan,) = (await get(page, f"{shelf}/documents", unread="yes"))["documents"]
    assert (plan["name"], plan["locked"]) == ("handbook/plan.pdf", True)
    where, asked = f"{ALL}/{shelf}/unlock", {"name": plan["name"], "password": "barley 8"}
    status, error = await refused(page, "POST", where, json=asked)
    assert (status, error["code"], error["field"]) == (400, "bad_document", "password")
    status, error = await refused(page, "POST", where, json=asked | {"password": ["barley 8"] * 2})
    assert (status, "barley" in str(error)) == (400, False)
    reply = await page.post(where, json=asked | {"password": password})
    assert (reply.status_code, reply.json()["problem"], reply.json()["locked"]) == (200, None, False)
    await page.post(f"{ALL}/{shelf}/sync")
    assert (await ended(page, shelf))["unread"] == 0
    (found,) = (await get(page, f"{shelf}/search", q="anchor"))["found"]
    assert found["document"] == "handbook/plan.pdf"
    kept = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    for word in ("sésame", quote("sésame 7"), "barley"):
        assert word.encode() not in kept
        assert word not in caplog.text


@pytest.mark.parametrize("address", ["/app/api/documents", "/app/api/read"])
async def test_a_locked_file_that_is_sent_is_read_by_the_password_beside_it(
    page: httpx2.AsyncClient, address: str
) -> None:
    password = "sésame 7 %"
    data = locked_pdf("The anchor is let go at noon.", password)
    asked = {"params": {"shelf": await made(page), "name": "plan.pdf"}, "content": data}
    status, error = await refused(page, "POST", address, headers=FILE, **asked)
    assert (status, error["code"], error["field"]) == (400, "bad_document", "password")
    reply = await page.post(address, headers=FILE | {"Document-Password": quote(password)}, **asked)
    assert (reply.status_code, reply.json()["name"]) == (200, "plan.pdf")


class Slow:
    """Reads all files but one, and waits at that one until it may go on."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.read_whole: list[str] = []

    async def read(self, path: Path, name: str) -> Any:
        from sottovoce.knowledge.document import Block, Reading

        if name == "handbook/rules/travel.txt":
            await self.may.wait()
        self.read_whole.append(name)
        return Reading((Block("text", name),))

    async def __aenter__(self) -> Slow:
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def test_it_is_paused_and_goes_on_with_what_is_left(
    page: httpx2.AsyncClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr("sottovoce.knowledge.shelf.Readers", lambda: slow)
    monkeypatch.setattr(syncing, "TOGETHER", 1)
    shelf = await made(page)
    begun = (await page.post(f"{ALL}/{shelf}/sources", json={"path": str(folder)})).json()
    assert begun["work"]["state"] == "running"
    while not (await get(page, shelf))["shelf"]["work"]["done"]:
        await asyncio.sleep(0.01)
    told = (await get(page, shelf))["shelf"]
    assert (told["work"]["done"], told["work"]["total"], told["synced"]) == (1, 2, None)
    paused = (await page.post(f"{ALL}/{shelf}/pause")).json()
    assert (paused["work"]["state"], paused["documents"]) == ("paused", 1)
    slow.may.set()
    await page.post(f"{ALL}/{shelf}/sync")
    done = await ended(page, shelf)
    assert (done["work"]["state"], done["work"]["total"], done["documents"]) == ("done", 1, 2)
    assert sorted(slow.read_whole) == ["handbook/leave.md", "handbook/rules/travel.txt"]


async def test_another_program_at_the_same_shelf_is_said_in_a_sentence(
    page: httpx2.AsyncClient, house: House, folder: Path
) -> None:
    shelf = await filled(page, folder)
    lock = FileLock(house.app.home.knowledge / shelf / "lock")
    assert lock.take()
    try:
        await page.post(f"{ALL}/{shelf}/sync")
        work = (await ended(page, shelf))["work"]
    finally:
        lock.release()
    assert (work["state"], work["problem"]["code"]) == ("failed", "store_busy")
    assert "Another program" in work["problem"]["sentence"]


async def test_a_watched_shelf_follows_its_folder_also_after_the_next_start(
    page: httpx2.AsyncClient, house: House, folder: Path
) -> None:
    shelf = await filled(page, folder)
    reply = await page.patch(f"{ALL}/{shelf}", json={"watched": True})
    assert reply.json()["watched"] is True
    await ended(page, shelf)
    await house.at_work.close()
    (folder / "new.md").write_text("Bicycles are paid for.")
    house.__post_init__()  # as the next start does
    await house.take_up_shelves()
    told = await ended(page, shelf)
    assert (told["watched"], told["documents"]) == (True, 3)
    await page.patch(f"{ALL}/{shelf}", json={"watched": False})
    await house.at_work.close()
    house.__post_init__()
    await house.take_up_shelves()
    assert (await get(page, shelf))["shelf"]["watched"] is False


async def test_every_window_hears_of_it(page: httpx2.AsyncClient, house: House, folder: Path) -> None:
    before = house.changes.follow(OWNER)
    await anext(before)
    shelf = await filled(page, folder)
    heard = [(await anext(before))[1] for _ in range(3)]
    assert {(change.what.value, change.id) for change in heard} == {("shelf", shelf)}  # made, begun, ended
    await before.aclose()


async def test_check_says_what_has_changed_since(page: httpx2.AsyncClient, folder: Path) -> None:
    shelf = await filled(page, folder)
    (folder / "leave.md").write_text("Thirty days.")
    verdict = (await page.post(f"{ALL}/{shelf}/check")).json()
    assert (verdict["sound"], verdict["in_step"], verdict["changed"]) == (True, False, ["handbook/leave.md"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{ALL}/{NOBODYS}"),
        ("GET", f"{ALL}/handbook"),
        ("DELETE", f"{ALL}/{NOBODYS}"),
        ("POST", f"{ALL}/{NOBODYS}/sync"),
        ("POST", f"{ALL}/{NOBODYS}/pause"),
        ("GET", f"{ALL}/{NOBODYS}/documents"),
        ("GET", f"{ALL}/{NOBODYS}/text?name=a"),
        ("GET", f"{ALL}/{{another}}"),
        ("GET", f"{ALL}/{{mine}}/text?name=nothing.md"),
        ("DELETE", f"{ALL}/{{mine}}/sources/7"),
        ("DELETE", f"{ALL}/{{mine}}/documents?name=nothing.md"),
    ],
)
async def test_what_is_not_there_or_another_s_is_not_found(
    page: httpx2.AsyncClient, house: House, method: str, path: str
) -> None:
    another = await house.app.shelves.add("another", "theirs")
    mine = await made(page)
    found = await refused(page, method, path.format(another=another.row.id, mine=mine))
    assert (found[0], found[1]["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["papers", "", "a\0b", "/nothing/of/this/name", "~nobodyatall/x"])
async def test_a_path_that_names_nothing_is_refused_and_nothing_begun(
    page: httpx2.AsyncClient, path: str
) -> None:
    shelf = await made(page)
    status, error = await refused(page, "POST", f"{ALL}/{shelf}/sources", json={"path": path})
    assert (status, error["field"]) in ((400, "path"), (400, None))
    assert (await get(page, shelf))["shelf"]["work"] is None


@pytest.fixture(scope="session")
def encyclopaedia(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = {"Rust": zim_articles.page("Rust", "Rust is an oxide of iron.")}
    return zim_articles.write(tmp_path_factory.mktemp("zim") / "wiki.zim", pages)


@pytest.fixture
def harmed(encyclopaedia: Path, tmp_path: Path) -> Path:
    """A copy whose checksum is another's."""
    data = encyclopaedia.read_bytes()
    path = tmp_path / "wiki.zim"
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    return path


def is_there(path: Path) -> bool:
    return path.exists()


async def checked(page: httpx2.AsyncClient, shelf: str) -> Any:
    """Return the shelf once no encyclopaedia is being checked for it any more."""
    for _ in range(1_000):
        found = await get(page, shelf)
        if all(one["problem"] for one in found["shelf"]["mounting"]):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("the check does not end")


async def test_an_encyclopaedia_is_checked_put_on_asked_and_taken_off(
    page: httpx2.AsyncClient, encyclopaedia: Path
) -> None:
    shelf = await made(page)
    begun = (await page.post(f"{ALL}/{shelf}/sources", json={"path": str(encyclopaedia)})).json()
    (mounting,) = begun["mounting"]
    assert (mounting["path"], mounting["problem"], begun["work"]) == (str(encyclopaedia), None, None)
    found = await checked(page, shelf)
    assert (found["shelf"]["mounting"], found["shelf"]["encyclopaedias"]) == ([], 1)
    (one,) = found["encyclopaedias"]
    assert (one["title"], one["path"]) == ("A small encyclopaedia", str(encyclopaedia))
    passages = await get(page, f"{shelf}/search", q="What is rust?")
    assert (passages["found"][0]["document"], passages["answers"], passages["unread"]) == ("Rust", True, [])
    path = {"path": str(encyclopaedia)}
    assert (await page.delete(f"{ALL}/{shelf}/encyclopaedias", params=path)).status_code == 204
    assert (await get(page, shelf))["encyclopaedias"] == []
    assert is_there(encyclopaedia)
    status, error = await refused(page, "DELETE", f"{ALL}/{shelf}/encyclopaedias", params=path)
    assert (status, error["code"]) == (404, "not_found")


async def test_an_encyclopaedia_that_fails_its_check_says_why_until_it_is_dismissed(
    page: httpx2.AsyncClient, harmed: Path
) -> None:
    shelf = await made(page)
    await page.post(f"{ALL}/{shelf}/sources", json={"path": str(harmed)})
    (mounting,) = (await checked(page, shelf))["shelf"]["mounting"]
    assert mounting["problem"]["code"] == "bad_document"
    assert mounting["problem"]["sentence"] == "wiki.zim is damaged: its content does not match its checksum."
    path = {"path": str(harmed)}
    assert (await page.delete(f"{ALL}/{shelf}/encyclopaedias", params=path)).status_code == 204
    assert (await get(page, shelf))["shelf"]["mounting"] == []


@pytest.mark.parametrize(("kind", "sentence"), [("folder", "is a folder"), ("page", "is not a ZIM file")])
async def test_what_only_has_the_name_of_an_encyclopaedia_is_refused_at_once(
    page: httpx2.AsyncClient, tmp_path: Path, kind: str, sentence: str
) -> None:
    path = tmp_path / "wiki.zim"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_text("404 Not Found" * 100)
    shelf = await made(page)
    status, error = await refused(page, "POST", f"{ALL}/{shelf}/sources", json={"path": str(path)})
    assert (status, error["code"]) == (400, "bad_document")
    assert f"wiki.zim {sentence}" in error["sentence"]
    assert (await get(page, shelf))["shelf"]["mounting"] == []


async def test_an_article_is_shown_where_it_is_cited(
    page: httpx2.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = await made(page)
    text = "\n".join(f"Sentence {number} 三角帆." for number in range(2_000)).encode()

    async def mounted(_: object) -> list[str]:
        return ["one"]

    async def text_of(_: object, document: str) -> bytes:
        return text

    monkeypatch.setattr("sottovoce.knowledge.shelf.Shelf.mounted", mounted)
    monkeypatch.setattr("sottovoce.knowledge.shelf.Shelf.text_of", text_of)
    start = text.index(b"Sentence 1000 ")
    shown = await get(page, f"{shelf}/text", name="Jib", start=start, end=start + 10)
    assert shown["text"].encode() == text[shown["start"] : shown["end"]]
    assert shown["start"] < start < shown["end"] < len(text)
    assert shown["document"]["digest"] == hashlib.sha256(text).hexdigest()


async def test_a_file_is_read_for_a_chat_and_nothing_of_it_is_kept(page: httpx2.AsyncClient) -> None:
    said = "Büro\n\n办公室"
    reply = await page.post("/app/api/read", params={"name": "a/b.md"}, content=said.encode(), headers=FILE)
    assert reply.json() == {"name": "b.md", "text": said, "pages": None, "notes": []}
    status, error = await refused(page, "POST", "/app/api/read", content=b"x", headers=FILE)
    assert (status, error["field"]) == (400, "name")


async def test_a_file_that_is_too_large_is_refused(
    page: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILE", 1000)
    status, error = await refused(
        page, "POST", "/app/api/read", params={"name": "a.md"}, content=b"x" * 1001, headers=FILE
    )
    assert (status, error["code"]) == (413, "too_large")


async def test_nobody_else_gets_at_the_shelves(page: httpx2.AsyncClient) -> None:
    page.cookies.clear()
    status, _ = await refused(page, "GET", ALL)
    assert status in (401, 403)
