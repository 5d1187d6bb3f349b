"""What left this machine, for the badge that says that nothing did."""

from __future__ import annotations

import asyncio

from sottovoce.server.app_api.nouns import whole
from sottovoce.server.app_api.nouns_ledger import LedgerNoun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit

MOST_SHOWN = 200


async def shown(visit: Visit[None]) -> LedgerNoun:
    """Show what left this machine, the newest first: `limit` of them, before the one named by `before`."""
    query = visit.request.query_params
    limit, before = whole(query, "limit", 50, 1, MOST_SHOWN), query.get("before")
    return LedgerNoun.of(await asyncio.to_thread(visit.house.app.ledger.page, limit, before))


ENDPOINTS = (Endpoint("GET", "/app/api/ledger", shown, Scope.PAGE, answer=LedgerNoun),)
