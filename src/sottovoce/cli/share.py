"""sotto share: pair a phone that is in the same network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sottovoce.cli._given import Given
from sottovoce.cli._show import padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sottovoce.cli._show import Show
    from sottovoce.engine.sign import Sign
    from sottovoce.server.lan import Place

EXAMPLES = """\b
Examples:
  sotto share
  sotto share --host 192.168.1.20"""

LINK_SECONDS = 5.0
"""For a running server to make a link: it computes nothing for it."""


@click.command(epilog=EXAMPLES)
@click.option("--host", metavar="H", help="Of this machine's addresses, the one in the phone's network.")
@click.option("--port", type=int, metavar="N", help="Listen at this port; 0 takes any free one.")
@click.pass_obj
def share(given: Given, /, host: str | None, port: int | None) -> None:
    """Pair a phone in the same network.

    Shows a link, and the same as a QR code, that signs one browser in, once, within ten minutes. Nobody
    else is let in. Serves this home at an address of the local network meanwhile; where a server does so
    already, only makes one more link of it. Ctrl-C stops it; a phone that was let in need not be again, for
    30 days.
    """
    from sottovoce.engine import sign
    from sottovoce.server.lan import choose, places

    found = places()
    place = choose(found, host)
    home = given.open_home()
    running = sign.read(home)
    if running is not None:
        from sottovoce.cli._run import run

        link, place = run(_link_of(running, found, host))
        _tell(given.show, link, place, found, "Ctrl-C where the server runs")
        return
    _serve(given, place, found, port)


def _serve(given: Given, place: Place, found: Sequence[Place], port: int | None) -> None:
    """Serve until a signal ends it. Raises what `serve` does, in the words of this command."""
    from sottovoce.core.errors import BadValue
    from sottovoce.server.serve import Wish
    from sottovoce.server.serve import serve as run

    def tell(text: str) -> None:
        given.show.line(text)
        given.show.flush()

    def welcome(link: str) -> None:
        _tell(given.show, link, place, found, "Ctrl-C")

    wish = Wish({"model": given.model, "port": port}, debug=given.debug, lan=place.address, welcome=welcome)
    try:
        run(given.open_home(), wish, tell)
    except BadValue as problem:
        problem.hint = (problem.hint or "").replace("sotto serve", "sotto share")
        raise


async def _link_of(running: Sign, found: Sequence[Place], host: str | None) -> tuple[str, Place]:
    """Return a link of the server that runs, and where a phone reaches it.

    Raises Refused where it listens at none of these addresses, or not at the one named, or is stuck.
    """
    from sottovoce.core.errors import Refused
    from sottovoce.engine import pieces
    from sottovoce.engine.client import Address, Client, EngineGone
    from sottovoce.server.gate.hosts import written
    from sottovoce.server.lan import choose, reaches

    client = Client(Address(running.socket), refused=pieces.raised)
    try:
        made: dict[str, Any] = await client.call("POST", "/app/api/link", {}, seconds=LINK_SECONDS)
    except EngineGone as problem:
        raise Refused(
            f"The server of this home, at {running.address}, does not answer.",
            hint="End it where it runs, then: sotto share",
            detail=problem.sentence,
        ) from problem
    for place in [choose(found, host)] if host else found:
        for end in made.get("ends", []):
            if reaches(place, end["host"]):
                return f"http://{written(place.address, end['port'])}{made['link']}", place
    raise Refused(
        f"A server for this home runs already at {running.address}, and a phone does not reach it"
        f"{f' at {host}' if host else ''}.",
        hint="Stop it with Ctrl-C where it runs, then: sotto share" + (f" --host {host}" if host else ""),
    )


def _tell(show: Show, link: str, place: Place, found: Sequence[Place], stop: str) -> None:
    address = link.partition("/enter")[0]
    others = [f"sotto share --host {one.address}  ({one.interface})" for one in found if one != place]
    lines = [
        f"Sharing at {address} with the network of {place.interface}",
        "",
        f"  Your phone      {link}",
        "                  signs one browser in, once, within ten minutes",
        "                  without it, or a key of yours, nobody is let in",
        "  One more        sotto share, in another terminal",
        *(f"  {padded('' if at else show.words('Or at'), 14)}  {text}" for at, text in enumerate(others[:3])),
        "  Programs        need a key meanwhile, here as well: sotto keys add NAME",
        f"  To stop         {stop}; no phone reaches this machine then",
        "  To sign out     Settings, in the page: this browser, or every one",
        "",
        "This is plain HTTP: who listens in that network can read what is sent.",
        "Share where you trust it.",
    ]
    for line in lines:
        show.line(line)
    if show.on_terminal:
        _draw(show, link)
    show.flush()


def _draw(show: Show, link: str) -> None:
    """Draw the link for the phone's camera, where the window is wide enough for it."""
    from rich.text import Text

    from sottovoce.cli._qr import drawn

    lines = drawn(link)
    if len(lines[0]) > show.screen.width or not _can_draw(show):
        return
    show.line()
    for line in lines:
        show.screen.print(Text(line, style="bright_white on black"), no_wrap=True)


def _can_draw(show: Show) -> bool:
    try:
        "▀▄█".encode(show.screen.encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
