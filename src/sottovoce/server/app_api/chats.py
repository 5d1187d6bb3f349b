"""The person's chats: list, open, begin, change, put in order, search, export, delete."""

from __future__ import annotations

import time
from collections.abc import Sequence
from sqlite3 import Connection
from typing import Any

from starlette.responses import Response

from sottovoce.chat import shelved
from sottovoce.chat.elsewhere import choosing, consent, routing
from sottovoce.core.errors import BadValue
from sottovoce.erasing import delete_all_chats, delete_chat
from sottovoce.server.app_api import context
from sottovoce.server.app_api.nouns import identity, settings_of, whole
from sottovoce.server.app_api.nouns_chats import (
    ChatChange,
    ChatList,
    ChatNoun,
    FolderChange,
    FolderList,
    FolderNoun,
    HitNoun,
    Hits,
    MessageNoun,
    NewChat,
    OpenChat,
    Versions,
)
from sottovoce.server.app_api.nouns_runs import RouteNoun, RunNoun
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import chats, hidden, order, search, shown
from sottovoce.store.rows import Chat

CHATS = "/app/api/chats"
CHAT = f"{CHATS}/{{chat}}"
MOST_SHOWN = 200
ARCHIVED = {"no": False, "only": True, "also": None}


async def listed(visit: Visit[None]) -> ChatList:
    """List the chats, pinned ones first, then the one changed last: `limit` of them, after `before`.

    `archived` is no (if left out), only or also; `folder` is the one they are in, empty for none.
    `unfiled` yes: those in no folder, and the pinned ones wherever they are.
    """
    query, owner = visit.request.query_params, visit.caller.owner
    limit, before = whole(query, "limit", 50, 1, MOST_SHOWN), query.get("before")
    archived, folder = _archived(query.get("archived", "no")), query.get("folder")
    unfiled = query.get("unfiled") == "yes"
    page = await visit.house.app.database.read(
        lambda conn: shown.page(conn, owner, limit, before, archived=archived, folder=folder, unfiled=unfiled)
    )
    running = visit.house.runs.running(owner)
    return ChatList(chats=[ChatNoun.of(chat, running) for chat in page.chats], further=page.further)


async def folders(visit: Visit[None]) -> FolderList:
    """List the folders that chats are in, with how many."""
    owner = visit.caller.owner
    found = await visit.house.app.database.read(lambda conn: order.folders(conn, owner))
    return FolderList(folders=[FolderNoun.of(folder) for folder in found])


async def change_folder(visit: Visit[FolderChange]) -> FolderList:
    """Call a folder otherwise, or dissolve it, and list what there is then."""
    owner, body = visit.caller.owner, visit.body

    def work(conn: Connection) -> list[order.Folder]:
        order.rename_folder(conn, owner, body.name, body.to)
        return order.folders(conn, owner)

    found = await visit.house.app.database.run(work)
    visit.house.changes.tell(What.CHATS, owner=owner)
    return FolderList(folders=[FolderNoun.of(folder) for folder in found])


async def begin(visit: Visit[NewChat]) -> OpenChat:
    """Begin an empty chat."""
    app, owner, body = visit.house.app, visit.caller.owner, visit.body
    settings, shelves = settings_of(body.settings), await _shelves(visit, body.knowledge)
    if body.temporary:
        chat = await visit.house.temporary.begin(owner, body.system, settings, shelves, quote=body.quote)
        noun = ChatNoun.of(chat, [], temporary=True)
        return OpenChat(chat=noun, context=await context.of(app, chat, []), messages=[])
    system = app.instructions(app.model) if body.system is None else body.system
    now = time.time()

    def work(conn: Connection) -> Chat:
        chat = chats.start(
            conn, owner, system=system, model=app.model.name, now=now, settings=settings,
            shelves=shelves, quote=body.quote,
        )  # fmt: skip
        chats.rename(conn, owner, chat.id, body.title)
        return chats.get(conn, owner, chat.id)

    chat = await app.database.run(work)
    tell(visit, chat.id)
    return OpenChat(chat=ChatNoun.of(chat, []), context=await context.of(app, chat, []), messages=[])


async def opened(visit: Visit[None]) -> OpenChat:
    """Show a chat and the branch its reader is at, or the one that ends at `leaf`."""
    leaf = visit.request.query_params.get("leaf")
    return await show(visit, _chat(visit), None if leaf is None else identity(leaf, "message"))


async def versions(visit: Visit[None]) -> Versions:
    """Show all that could stand in a message's place, such as the answers to one question."""
    owner, chat = visit.caller.owner, _chat(visit)
    message = identity(visit.request.path_params["message"], "message")
    place = visit.house.place(owner, chat)
    found = await place.database.read(lambda conn: shown.versions(conn, owner, chat, message))
    return Versions(messages=[MessageNoun.of(one) for one in found])


async def change(visit: Visit[ChatChange]) -> OpenChat:
    """Change a chat: title, instructions, settings, shelves, route, branch, or its place in the list."""
    owner, chat, body = visit.caller.owner, _chat(visit), visit.body
    place, settings = visit.house.place(owner, chat), settings_of(body.settings)
    shelves = None if body.knowledge is None else await _shelves(visit, body.knowledge)
    route = None if body.route is None else routing.meant(visit.house.app.router(), body.route.choice())
    if place.is_temporary and body.temporary is None:
        _check_order(body)

    def work(conn: Connection) -> None:
        now = chats.get(conn, owner, chat)
        if body.title is not None:
            chats.rename(conn, owner, chat, body.title)
        if body.system is not None:
            chats.set_system(conn, owner, chat, body.system)
        if "settings" in body.model_fields_set:
            chats.set_settings(conn, owner, chat, settings)
        if shelves is not None or body.quote is not None:
            asks = now.shelves if shelves is None else shelves
            quote = now.quote if body.quote is None else body.quote
            chats.set_shelves(conn, owner, chat, asks, quote=quote)
        if "route" in body.model_fields_set:
            choosing.put(conn, owner, chat, route)
        if body.leaf is not None:
            chats.go_to(conn, owner, chat, body.leaf)
        _put_in_order(conn, owner, chat, body)

    if body.temporary is False:
        await visit.house.temporary.keep(owner, chat, visit.house.app.database)
        place = visit.house.place(owner, chat)
    await place.database.run(work)
    tell(visit, chat)
    return await show(visit, chat)


async def _shelves(visit: Visit[Any], names: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the caller's shelves of these names. Raises NotFound."""
    found = await shelved.opened(visit.house.app.shelves, visit.caller.owner, names)
    return tuple(shelf.row.id for shelf in found)


def _check_order(body: ChatChange) -> None:
    """Raise BadValue where a temporary chat is to be put somewhere."""
    for name in ("pinned", "archived", "folder"):
        if getattr(body, name) is not None:
            raise BadValue(
                "A temporary chat is in no list.", hint="Keep it first: temporary false", field=name
            )


def _put_in_order(conn: Connection, owner: str, chat: str, body: ChatChange) -> None:
    if body.pinned is not None:
        order.pin(conn, owner, chat, pinned=body.pinned)
    if body.archived is not None:
        order.archive(conn, owner, chat, archived=body.archived)
    if body.folder is not None:
        order.put_in(conn, owner, chat, body.folder)


async def delete(visit: Visit[None]) -> Response:
    """Delete a chat so that nothing of it is left. An answer being written in it is stopped first."""
    chat, app, owner = _chat(visit), visit.house.app, visit.caller.owner
    if visit.house.place(owner, chat).is_temporary:
        await visit.house.temporary.end(owner, chat)
        tell(visit, chat)
        return Response(status_code=204)
    await app.database.read(lambda conn: chats.get(conn, owner, chat))
    await visit.house.runs.forget(owner, chat)
    try:
        await delete_chat(app.home, app.database, chat, owner, app.engines)
    finally:
        tell(visit, chat)  # its rows go first; whatever fails after that, it is not listed any more
    return Response(status_code=204)


async def delete_all(visit: Visit[None]) -> Response:
    """Delete all chats, archived and temporary ones too, so that nothing of them is left."""
    house, owner = visit.house, visit.caller.owner
    await house.runs.forget(owner)
    try:
        try:
            await house.temporary.end_all(owner)
        finally:  # whatever an engine answers, none of the others may stay
            await delete_all_chats(house.app.home, house.app.database, owner, house.app.engines)
    finally:
        house.changes.tell(What.CHATS, owner=owner)
    return Response(status_code=204)


async def found(visit: Visit[None]) -> Hits:
    """Find the messages that hold every word of `q`, the best first."""
    query, owner = visit.request.query_params, visit.caller.owner
    text, limit = query.get("q", ""), whole(query, "limit", 20, 1, MOST_SHOWN)
    if not text.strip():
        raise BadValue("There is nothing to look for.", hint="Give words as q", field="q")
    hits = await visit.house.app.database.read(lambda conn: search.find(conn, owner, text, limit))
    return Hits(hits=[HitNoun.of(hit) for hit in hits])


async def show(visit: Visit[Any], chat: str, leaf: str | None = None) -> OpenChat:
    """Return a chat as it is now, with the branch its reader is at, or another."""
    owner = visit.caller.owner
    place = visit.house.place(owner, chat)
    got, branch, always, route = await place.database.read(
        lambda conn: (
            chats.get(conn, owner, chat),
            shown.branch(conn, owner, chat, leaf),
            hidden.always(conn, owner, chat),
            choosing.of(conn, owner, chat),
        )
    )
    running = place.runs.running(owner, chat)
    return OpenChat(
        chat=ChatNoun.of(got, running, temporary=place.is_temporary),
        context=await context.of(visit.house.app, got, [one.message for one in branch]),
        messages=[MessageNoun.of(one) for one in branch],
        always=consent.named(always),
        route=None if route is None else RouteNoun.of(route),
        runs=[RunNoun.of(asked) for asked in running],
    )


def tell(visit: Visit[Any], chat: str) -> None:
    """Have every window know that this chat changed."""
    visit.house.changes.tell(What.CHAT, chat, visit.caller.owner)


def _archived(given: str) -> bool | None:
    """Return what the list's `archived` means to shown.page. Raises BadValue."""
    if given not in ARCHIVED:
        raise BadValue(
            f"archived is one of {', '.join(ARCHIVED)}.", hint="Leave it out for no", field="archived"
        )
    return ARCHIVED[given]


def _chat(visit: Visit[None] | Visit[ChatChange]) -> str:
    return identity(visit.request.path_params["chat"], "chat")


ENDPOINTS = (
    Endpoint("GET", CHATS, listed, Scope.PAGE, answer=ChatList),
    Endpoint("POST", CHATS, begin, Scope.PAGE, body=NewChat, answer=OpenChat),
    Endpoint("GET", CHAT, opened, Scope.PAGE, answer=OpenChat),
    Endpoint("PATCH", CHAT, change, Scope.PAGE, body=ChatChange, answer=OpenChat),
    Endpoint("DELETE", CHAT, delete, Scope.PAGE),
    Endpoint("DELETE", CHATS, delete_all, Scope.PAGE),
    Endpoint("GET", f"{CHAT}/messages/{{message}}/versions", versions, Scope.PAGE, answer=Versions),
    Endpoint("GET", "/app/api/folders", folders, Scope.PAGE, answer=FolderList),
    Endpoint("PATCH", "/app/api/folders", change_folder, Scope.PAGE, body=FolderChange, answer=FolderList),
    Endpoint("GET", "/app/api/search", found, Scope.PAGE, answer=Hits),
)
