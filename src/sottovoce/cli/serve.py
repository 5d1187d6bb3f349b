"""sotto serve: the server of this home, for programs, browsers and other machines."""

from __future__ import annotations

import click

from sottovoce.cli._given import Given

EXAMPLES = """\b
Examples:
  sotto serve
  sotto serve --open
  sotto serve --port 0
  sotto keys add phone && sotto serve --host 0.0.0.0"""


@click.command(epilog=EXAMPLES)
@click.option("--host", metavar="H", help="Listen at this address; beyond this machine it takes a key.")
@click.option("--port", type=int, metavar="N", help="Listen at this port; 0 takes any free one.")
@click.option("--slots", type=int, metavar="N", help="Write so many answers at a time; 0 chooses.")
@click.option("--open", "open_browser", is_flag=True, help="Open your browser, signed in.")
@click.pass_obj
def serve(given: Given, /, host: str | None, port: int | None, slots: int | None, open_browser: bool) -> None:
    """An OpenAI-compatible server, on this machine or for others.

    Programs made for OpenAI, Anthropic or Ollama use it with the address it prints. While it runs, the
    chat in the terminal and sotto ask share its model. Ctrl-C stops it: answers under way are finished,
    or cut after ten seconds and kept.
    """
    from sottovoce.server.serve import Wish
    from sottovoce.server.serve import serve as run

    wanted = {"model": given.model, "host": host, "port": port, "slots": slots}
    run(given.open_home(), Wish(wanted, open_browser, given.debug), lambda text: _tell(given, text))


def _tell(given: Given, text: str) -> None:
    given.show.line(text)
    given.show.flush()  # whoever started us may wait for the address
