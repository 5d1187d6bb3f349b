"""The person's presets, and what holds where a chat sets nothing."""

from __future__ import annotations

import asyncio
import time

from starlette.responses import Response

from sottovoce.chat import prompt
from sottovoce.core.chat_settings import SPANS
from sottovoce.core.sampling import laid_over
from sottovoce.engine import drawing
from sottovoce.server import served
from sottovoce.server.app_api import context
from sottovoce.server.app_api.nouns import SettingsNoun, identity
from sottovoce.server.app_api.nouns_settings import (
    DefaultsNoun,
    NewPreset,
    PresetList,
    PresetNoun,
    RangeNoun,
)
from sottovoce.server.caller import Scope
from sottovoce.server.changes import What
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store import presets

ALL = "/app/api/presets"
ONE = f"{ALL}/{{preset}}"


async def listed(visit: Visit[None]) -> PresetList:
    """List the presets by their names."""
    owner = visit.caller.owner
    found = await visit.house.app.database.read(lambda conn: presets.listed(conn, owner))
    return PresetList(presets=[PresetNoun.of(preset) for preset in found])


async def add(visit: Visit[NewPreset]) -> PresetNoun:
    """Keep instructions and settings under a name."""
    body, owner, settings = visit.body, visit.caller.owner, visit.body.settings.checked()
    added = await visit.house.app.database.run(
        lambda conn: presets.add(
            conn, owner, name=body.name, system=body.system, settings=settings, now=time.time()
        )
    )
    _tell(visit)
    return PresetNoun.of(added)


async def change(visit: Visit[NewPreset]) -> PresetNoun:
    """Put all of a preset anew. Chats that it was used for stay as they are."""
    body, owner, settings = visit.body, visit.caller.owner, visit.body.settings.checked()
    preset, database = _preset(visit), visit.house.app.database
    changed = await database.run(
        lambda conn: presets.change(
            conn, owner, preset, name=body.name, system=body.system, settings=settings
        )
    )
    _tell(visit)
    await asyncio.to_thread(database.scrub)
    return PresetNoun.of(changed)


async def remove(visit: Visit[None]) -> Response:
    """Delete a preset so that nothing of it is left. Chats that it was used for stay as they are."""
    owner, preset, database = visit.caller.owner, _preset(visit), visit.house.app.database
    await database.run(lambda conn: presets.remove(conn, owner, preset))
    _tell(visit)
    await asyncio.to_thread(database.scrub)
    return Response(status_code=204)


async def defaults(visit: Visit[None]) -> DefaultsNoun:
    """Tell what holds where a chat sets nothing, with the usual model or with `model`."""
    app, name = visit.house.app, visit.request.query_params.get("model")
    model = app.model if name is None else await served.find(app, name)
    header = await served.header(model)
    window = context.window_in(app, header)
    drawn = laid_over(laid_over(drawing.of(header), model.sampling), app.sampling(model))
    told = {name: getattr(drawn, name) for name in SPANS if name not in ("seed", "context")}
    longest = drawn.max_tokens or prompt.room_for_answer(window)
    return DefaultsNoun(
        system=app.instructions(model),
        settings=SettingsNoun(
            **{**told, "max_tokens": longest, "context": window}, tools=app.standing().tools == "on"
        ),
        window=window,
        ranges={name: RangeNoun.of(span) for name, span in SPANS.items()},
    )


def _tell(visit: Visit[None] | Visit[NewPreset]) -> None:
    """Have every window know that the presets changed."""
    visit.house.changes.tell(What.SETTINGS, owner=visit.caller.owner)


def _preset(visit: Visit[None] | Visit[NewPreset]) -> str:
    return identity(visit.request.path_params["preset"], "preset")


ENDPOINTS = (
    Endpoint("GET", ALL, listed, Scope.PAGE, answer=PresetList),
    Endpoint("POST", ALL, add, Scope.PAGE, body=NewPreset, answer=PresetNoun),
    Endpoint("PUT", ONE, change, Scope.PAGE, body=NewPreset, answer=PresetNoun),
    Endpoint("DELETE", ONE, remove, Scope.PAGE),
    Endpoint("GET", "/app/api/defaults", defaults, Scope.PAGE, answer=DefaultsNoun),
)
