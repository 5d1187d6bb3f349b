"""The gate: every request passes here before anything of it is believed, whatever place it asks for.

It stands around the whole application, so that a place added later cannot be outside. Knows no places,
no keys and no bodies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sottovoce.core.errors import SottoError
from sottovoce.server.gate.answer import Answer
from sottovoce.server.gate.frame import check_head, check_target
from sottovoce.server.gate.hosts import Names
from sottovoce.server.gate.origins import Origins
from sottovoce.server.gate.shapes import shape_of


class Gate:
    """An ASGI application around another. `failed` is told of every request that is turned away.

    At the paths in `files` a body may be a file.
    """

    def __init__(
        self,
        inside: ASGIApp,
        names: Names,
        origins: Origins,
        failed: Callable[[SottoError], None],
        files: Collection[str] = (),
    ) -> None:
        self._inside = inside
        self._names = names
        self._origins = origins
        self._failed = failed
        self._files = frozenset(files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is spoken here, not {scope['type']}")
        headers = _by_name(scope["headers"])
        out = Answer(send, shape_of(scope["path"]))
        answer: ASGIApp
        try:
            self._check_name(scope, headers)
            out.more = self._origins.allowed(headers)
            self._check_rest(scope, headers)
        except SottoError as problem:
            self._failed(problem)
            answer = out.shape.response(problem)
        else:
            grant = self._origins.granted(scope["method"], headers)
            answer = self._inside if grant is None else _granting(grant)
        try:
            await answer(scope, receive, out)
        except asyncio.CancelledError:
            # Nothing but the end of the server cancels a request; its edge is here.
            await out.cut(scope, receive)

    def _check_name(self, scope: Scope, headers: dict[bytes, list[bytes]]) -> None:
        wire = (scope.get("extensions") or {}).get("sotto", {})
        self._names.check(headers.get(b"host", ()), scope.get("server"), socket=wire.get("socket") is True)

    def _check_rest(self, scope: Scope, headers: dict[bytes, list[bytes]]) -> None:
        self._origins.check(scope["method"], self._names.pages(headers[b"host"][0]), headers)
        check_target(scope.get("raw_path") or quote(scope["path"]).encode(), scope["query_string"])
        is_file = scope["path"] in self._files
        check_head(scope["method"], len(scope["headers"]), headers, is_file=is_file)


def _by_name(pairs: Sequence[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), []).append(value)
    return found


def _granting(grant: list[tuple[bytes, bytes]]) -> Response:
    response = Response()
    response.raw_headers.extend(grant)
    return response
