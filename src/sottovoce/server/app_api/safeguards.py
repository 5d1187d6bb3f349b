"""What safeguards did lately, for the owner of this home; see store/guard_log.py."""

from __future__ import annotations

import asyncio

from sottovoce.server.app_api.nouns import whole
from sottovoce.server.app_api.nouns_safeguards import ActNoun, SafeguardsNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.store.guard_log import GuardLog

MOST_SHOWN = 200


async def shown(visit: Visit[None]) -> SafeguardsNoun:
    """Show the profile, and what was refused, answered or noted: the newest `limit` acts."""
    app = visit.house.app
    limit = whole(visit.request.query_params, "limit", 50, 1, MOST_SHOWN)
    found, unreadable = await asyncio.to_thread(GuardLog(app.home.guard_log).entries)
    acts = [ActNoun.of(entry) for entry in reversed(found[-limit:])]
    return SafeguardsNoun(profile=app.standing().profile, acts=acts, count=len(found), unreadable=unreadable)


ENDPOINTS = (Endpoint("GET", "/app/api/safeguards", shown, Scope.PAGE, answer=SafeguardsNoun),)
