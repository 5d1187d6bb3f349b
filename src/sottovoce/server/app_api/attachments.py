"""The texts given along with a question, each by itself: as a file, never as something to be rendered."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from sottovoce.server.app_api.nouns import identity, whole
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import attachments

ONE = "/app/api/chats/{chat}/messages/{message}/attachments/{number}"


async def text(visit: Visit[None]) -> Response:
    """Give one attachment as a file of plain text."""
    given, owner = visit.request.path_params, visit.caller.owner
    chat, message = identity(given["chat"], "chat"), identity(given["message"], "message")
    number = whole(given, "number", 1, 1, attachments.MOST)
    found = await visit.house.app.database.read(
        lambda conn: attachments.get(conn, owner, chat, message, number)
    )
    # The name's characters may be any; only this form of it takes them all.
    name = f"attachment; filename=\"attachment.txt\"; filename*=UTF-8''{quote(found.name, safe='')}"
    return Response(found.text, media_type="text/plain", headers={"Content-Disposition": name})


ENDPOINTS = (Endpoint("GET", ONE, text, Scope.PAGE),)
