"""A bundle that was opened: believed, and its contents read. What is in it is checked when it is copied."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass

from sottovoce.updates import contents
from sottovoce.updates.contents import Delta, File, Item
from sottovoce.updates.copying import Piece
from sottovoce.updates.folder import Folder
from sottovoce.updates.metadata import damaged
from sottovoce.updates.roots import Trusted
from sottovoce.updates.trust import Verdict, verify


@dataclass(frozen=True, slots=True)
class Bundle:
    folder: Folder
    verdict: Verdict
    items: tuple[Item, ...]

    def pieces(self, item: Item, at: int) -> list[Piece]:
        """Return where the bytes of one of an item's files lie."""
        spans = item.files[at].spans()
        return [Piece(self.folder.blob(digest), 0, size, digest) for digest, size in spans]

    def delta(self, delta: Delta) -> Piece:
        """Return where the bytes of a delta lie."""
        return Piece(self.folder.blob(delta.sha256), 0, delta.size, delta.sha256)


def open_bundle(folder: Folder, trusted: Trusted, when: datetime.datetime) -> Bundle:
    """Return what a folder holds. Raises BadBundle and Untrusted; see trust.verify."""
    verdict = verify(trusted, folder.read, when)
    target = verdict.targets.get(contents.NAME)
    if target is None or target.size > contents.LIMIT:
        raise damaged("it does not say what it holds")
    data = folder.bounded(folder.blob(target.sha256), target.size)
    if data is None or hashlib.sha256(data).hexdigest() != target.sha256:
        raise damaged(f"{contents.NAME} is not what was signed")
    items = contents.parsed(data)
    for item in items:
        for file in item.files:
            for digest, size in lying(file):
                signed = verdict.targets.get(digest)
                if signed is None or (signed.size, signed.sha256) != (size, digest):
                    raise damaged(f"nobody signed for {file.name}")
    return Bundle(folder, verdict, items)


def lying(file: File) -> list[tuple[str, int]]:
    """Return all that lies on the stick of a file, each with its bytes."""
    deltas = [(delta.sha256, delta.size) for delta in file.deltas]
    return [*(file.spans() if file.whole else ()), *deltas]
