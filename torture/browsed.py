"""The page in a real browser, and all that scripts there can read later: what it stores, and its address.

Its person asks, searches, has a temporary chat, and sits before it as the server is killed. A draft, which
has not been sent, may be kept there; it is gone once it is.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, sync_playwright

sys.path.append(str(Path(__file__).parents[1] / "tests" / "browser"))

from window import Window

from torture import hidden
from torture.crashed import Life
from torture.story import chromium

READ: Mapping[str, str] = {
    "localStorage": "() => ({...localStorage})",
    "sessionStorage": "() => ({...sessionStorage})",
    "cookies that scripts can read": "() => document.cookie",
    "its address and history": "() => [location.href, document.referrer, window.name, history.state]",
    "IndexedDB": """async () => {
      const done = (asked) => new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
      const found = [];
      for (const { name } of await indexedDB.databases()) {
        const opened = await done(indexedDB.open(name));
        for (const store of opened.objectStoreNames) {
          const all = opened.transaction(store).objectStore(store);
          found.push([name, store, await done(all.getAllKeys()), await done(all.getAll())]);
        }
        opened.close();
      }
      return found;
    }""",
    "Cache Storage": """async () => {
      const found = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          found.push([name, request.url, await (await cache.match(request)).text()]);
        }
      }
      return found;
    }""",
}
"""Each with the script that reads it."""

LEAKS: Mapping[str, str] = {
    "localStorage": "word => { localStorage.kept = word; }",
    "sessionStorage": "word => { sessionStorage.kept = word; }",
    "cookies that scripts can read": "word => { document.cookie = 'kept=' + word; }",
    "its address and history": "word => { history.replaceState(word, ''); }",
    "IndexedDB": """word => new Promise((resolve) => {
      const asked = indexedDB.open("kept");
      asked.onupgradeneeded = () => asked.result.createObjectStore("words").put(word, 1);
      asked.onsuccess = () => { asked.result.close(); resolve(); };
    })""",
    "Cache Storage": """async word => {
      await (await caches.open("kept")).put("/kept", new Response(word));
    }""",
}
"""Each with what puts a word there, for the control."""

MOMENTS = (
    "signed in",
    "answered",
    "searched",
    "typed, and the server killed",
    "back, and sent",
    "a temporary chat",
    "a temporary chat, and the server killed",
)


def looked(life: Life, *, leaks: bool = False) -> dict[str, str]:
    """Return what each of the browser's stores holds that it must not, by the moment and the store.

    Where it `leaks`, a word is put into each store, and the first moment shown.
    """
    found: dict[str, str] = {}
    with _window(life) as window:
        for moment, draft in _moments(life, window):
            for script in LEAKS.values() if leaks else ():
                window.page.evaluate(script, life.words[hidden.QUESTION])
            for store, script in READ.items():
                held = life.words.held(repr(window.page.evaluate(script)).encode())
                if store == "localStorage" and draft:
                    held -= {draft}
                found[f"{moment}, {store}"] = ", ".join(sorted(held))
            if leaks:
                break
    return found


def _moments(life: Life, window: Window) -> Iterator[tuple[str, str]]:
    """Yield each moment, and the kind of what is typed there and not yet sent."""
    words, page, moments = life.words, window.page, iter(MOMENTS)
    question, passing = f"of {words[hidden.QUESTION]}", f"of {words[hidden.TEMPORARY]}"
    yield next(moments), ""
    window.have_answered(question)
    yield next(moments), ""
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(words[hidden.SEARCH])
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    yield next(moments), ""
    window.reload()
    expect(window.answers).to_have_count(1)
    window.composer.fill(question)
    expect(window.composer).to_have_value(question)
    life.kill()
    expect(window.banner).to_be_visible()
    yield next(moments), hidden.QUESTION
    life.up()
    window.reload()
    expect(window.answers).to_have_count(1)
    expect(window.composer).to_have_value(question)
    window.composer.press("Enter")
    expect(window.answers).to_have_count(2)
    expect(window.stop).to_have_count(0)
    yield next(moments), ""
    window.go("/")
    page.get_by_role("button", name="Temporary chat").click()
    window.have_answered(passing)
    window.composer.fill(passing)
    yield next(moments), ""
    life.kill()
    expect(window.banner).to_be_visible()
    yield next(moments), ""


@contextmanager
def _window(life: Life) -> Iterator[Window]:
    life.up()
    link = life.link()
    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            window = Window(browser, link.partition("/enter#")[0])
            window.enter(link)
            yield window
        finally:
            browser.close()


def free_port() -> int:
    """Return a port that is free now: a page finds its server again only where it was."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])
