"""Ollama's ways of changing its library of models, none of which is done over the network here."""

from __future__ import annotations

from typing import NoReturn

from sottovoce.core.errors import Unsupported
from sottovoce.server.endpoint import Visit

PLACES = (
    ("POST", "/api/pull"),
    ("POST", "/api/create"),
    ("POST", "/api/push"),
    ("POST", "/api/copy"),
    ("DELETE", "/api/delete"),
    ("POST", "/api/blobs/{digest}"),
)


async def refuse(visit: Visit[None]) -> NoReturn:
    """Refuse: the models here are changed at the machine itself."""
    raise Unsupported(
        "Models are not fetched, made or removed through this address.",
        hint="At the machine itself: put a GGUF file into the models folder and name it with"
        " sotto settings set model FILE; sotto models list shows what is there",
    )
