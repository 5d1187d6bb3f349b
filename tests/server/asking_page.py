"""A signed-in page with a question answered here, and a server elsewhere: by calls, without a browser."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2
from speaking import Speaker

from sottovoce.hybrid import upstreams
from sottovoce.hybrid.upstream import Upstream
from sottovoce.net.address import Where
from sottovoce.server.house import House

TEXT = "I am Anna Berger, write to anna.berger@example.org: is my rent too high?"
PLANTED = ("Anna Berger", "anna.berger@example.org")


@dataclass(slots=True)
class Page:
    """A signed-in page, a chat with one question answered here, and a recording server."""

    browser: httpx2.AsyncClient
    house: House
    cellar: Speaker
    chat: str = ""
    question: str = ""

    @property
    def path(self) -> str:
        return f"/app/api/chats/{self.chat}/messages/{self.question}"

    def describe(self, **changes: Any) -> None:
        url = f"http://127.0.0.1:{self.cellar.port}/v1"
        usual: dict[str, Any] = {"url": url, "model": "large", "where": Where.INSIDE, "by": "the house"}
        home = self.house.app.home
        if any(one.name == "cellar" for one in upstreams.listed(home)):
            upstreams.remove(home, "cellar")
        upstreams.add(home, Upstream("cellar", **{**usual, **changes}))

    async def preview(self, **edits: Any) -> dict[str, Any]:
        answer = await self.browser.post(f"{self.path}/preview", json={"upstream": "cellar", **edits})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def send(self, seal: str, **more: Any) -> httpx2.Response:
        return await self.browser.post(f"{self.path}/send", json={"upstream": "cellar", "seal": seal, **more})

    async def events(self, run: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        told = await self.browser.get(f"/app/api/chats/{run['chat']}/runs/{run['id']}/events")
        blocks = [dict(line.split(": ", 1) for line in one.splitlines()) for one in told.text.split("\n\n")]
        return [(one["event"], json.loads(one["data"])) for one in blocks if "event" in one]

    async def ask(self, text: str, **about: Any) -> dict[str, Any]:
        """Ask once more in the chat, and wait for the answer, where one is given."""
        answer = await self.browser.post(f"/app/api/chats/{self.chat}/runs", json={"text": text, **about})
        assert answer.status_code == 200, answer.text
        run: dict[str, Any] = answer.json()
        if run["id"]:
            await self.events(run)
        self.question = run["question"]
        return run

    async def opened(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.browser.get(f"/app/api/chats/{self.chat}")).json()
        return found

    async def answers(self) -> list[dict[str, Any]]:
        last = (await self.opened())["messages"][-1]
        told = await self.browser.get(f"/app/api/chats/{self.chat}/messages/{last['id']}/versions")
        found: list[dict[str, Any]] = told.json()["messages"]
        return found
