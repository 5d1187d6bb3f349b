"""Letting in a phone of the same network: a link that works once, and the same to be read by a camera.

Opens no port: where nobody else can reach this server, it says so.
"""

from __future__ import annotations

import asyncio

from sottovoce.server.app_api.nouns import Noun
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.gate.hosts import written
from sottovoce.server.lan import Place, places, reaches
from sottovoce.server.sessions import LINK_SECONDS

BORDER = 4
"""Light modules around a code, as the standard has it."""


class QrNoun(Noun):
    """A QR code to be drawn: a square of `size` modules, and an SVG path over the dark ones."""

    size: int
    path: str


class ShareNoun(Noun):
    """`link` is good once, for `seconds`; null where no phone reaches this server, nor does one `code`.

    `interface` names the network. `is_in_network`: this machine is in one that a phone could be in.
    """

    link: str | None
    code: QrNoun | None
    interface: str
    seconds: int
    is_in_network: bool


async def share(visit: Visit[None]) -> ShareNoun:
    """Make a link that signs a phone in, once, within ten minutes, where a phone reaches this server."""
    found = await asyncio.to_thread(places)
    reached = _reached(found, visit.house.ends)
    link = None
    if reached is not None:
        place, port = reached
        link = f"http://{written(place.address, port)}{visit.house.doors.sessions.new_link()}"
    return ShareNoun(
        link=link,
        code=None if link is None else drawn(link),
        interface="" if reached is None else reached[0].interface,
        seconds=int(LINK_SECONDS),
        is_in_network=bool(found),
    )


def _reached(found: list[Place], ends: tuple[tuple[str, int], ...]) -> tuple[Place, int] | None:
    """Return the likeliest of these addresses that meets this server, and its port there."""
    for place in found:
        for host, port in ends:
            if reaches(place, host):
                return place, port
    return None


def drawn(text: str) -> QrNoun:
    """Return a QR code for this text."""
    import segno

    rows = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(border=BORDER)]
    return QrNoun(size=len(rows), path="".join(_row(at, row) for at, row in enumerate(rows)))


def _row(at: int, row: list[int]) -> str:
    """Return the path over the dark modules of one row, each run of them a rectangle."""
    path, begun = [], None
    for column, dark in enumerate([*row, 0]):
        if dark and begun is None:
            begun = column
        if not dark and begun is not None:
            path.append(f"M{begun} {at}h{column - begun}v1H{begun}z")
            begun = None
    return "".join(path)


ENDPOINTS = (Endpoint("POST", "/app/api/share", share, Scope.PAGE, answer=ShareNoun),)
