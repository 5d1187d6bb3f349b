"""The page: its document for each address that it has, its files, and what stands there without them.

The built files (built/) are made from web/ when the package is built. Knows nothing of what they show.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from starlette.responses import HTMLResponse, Response

from sottovoce.core.errors import NotFound
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.page.files import File, Files, read

BUILT = Path(__file__).parent / "built"
DOCUMENT = "index.html"
ADDRESSES = ("/", "/c/{chat}", "/models", "/models/get", "/settings", "/ledger", "/shelves", "/help")
"""Where the page can be opened; what it then shows is its own affair."""

KEPT_FOREVER = "max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
HASHED = "assets/"
"""Where the builder puts files whose names change with what is in them."""

WITHOUT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sottovoce</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/enter.css">
</head>
<body>
<main>
<h1>Sottovoce</h1>
<p>A private assistant runs here, on this machine. It was installed without its page.</p>
<p>To get the page, install it again without <code>SOTTO_SKIP_WEB</code>: in a checkout, <code>make run</code>
or <code>pip install .</code></p>
<p>Everything else works. Programs made for OpenAI reach it with the base URL <code>{base}/v1</code>, and
<code>sotto</code> is the chat in a terminal. <a href="/docs">What else can be asked here</a></p>
</main>
</body>
</html>
"""


def places(built: Path = BUILT) -> tuple[Endpoint, ...]:
    """Return the places of the page whose built files are in this folder."""
    page = _Page(built)
    return (
        *(Endpoint("GET", address, page.open, scope=None) for address in ADDRESSES),
        Endpoint("GET", "/page/{file:path}", page.give, scope=None),
    )


class _Page:
    def __init__(self, built: Path) -> None:
        self._built = built

    @cached_property
    def _files(self) -> Files:
        # All of them, once: an update under a running server must not mix two pages.
        return read(self._built)

    async def open(self, visit: Visit[None]) -> Response:
        """Show the page. It is the same for everybody, and holds nothing of anybody's."""
        if DOCUMENT not in self._files:
            # The gate has let in no Host but ours.
            return HTMLResponse(WITHOUT.format(base=f"http://{visit.request.headers['host'].lower()}"))
        return _given(visit, self._files[DOCUMENT], ASKED_AGAIN)

    async def give(self, visit: Visit[None]) -> Response:
        """Give a file of the page."""
        name = visit.request.path_params["file"]
        if name not in self._files:
            raise NotFound("The page has no such file.", hint="Load the page again: it may be a newer one")
        return _given(visit, self._files[name], KEPT_FOREVER if name.startswith(HASHED) else ASKED_AGAIN)


def _given(visit: Visit[None], file: File, kept: str) -> Response:
    asked = visit.request.headers
    # Weak: the same file, packed or not.
    headers = {"ETag": f"W/{file.tag}", "Cache-Control": kept, "Vary": "Accept-Encoding"}
    known = asked.get("if-none-match", "")
    if file.tag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Response(status_code=304, headers=headers)
    if file.packed is None or not _takes_packed(asked.get("accept-encoding", "")):
        return Response(file.content, media_type=file.kind, headers=headers)
    return Response(file.packed, media_type=file.kind, headers={**headers, "Content-Encoding": "gzip"})


def _takes_packed(accepted: str) -> bool:
    given = [one.replace(" ", "").lower().partition(";q=") for one in accepted.split(",")]
    return any(name == "gzip" and not re.fullmatch(r"0(\.0*)?", weight) for name, _, weight in given)
