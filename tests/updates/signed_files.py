"""A signer with real keys, and the bundles that he signs, as bytes in memory. Attackers change them."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata

from sottovoce.core.errors import BadBundle
from sottovoce.updates import keys, rotating, signing
from sottovoce.updates.folder import Folder
from sottovoce.updates.metadata import written
from sottovoce.updates.rotating import Change
from sottovoce.updates.trust import Target

NOW = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(days=1)
FOREVER = NOW + datetime.timedelta(days=20_000)

Files = dict[str, bytes]


class SignerAtWork:
    """Keys in a folder, and a stick. `files` are those of the last bundle, by name."""

    def __init__(self, folder: Path, name: str = "Clinic IT", roots: int = 3, threshold: int = 2) -> None:
        self.keys = folder / "keys"
        self.stick = Folder(folder / "stick" / "sotto-bundle")
        self.stick.root.mkdir(parents=True)
        keys.make(self.keys, name, roots, threshold, NOW)

    def publish(self, *contents: bytes, now: datetime.datetime = NOW, days: int = 180) -> Files:
        """Sign for these contents, and return the metadata."""
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        targets = {one: Target(len(content), one) for one, content in zip(digests, contents, strict=True)}
        signing.publish(self.stick, self.keys, targets, now, days)
        return {path.name: path.read_bytes() for path in self.stick.metadata.iterdir()}

    def renew(self, *replaced: str) -> None:
        rotating.renew(self.keys, (), Change(replaced), NOW)

    def key(self, role: str) -> CryptoSigner:
        return keys.load(self.keys / f"{role}.key")

    def root_keys(self) -> list[CryptoSigner]:
        return [keys.load(path) for path in sorted(self.keys.glob("root-?.key"))]

    def signing(self, role: str) -> list[CryptoSigner]:
        return self.root_keys() if role == "root" else [self.key(role)]


def reader(files: Files) -> Callable[[str, int], bytes | None]:
    """Return what reads these files within bounds, as a folder does."""

    def read(name: str, limit: int) -> bytes | None:
        data = files.get(name)
        if data is not None and len(data) > limit:
            raise BadBundle("longer than it may be")
        return data

    return read


def name_of(files: Files, role: str) -> str:
    """Return the newest file of a role."""
    found = [name for name in files if name.endswith(f"{role}.json")]
    return max(found, key=lambda name: int(name.partition(".")[0]) if role != "timestamp" else 0)


def signed_again(
    files: Files, role: str, change: Callable[[dict[str, Any]], None], signer: SignerAtWork
) -> Files:
    """Return the files with one role changed and signed by its own keys, and all that vouches for it."""
    return rejoined(files, role, resigned(files[name_of(files, role)], change, signer.signing(role)), signer)


def resigned(data: bytes, change: Callable[[dict[str, Any]], None], by: Sequence[CryptoSigner]) -> bytes:
    """Return a file with what is signed in it changed, signed by these keys alone."""
    said = json.loads(data)
    change(said["signed"])
    metadata: Metadata[Any] = Metadata.from_dict(said)
    metadata.signatures.clear()
    for key in by:
        metadata.sign(key, append=True)
    return written(metadata)


def rejoined(files: Files, role: str, data: bytes, signer: SignerAtWork) -> Files:
    """Put a file in its place, and have the roles above vouch for it, by their own keys."""
    changed = {**files, name_of(files, role): data}
    above = {"targets": "snapshot", "snapshot": "timestamp"}.get(role)
    if above is None:
        return changed

    def vouch(signed: dict[str, Any]) -> None:
        meta = signed["meta"][f"{role}.json"]
        meta["length"], meta["hashes"] = len(data), {"sha256": hashlib.sha256(data).hexdigest()}

    return signed_again(changed, above, vouch, signer)
