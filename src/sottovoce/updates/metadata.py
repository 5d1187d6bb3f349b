"""One signed file of a bundle: read strictly, and held against who may sign it.

Bytes in, metadata or BadBundle out. Only Ed25519, only one way of writing it, and no signature that does not
hold: whatever else python-tuf would pass over in a file that has enough good ones.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from sottovoce.core.errors import BadBundle

if TYPE_CHECKING:
    from tuf.api.metadata import Key, Metadata, Root, Snapshot, Targets, Timestamp

    Kind = TypeVar("Kind", Root, Timestamp, Snapshot, Targets)
else:
    Kind = TypeVar("Kind")

ASK = "Ask whoever made it for a new one"
MOST_KEYS = 40

_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_PUBLIC = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Signed(Generic[Kind]):
    """A file that was believed, as it was read."""

    metadata: Metadata[Kind]
    data: bytes


def parsed(kind: type[Kind], data: bytes, role: str) -> Metadata[Kind]:
    """Return the metadata of a role. Raises BadBundle where it is none, or not written as ours is."""
    from tuf.api.serialization import DeserializationError, SerializationError

    try:
        metadata = _metadata().from_bytes(data)
        is_ours = written(metadata) == data
    except (DeserializationError, SerializationError, ValueError, RecursionError) as problem:
        raise damaged(f"{role}.json cannot be read", problem) from problem
    if not isinstance(metadata.signed, kind):
        raise damaged(f"{role}.json is something else")
    if not is_ours:
        raise damaged(f"{role}.json is not written as it was signed")
    _check_keys(metadata.signed)
    return cast("Metadata[Kind]", metadata)


def written(metadata: Metadata[Any]) -> bytes:
    """Return the one way in which metadata stands in a file."""
    from tuf.api.serialization.json import JSONSerializer

    return metadata.to_bytes(JSONSerializer(compact=True))


def require(root: Root, role: str, metadata: Metadata[Any], beside: Root | None = None) -> None:
    """Raise BadBundle unless enough of a role's keys have signed, and no signature is one too many.

    `beside`: another root whose keys may sign as well, where keys are replaced.
    """
    payload = metadata.signed_bytes
    known = _keys(root, role) | (_keys(beside, role) if beside is not None else {})
    for name, signature in metadata.signatures.items():
        key = known.get(name)
        is_plain = _SIGNATURE.fullmatch(signature.signature) and not signature.unrecognized_fields
        if key is None or not is_plain or not _holds(key, signature, payload):
            raise damaged(f"a signature of {role}.json does not hold")
    require_enough(root, role, metadata)


def require_enough(root: Root, role: str, metadata: Metadata[Any]) -> None:
    """Raise BadBundle unless enough of a role's keys have signed, whoever else has."""
    from tuf.api.exceptions import UnsignedMetadataError

    try:
        root.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except (UnsignedMetadataError, ValueError) as problem:
        raise damaged(f"{role}.json is not signed by enough of its keys", problem) from problem


def damaged(reason: str, problem: Exception | None = None) -> BadBundle:
    """Return what to raise where a bundle is not as it was signed."""
    return BadBundle(
        f"This bundle is damaged or forged: {reason}.",
        hint=f"{ASK}, and nothing of this one was taken",
        detail=None if problem is None else str(problem),
    )


def runs_out(what: str, expires: datetime.datetime, when: datetime.datetime) -> BadBundle:
    """Return what to raise where something was good only until a day that is gone."""
    return BadBundle(
        f"This bundle is too old to be taken: {what} ran out on {expires:%Y-%m-%d}, "
        f"and today is {when:%Y-%m-%d}.",
        hint=f"{ASK}. If this machine's clock is wrong, set it; if it has none that can be relied on: "
        "sotto settings set update_clock none",
    )


def _keys(root: Root, role: str) -> dict[str, Key]:
    return {name: root.keys[name] for name in root.roles[role].keyids}


def _check_keys(root: Any) -> None:
    """Look at what a root says of keys; nothing of the other roles has any."""
    from tuf.api.metadata import Root

    if not isinstance(root, Root):
        return
    publics = [str(key.keyval.get("public", "")) for key in root.keys.values()]
    kinds = {(key.keytype, key.scheme) for key in root.keys.values()}
    named = [name for role in root.roles.values() for name in role.keyids]
    if len(publics) > MOST_KEYS or kinds != {("ed25519", "ed25519")}:
        raise damaged("its keys are of a kind that is not used here")
    if not all(map(_PUBLIC.fullmatch, publics)) or len(set(publics)) < len(publics):
        raise damaged("one of its keys counts twice, or is none")
    if not set(named) <= set(root.keys) or not root.consistent_snapshot:
        raise damaged("it names keys that it does not have")


def _holds(key: Key, signature: Any, payload: bytes) -> bool:
    from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError

    try:
        key.verify_signature(signature, payload)
    except (UnverifiedSignatureError, VerificationError):
        return False
    return True


def _metadata() -> type[Metadata[Any]]:
    from tuf.api.metadata import Metadata

    return Metadata
