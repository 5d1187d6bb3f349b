"""What is done with one message of a chat: rate it, copy it, delete it, begin another chat from it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.responses import Response

from sottovoce.core.errors import BadValue
from sottovoce.erasing import delete_message
from sottovoce.server.app_api.chats import CHAT, show, tell
from sottovoce.server.app_api.nouns import identity
from sottovoce.server.app_api.nouns_chats import CopyNoun, Fork, MessageChange, OpenChat
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import chats, forking

MESSAGE = f"{CHAT}/messages/{{message}}"


async def change(visit: Visit[MessageChange]) -> OpenChat:
    """Note what the reader thinks of an answer. It is told to nobody."""
    owner, (chat, message), liked = visit.caller.owner, _place(visit), visit.body.liked
    place = visit.house.place(owner, chat)
    await place.database.run(lambda conn: chats.like(conn, owner, chat, message, liked))
    tell(visit, chat)
    return await show(visit, chat)


async def copied(visit: Visit[None]) -> CopyNoun:
    """Give a message as it goes to a clipboard: as Markdown and HTML, an answer with the mark of its AI."""
    owner, (chat, message) = visit.caller.owner, _place(visit)
    place, pen = visit.house.place(owner, chat), visit.house.pen()
    found = await place.database.read(lambda conn: chats.get_message(conn, owner, chat, message))
    return await asyncio.to_thread(CopyNoun.of, found, pen)


async def delete(visit: Visit[None]) -> Response:
    """Delete a message and all that follows it, for good. Refused while an answer is being written there."""
    app, owner, (chat, message) = visit.house.app, visit.caller.owner, _place(visit)
    place = visit.house.place(owner, chat)
    gone = await delete_message(app.home, place.database, chat, message, owner, app.engines)
    place.runs.forget_answers(gone)
    tell(visit, chat)
    return Response(status_code=204)


async def fork(visit: Visit[Fork]) -> OpenChat:
    """Begin a chat with a copy of a branch of this one, up to a message."""
    owner, chat, body = visit.caller.owner, identity(visit.request.path_params["chat"], "chat"), visit.body
    if visit.house.place(owner, chat).is_temporary:
        raise BadValue("A temporary chat stands alone.", hint="Keep it first: temporary false", field="chat")
    new = await visit.house.app.database.run(
        lambda conn: forking.fork(conn, owner, chat, body.message, title=body.title, now=time.time())
    )
    tell(visit, new.id)
    return await show(visit, new.id)


def _place(visit: Visit[Any]) -> tuple[str, str]:
    given = visit.request.path_params
    return identity(given["chat"], "chat"), identity(given["message"], "message")


ENDPOINTS = (
    Endpoint("PATCH", MESSAGE, change, Scope.PAGE, body=MessageChange, answer=OpenChat),
    Endpoint("DELETE", MESSAGE, delete, Scope.PAGE),
    Endpoint("GET", f"{MESSAGE}/copy", copied, Scope.PAGE, answer=CopyNoun),
    Endpoint("POST", f"{CHAT}/fork", fork, Scope.PAGE, body=Fork, answer=OpenChat),
)
