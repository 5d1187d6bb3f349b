"""Who signs bundles: told by the keys of a root, under a name and a fingerprint. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.updates.metadata import parsed, require_enough

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs. `threshold` of `keys` are needed to change who does."""

    name: str
    fingerprint: str
    keys: int
    threshold: int


def signer_of(root: bytes) -> Signer:
    """Return who signs by this root. It must be signed by itself. Raises BadBundle."""
    metadata = parsed_root(root)
    require_enough(metadata.signed, "root", metadata)
    role = metadata.signed.roles["root"]
    name = str(metadata.signed.unrecognized_fields.get("signer", ""))[:100]
    return Signer(name, fingerprint(metadata.signed), len(role.keyids), role.threshold)


def fingerprint(root: Root) -> str:
    """Return the digest of the public keys that may change all others, in eight groups of four.

    Of the keys themselves, not of what they are called: it stays when a root is renewed.
    """
    role = root.roles["root"]
    keys = sorted(str(root.keys[name].keyval["public"]) for name in role.keyids)
    digest = hashlib.sha256(f"sotto {role.threshold} {' '.join(keys)}".encode()).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def same_fingerprint(one: str, other: str) -> bool:
    """Tell whether two are the same, however they are written."""
    plain = [re.sub(r"[^0-9a-f]", "", text.lower()) for text in (one, other)]
    return plain[0] == plain[1] and len(plain[0]) == 32


def parsed_root(data: bytes) -> Metadata[Root]:
    """Return a root by its bytes. Raises BadBundle."""
    from tuf.api.metadata import Root

    return parsed(Root, data, "root")
