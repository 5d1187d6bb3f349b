"""A bundle at an address: what is read of it comes through the door, from that address and no other.

Believes nothing: its metadata goes the same way as a stick's. What is large is brought by fetching.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from sottovoce.core.errors import BadValue, NetworkProblem
from sottovoce.net.address import Where, without_secrets
from sottovoce.net.answer import Declined, Limits
from sottovoce.net.door import Door
from sottovoce.net.fetch import opened
from sottovoce.net.policy import Purpose
from sottovoce.updates.folder import NAME, Folder
from sottovoce.updates.metadata import damaged
from sottovoce.updates.trust import TIMESTAMP_LIMIT

MISSING = frozenset((403, 404, 410))
"""How servers say that there is no such file; those of clouds forbid what is not there."""

PAGES = ("text/html", "application/xhtml+xml")
PATIENT = Limits(0, 300.0, slowest=512)
"""How slowly metadata may come. How much of each may come its reader says."""

SCHEMES = ("https://", "http://")


def is_address(text: str) -> bool:
    """Tell whether a bundle is named by an address and not by a path."""
    return text.lower().startswith(SCHEMES)


def side_of(url: str) -> Where:
    """Return where an address may lead: without TLS only within the house."""
    return Where.INSIDE if url.lower().startswith("http://") else Where.ANYWHERE


class Far(Folder):
    """A bundle at an address. `root` is where its blobs come to, in the home.

    What was read once is not asked for again, so that what is shown is what is taken.
    """

    def __init__(self, url: str, door: Door, root: Path, limits: Limits = PATIENT) -> None:
        super().__init__(root)
        self.url = url
        self.door = door
        self._limits = limits
        self._read: dict[Path, bytes | None] = {}

    def bounded(self, path: Path, limit: int) -> bytes | None:
        """Return a file's content, None where there is none. Raises BadBundle, and what the door raises."""
        if path not in self._read:
            self._read[path] = asyncio.run(self._fetched(self.url_of(path), limit))
        data = self._read[path]
        if data is not None and len(data) > limit:
            raise damaged(f"{path.name} is longer than it may be")
        return data

    def url_of(self, path: Path) -> str:
        """Return the address of what has this place in the folder."""
        return f"{self.url}/{path.relative_to(self.root).as_posix()}"

    async def _fetched(self, url: str, limit: int) -> bytes | None:
        limits = replace(self._limits, bytes=limit)
        try:
            async with opened(
                self.door, url, purpose=Purpose.DOWNLOAD, explicit=True, limits=limits, follow=False
            ) as answer:
                if answer.facts.kind in PAGES:
                    raise NetworkProblem(
                        f"{urlsplit(url).hostname} answers with a web page, and not with a bundle.",
                        hint="Check the address, and whether this network wants you to sign in first",
                    )
                return b"".join([piece async for piece in answer.pieces()])
        except Declined as problem:
            if problem.status in MISSING:
                return None
            raise


def find(url: str, door: Door, root: Path, limits: Limits = PATIENT) -> Far:
    """Return the bundle that a person means: at this address, or in a folder below. Raises BadValue.

    And what the door raises.
    """
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise BadValue(
            "The address of a bundle ends with its folder: no ? or # can stand in it.",
            hint=f"For example: https://example.org/updates, where {NAME} lies",
        )
    base = url.rstrip("/")
    for place in (base,) if base.endswith(f"/{NAME}") else (f"{base}/{NAME}", base):
        far = Far(place, door, root, limits)
        if far.read("timestamp.json", TIMESTAMP_LIMIT) is not None:
            return far
    raise BadValue(
        f"There is no bundle at {without_secrets(url)}.",
        hint=f"Give the address of the folder in which {NAME} lies",
    )
