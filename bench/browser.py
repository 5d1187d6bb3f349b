"""A browser at the page of a server on the echo engine: what the page costs, without a model's own time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.served import end
from bench.startup import SOTTO

NAMES = ("chromium", "chromium-browser", "google-chrome")
VIEW: Any = {"width": 1280, "height": 800}

CHANGED = 1_700_000_000.0
TURNS_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in page, and where its server is."""

    page: Any
    context: Any
    address: str

    def fresh(self) -> Any:
        """Return a page of a browser that is signed in and keeps nothing of the site's files."""
        opened = self.context.browser.new_context(
            viewport=VIEW, storage_state={"cookies": self.context.cookies(), "origins": []}
        )
        return opened.new_page()


@contextmanager
def seated(home: Path, chats: list[Any] | None = None, engine: str = "echo") -> Iterator[Seat]:
    """Run a server with these chats and a browser at it. `engine` "" is the real one."""
    from playwright.sync_api import sync_playwright

    env = {**os.environ, "SOTTO_HOME": str(home), "SOTTO_ENGINE": engine}
    home.mkdir(parents=True)
    if chats is not None:
        _take_in(home / "chats.json", chats, env)
    process = subprocess.Popen([*SOTTO, "serve", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True)
    try:
        link = _link(process)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=_as_root())
            context = browser.new_context(viewport=VIEW)
            page = context.new_page()
            page.goto(link)
            page.get_by_role("textbox", name="Message").wait_for()
            yield Seat(page, context, link.partition("/enter#")[0])
            browser.close()
    finally:
        end(process)


def chat_of(texts: list[str], title: str, name: str) -> dict[str, Any]:
    """Return a chat of our own format, in which questions and answers alternate."""
    messages: list[dict[str, Any]] = []
    for at, text in enumerate(texts):
        messages.append(
            {
                "id": _id(f"{name}{at}"),
                "parent": _id(f"{name}{at - 1}") if at else None,
                "role": "assistant" if at % 2 else "user",
                "state": "complete",
                "text": text,
                "model": "echo" if at % 2 else "",
                "digest": "",
                "facts": {},
                "created": CHANGED + at * TURNS_SECONDS,
            }
        )
    return {
        "id": _id(name),
        "title": title,
        "system": "",
        "model": "echo",
        "leaf": messages[-1]["id"],
        "created": CHANGED,
        "changed": CHANGED + len(texts) * TURNS_SECONDS,
        "messages": messages,
    }


def _id(name: str) -> str:
    from sottovoce.store.values import derived_id

    return derived_id("bench", name)


def _take_in(file: Path, chats: list[Any], env: dict[str, str]) -> None:
    file.write_text(json.dumps({"format": "sottovoce-chats", "version": 1, "chats": chats}))
    subprocess.run([*SOTTO, "chats", "import", str(file)], env=env, check=True, stdout=subprocess.DEVNULL)
    file.unlink()


def _link(process: subprocess.Popen[str]) -> str:
    """Return the sign-in link, once everything is said that the server says as it starts."""
    assert process.stdout is not None
    words: list[str] = []
    for line in process.stdout:
        words += line.split()
        if "To stop" in line:
            return next(word for word in words if "/enter#" in word)
    raise RuntimeError(f"the server ended: {' '.join(words)}")


def _chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("No Chromium is installed. Next: apt install chromium")
    return found


def _as_root() -> list[str]:
    return ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
