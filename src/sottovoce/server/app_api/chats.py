"""The person's chats: list, open, begin, change, search, export, delete."""

from __future__ import annotations

import io
import time
from sqlite3 import Connection

from starlette.responses import Response

from sottovoce.app import delete_chat
from sottovoce.chat import archive
from sottovoce.core.errors import BadValue
from sottovoce.server.app_api.nouns import (
    ChatChange,
    ChatList,
    ChatNoun,
    HitNoun,
    Hits,
    MessageNoun,
    NewChat,
    OpenChat,
    identity,
    whole,
)
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import chats, search, shown

CHATS = "/app/api/chats"
CHAT = f"{CHATS}/{{chat}}"
MOST_SHOWN = 200


async def listed(visit: Visit[None]) -> ChatList:
    """List the chats, the one changed last first; `limit` at once, and those after `before`."""
    query, owner = visit.request.query_params, visit.caller.owner
    limit, before = whole(query, "limit", 50, 1, MOST_SHOWN), query.get("before")
    page = await visit.house.app.database.read(lambda conn: shown.page(conn, owner, limit, before))
    running = visit.house.runs.running(owner)
    return ChatList(chats=[ChatNoun.of(chat, running) for chat in page.chats], further=page.further)


async def begin(visit: Visit[NewChat]) -> OpenChat:
    """Begin an empty chat."""
    app, owner, body = visit.house.app, visit.caller.owner, visit.body
    system = app.settings.system if body.system is None else body.system
    now = time.time()

    def work(conn: Connection) -> chats.Chat:
        chat = chats.start(conn, owner, system=system, model=app.model.name, now=now)
        chats.rename(conn, owner, chat.id, body.title)
        return chats.get(conn, owner, chat.id)

    return OpenChat(chat=ChatNoun.of(await app.database.run(work), []), messages=[])


async def opened(visit: Visit[None]) -> OpenChat:
    """Show a chat and the branch its reader is at, or the one that ends at `leaf`."""
    leaf = visit.request.query_params.get("leaf")
    return await _shown(visit, _chat(visit), None if leaf is None else identity(leaf, "message"))


async def change(visit: Visit[ChatChange]) -> OpenChat:
    """Rename a chat, change its instructions, or go to another branch of it."""
    owner, chat, body = visit.caller.owner, _chat(visit), visit.body

    def work(conn: Connection) -> None:
        chats.get(conn, owner, chat)
        if body.title is not None:
            chats.rename(conn, owner, chat, body.title)
        if body.system is not None:
            chats.set_system(conn, owner, chat, body.system)
        if body.leaf is not None:
            chats.go_to(conn, owner, chat, body.leaf)

    await visit.house.app.database.run(work)
    return await _shown(visit, chat, None)


async def delete(visit: Visit[None]) -> Response:
    """Delete a chat so that nothing of it is left. An answer being written in it is stopped first."""
    chat, app, owner = _chat(visit), visit.house.app, visit.caller.owner
    await app.database.read(lambda conn: chats.get(conn, owner, chat))
    await visit.house.runs.forget(owner, chat)
    await delete_chat(app.home, app.database, chat, owner, app.engines)
    return Response(status_code=204)


async def found(visit: Visit[None]) -> Hits:
    """Find the messages that hold every word of `q`, the best first."""
    query, owner = visit.request.query_params, visit.caller.owner
    text, limit = query.get("q", ""), whole(query, "limit", 20, 1, MOST_SHOWN)
    if not text.strip():
        raise BadValue("There is nothing to look for.", hint="Give words as q", field="q")
    hits = await visit.house.app.database.read(lambda conn: search.find(conn, owner, text, limit))
    return Hits(hits=[HitNoun.of(hit) for hit in hits])


async def export(visit: Visit[None]) -> Response:
    """Give a whole chat, all its branches, in the format that `sotto chats import` takes."""
    chat, owner = _chat(visit), visit.caller.owner
    target = io.BytesIO()
    await visit.house.app.database.read(lambda conn: archive.export_json(conn, owner, [chat], target))
    name = f'attachment; filename="sottovoce-{chat}.json"'
    return Response(target.getvalue(), media_type="application/json", headers={"Content-Disposition": name})


async def _shown(visit: Visit[None] | Visit[ChatChange], chat: str, leaf: str | None) -> OpenChat:
    owner = visit.caller.owner
    got, branch = await visit.house.app.database.read(
        lambda conn: (chats.get(conn, owner, chat), shown.branch(conn, owner, chat, leaf))
    )
    running = visit.house.runs.running(owner, chat)
    return OpenChat(chat=ChatNoun.of(got, running), messages=[MessageNoun.of(one) for one in branch])


def _chat(visit: Visit[None] | Visit[ChatChange]) -> str:
    return identity(visit.request.path_params["chat"], "chat")


ENDPOINTS = (
    Endpoint("GET", CHATS, listed, Scope.PAGE, answer=ChatList),
    Endpoint("POST", CHATS, begin, Scope.PAGE, body=NewChat, answer=OpenChat),
    Endpoint("GET", CHAT, opened, Scope.PAGE, answer=OpenChat),
    Endpoint("PATCH", CHAT, change, Scope.PAGE, body=ChatChange, answer=OpenChat),
    Endpoint("DELETE", CHAT, delete, Scope.PAGE),
    Endpoint("GET", f"{CHAT}/export", export, Scope.PAGE),
    Endpoint("GET", "/app/api/search", found, Scope.PAGE, answer=Hits),
)
