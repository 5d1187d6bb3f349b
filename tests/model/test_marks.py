"""What the real starter writes is signed with the digest of its own file, and verifies in every form."""

from __future__ import annotations

import asyncio
import io

import pytest

from sottovoce.app import App, open_app
from sottovoce.chat import archive
from sottovoce.chat.marks.verifying import Finding, Signed, verdicts
from sottovoce.chat.question import Question
from sottovoce.core.events import Asked, Done
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.models import starter
from sottovoce.store import signing

pytestmark = pytest.mark.model


KINDS = ("md", "json", "html", "docx", "pdf")


def exported(app: App, chat: str, kind: str) -> bytes:
    target, pen = io.BytesIO(), app.pen()
    if kind in ("md", "json"):
        write = archive.export_json if kind == "json" else archive.export_markdown
        app.database.call(lambda conn: write(conn, "me", [chat], target, pen))
    else:
        make = archive.whole(kind)
        app.database.call(
            lambda conn: archive.export_whole(
                conn, "me", chat, target, lambda one, branch: make(one, branch, "en", pen)
            )
        )
    return target.getvalue()


async def test_an_answer_of_the_starter_verifies_in_every_form(home: Home) -> None:
    question = Question(
        "Write a short list of three rivers, with a word on each.", sampling=Sampling(max_tokens=80, seed=1)
    )
    async with open_app(home=home, environment={}, attach=False) as app:
        events = [event async for event in app.ask(question)]
        assert isinstance(events[-1], Done)
        (chat,) = [event.chat for event in events if isinstance(event, Asked)]
        files = {kind: exported(app, chat, kind) for kind in KINDS}
    for kind, file in files.items():
        found = await asyncio.to_thread(verdicts, file, kind, frozenset(signing.public_keys(home)))
        assert [(one.finding, one.signed) for one in found] == [(Finding.UNCHANGED, Signed.HERE)] * 2, kind
        (answer,) = [one.record for one in found if one.record is not None and one.record.model]
        assert answer.model_digest == starter.SHA256
