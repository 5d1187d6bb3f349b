"""The API's own description: the document that tools read, and the page that people read.

Both are made from the endpoints and their nouns when somebody first asks, and load nothing from elsewhere.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import cached_property
from importlib import resources

from starlette.responses import Response

from sottovoce.server.description.document import describe as describe
from sottovoce.server.description.page import render
from sottovoce.server.endpoint import Endpoint, Visit

STYLE = "/docs/docs.css"


def pages(endpoints: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """Return the places that describe these endpoints, and themselves."""
    pages = _Pages(endpoints)
    return pages.endpoints


class _Pages:
    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.endpoints = (
            Endpoint("GET", "/openapi.json", self.show_document, scope=None),
            Endpoint("GET", "/docs", self.show_page, scope=None),
            Endpoint("GET", STYLE, self.show_style, scope=None),
        )
        self._described = (*endpoints, *self.endpoints)

    async def show_document(self, visit: Visit[None]) -> Response:
        """Describe this API for tools, as OpenAPI 3.1."""
        return Response(await asyncio.to_thread(lambda: self._document), media_type="application/json")

    async def show_page(self, visit: Visit[None]) -> Response:
        """Describe this API for people."""
        return Response(await asyncio.to_thread(lambda: self._page), media_type="text/html")

    async def show_style(self, visit: Visit[None]) -> Response:
        """Return the style of that page."""
        return Response(
            resources.files(__package__).joinpath("docs.css").read_text("utf-8"), media_type="text/css"
        )

    @cached_property
    def _document(self) -> str:
        return json.dumps(describe(self._described), ensure_ascii=False)

    @cached_property
    def _page(self) -> str:
        return render(describe(self._described), style=STYLE)
