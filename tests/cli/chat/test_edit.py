"""`/edit`: the last question asked otherwise, beside the old one."""

from __future__ import annotations

from sottovoce.app import open_app
from sottovoce.chat.question import Question
from sottovoce.cli._show import Show
from sottovoce.cli.chat import about_answers
from sottovoce.cli.chat.talk import Place, Talk
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.store import attachments, chats
from sottovoce.store.attachments import Attachment

PLAN = Attachment("plan.md", "walk, then tea")


async def test_what_is_attached_to_the_question_stays_with_it(home: Home) -> None:
    echo = EchoEngine()
    async with open_app(home=home, environment={}, engine=echo) as app:
        talk = Talk(app, Show(), Place())
        await talk.answer(Question("what is missing?", attached=(PLAN,)))
        await about_answers.edit(talk, "")
        assert talk.draft == "what is missing?"
        await talk.send("what is too much?")
        chat = talk.place.chat or ""
        said = await app.database.read(lambda conn: chats.branch(conn, app.owner, chat))
        given = await app.database.read(lambda conn: attachments.of(conn, app.owner, [said[0].id]))
    assert [message.parent for message in said] == [None, said[0].id]
    assert given == {said[0].id: (PLAN,)}
    assert PLAN.text in echo.prompts[-1][-1].text
