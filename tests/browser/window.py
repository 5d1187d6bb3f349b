"""The page as a person has it before them: what can be read, what can be done. Knows where things are in it.

What a browser must never do meanwhile is noted: ask another server for anything, log an error.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect

PATIENCE = 20_000
OWN_SCHEMES = ("data", "blob", "about")


class Window:
    """One browser with its own cookies, and one page in it.

    `language` as the browser tells it, `more` as Playwright takes it.
    """

    def __init__(
        self,
        browser: Any,
        address: str,
        *,
        width: int = 1280,
        height: int = 800,
        language: str = "en-US",
        **more: Any,
    ) -> None:
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, **more
        )
        self.context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.asked: list[str] = []
        self.errors: list[str] = []
        self._allowed: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.context.on("dialog", self._asked_by_dialog)
        self.page = self.context.new_page()

    # ---- what can be done ----

    def enter(self, link: str) -> None:
        """Sign in with a link and wait for the page."""
        self.page.goto(link)
        expect(self.composer).to_be_visible()

    def new_link(self) -> str:
        """Make one more sign-in link, as a browser that is signed in may."""
        made = self.page.evaluate("fetch('/app/api/link', {method: 'POST'}).then(reply => reply.json())")
        return self.address + str(made["link"])

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def ask(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def have_answered(self, text: str, answer: str | None = None) -> None:
        """Ask, and wait for the whole answer, which the echo engine takes from the question."""
        self.ask(text)
        expect(self.answer_text).to_have_text(answer or text)
        expect(self.stop).to_have_count(0)

    def reload(self) -> None:
        self.page.reload()
        expect(self.composer).to_be_visible()

    def settle(self) -> None:
        """Wait until it has asked its server nothing for a second."""
        seen = -1
        while seen != len(self.asked):
            seen = len(self.asked)
            self.page.wait_for_timeout(1_000)

    # ---- where things are ----

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile("^(Message|消息)$"))

    @property
    def send(self) -> Locator:
        return self.page.get_by_role("button", name="Send", exact=True)

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True)

    @property
    def questions(self) -> Locator:
        return self.page.get_by_test_id("question")

    @property
    def answers(self) -> Locator:
        return self.page.get_by_test_id("answer")

    @property
    def answer_text(self) -> Locator:
        """The text alone of the last answer."""
        return self.page.get_by_test_id("answer-text").last

    def chat(self, title: str) -> Locator:
        """The link in the list of chats."""
        return self.page.get_by_role("link", name=title)

    @property
    def banner(self) -> Locator:
        """Says that the server does not answer."""
        return self.page.get_by_role("alert").filter(has_text="does not answer")

    # ---- what must not happen ----

    def allow(self, *patterns: str) -> None:
        """Take these errors for right: what a test does on purpose."""
        self._allowed += patterns

    @property
    def outside(self) -> list[str]:
        """Everything that was asked of another server."""
        own = urlsplit(self.address)
        return [
            url
            for url in self.asked
            if (parts := urlsplit(url)).scheme not in OWN_SCHEMES
            and (parts.scheme, parts.netloc) != (own.scheme, own.netloc)
        ]

    @property
    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(re.search(one, error) for one in self._allowed)]

    def must_have_behaved(self) -> None:
        assert not self.outside, self.outside
        assert not self.unexpected, self.unexpected

    def close(self) -> None:
        self.context.close()

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "assert"):
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _asked_by_dialog(self, dialog: Any) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()
