"""The page over HTTP: its document at every address, its files, and what stands there without them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from sottovoce.server import asgi, page
from sottovoce.server.gate.headers import PERMISSIONS, POLICY
from sottovoce.server.gate.hosts import names_of
from sottovoce.server.gate.origins import origins_of
from sottovoce.server.house import House

ADDRESS = "http://127.0.0.1:7886"
CHAT = "abcdabcdabcdabcd"
DOCUMENT = b'<!doctype html><script type="module" src="/page/assets/main-0a1b2c3d.js"></script>'
BUILT = {
    "index.html": DOCUMENT,
    "assets/main-0a1b2c3d.js": b"export {}",
    "assets/main-0a1b2c3d.css": b"body { margin: 0 }",
    "icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ".stamp": b"secret",
    ".vite/manifest.json": b"{}",
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    for name, content in BUILT.items():
        path = tmp_path / "built" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "beside.txt").write_text("not the page's")
    return tmp_path / "built"


@pytest.fixture
async def browser(house: House, built: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(house, built) as http:
        yield http


def client(house: House, built: Path) -> httpx2.AsyncClient:
    names = names_of([("127.0.0.1", 7886)], "127.0.0.1", "")
    app = asgi.build(house, names, origins_of(""), page.places(built))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=ADDRESS)


@pytest.mark.parametrize("address", ["/", f"/c/{CHAT}", "/models", "/models/get", "/settings"])
async def test_the_page_opens_at_each_of_its_addresses(browser, address):
    opened = await browser.get(address)
    assert (opened.status_code, opened.content) == (200, DOCUMENT)
    assert opened.headers["content-type"] == "text/html; charset=utf-8"
    assert opened.headers["cache-control"] == "no-cache"


async def test_nobody_needs_to_be_signed_in_to_open_it_and_nothing_is_kept_in_the_browser(browser):
    opened = await browser.get("/")
    assert "set-cookie" not in opened.headers


@pytest.mark.parametrize("address", ["/", "/page/assets/main-0a1b2c3d.js", "/page/nothing.js"])
async def test_the_page_may_load_nothing_from_elsewhere_and_use_no_device(browser, address):
    headers = (await browser.get(address)).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["permissions-policy"] == PERMISSIONS
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-dns-prefetch-control"] == "off"


def test_the_policy_lets_the_page_work_and_nothing_more():
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert {"camera=()", "microphone=()", "geolocation=()"} < set(PERMISSIONS.split(", "))


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("assets/main-0a1b2c3d.js", "text/javascript; charset=utf-8"),
        ("assets/main-0a1b2c3d.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_a_file_is_given_as_what_it_is(browser, file, kind):
    given = await browser.get(f"/page/{file}")
    assert (given.status_code, given.content) == (200, BUILT[file])
    assert given.headers["content-type"] == kind


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
    ],
)
async def test_a_long_text_is_packed_for_who_can_unpack_it(browser, built, accepted, is_packed):
    script = b"export const said = 'the same again';" * 100
    (built / "assets" / "long-0a1b2c3d.js").write_bytes(script)
    given = await browser.get("/page/assets/long-0a1b2c3d.js", headers={"Accept-Encoding": accepted})
    assert given.content == script
    assert ("content-encoding" in given.headers) == is_packed
    assert (int(given.headers["content-length"]) < len(script)) == is_packed
    assert given.headers["vary"] == "Accept-Encoding"


async def test_what_has_its_content_in_its_name_is_kept_and_all_else_asked_for_again(browser):
    hashed = await browser.get("/page/assets/main-0a1b2c3d.js")
    assert hashed.headers["cache-control"] == "max-age=31536000, immutable"
    assert (await browser.get("/page/icon.svg")).headers["cache-control"] == "no-cache"


async def test_what_is_asked_for_again_is_sent_only_if_it_changed(browser, house, built):
    tag = (await browser.get("/")).headers["etag"]
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/")):
        again = await browser.get("/", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == "no-cache"
    (built / "index.html").write_bytes(b"<!doctype html>newer")
    async with client(house, built) as started_again:
        newer = await started_again.get("/", headers={"If-None-Match": tag})
    assert (newer.status_code, newer.content) == (200, b"<!doctype html>newer")


async def test_an_update_under_a_running_server_does_not_mix_two_pages(browser, built):
    await browser.get("/")
    (built / "index.html").write_bytes(b"newer")
    (built / "assets" / "main-0a1b2c3d.js").unlink()
    assert (await browser.get("/")).content == DOCUMENT
    assert (await browser.get("/page/assets/main-0a1b2c3d.js")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/page/",
        "/page/assets",
        "/page/assets/",
        "/page/assets/main-ffffffff.js",
        "/page/.stamp",
        "/page/.vite/manifest.json",
        "/page/../beside.txt",
        "/page/..%2fbeside.txt",
        "/page/%2e%2e/beside.txt",
        "/page//icon.svg",
        "/page/icon.svg/",
        "/page/ICON.svg",
        "/page",
        "/c/",
        "/c/a/b",
        "/index.html",
    ],
)
async def test_nothing_else_is_given(browser, path):
    given = await browser.get(ADDRESS + path)
    assert given.status_code == 404
    assert given.json()["error"]["hint"]


async def test_only_looking_is_possible(browser):
    assert (await browser.head("/")).status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        assert (await browser.request(method, "/")).status_code == 405


@pytest.mark.parametrize("address", ["/", f"/c/{CHAT}"])
async def test_without_the_page_it_is_said_how_to_get_it_and_what_works(house, tmp_path, address):
    async with client(house, tmp_path / "nowhere") as http:
        opened = await http.get(address, headers={"Host": "LOCALHOST:7886"})
    assert opened.status_code == 200
    assert "SOTTO_SKIP_WEB" in opened.text
    assert "http://localhost:7886/v1" in opened.text
    assert opened.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|<style|\son\w+=|style=", opened.text)
    named = re.findall(r'(?:src|href)="([^"]+)"', opened.text)
    paths = {place.path for place in asgi.endpoints()}
    assert {name for name in named if name.startswith("/")} <= paths
