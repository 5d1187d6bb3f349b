"""Is a bundle's signed metadata to be believed? Bytes in, verdict out.

The client's workflow of The Update Framework, section 5 of its specification 1.0, on python-tuf's metadata.
Beyond it: a file has one way of being written, and every signature in it must hold, so that no bit of it can
be changed. Knows no disk and no clock. What tuf brings is loaded when a bundle is first looked at.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadBundle
from sottovoce.updates.metadata import (
    ASK,
    Kind,
    Signed,
    damaged,
    parsed,
    require,
    runs_out,
    written,
)
from sottovoce.updates.roots import Read, Trusted, follow
from sottovoce.updates.signer import Signer, parsed_root, signer_of

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp

TIMESTAMP_LIMIT = 64_000
SNAPSHOT_LIMIT = 64_000
TARGETS_LIMIT = 20_000_000
"""Bytes of each file: one that does not end is refused once it is longer."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Target:
    """A file that was signed for: its bytes and the SHA-256 of its content."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A bundle that is to be believed. `version` counts the bundles of a signer."""

    signer: Signer
    version: int
    made: datetime.datetime
    good_until: datetime.datetime
    targets: Mapping[str, Target]
    trusted: Trusted
    """What to keep in place of what was known before."""


def verify(trusted: Trusted, read: Read, when: datetime.datetime) -> Verdict:
    """Return what a bundle holds. `when`: the time by which it must not have run out.

    Raises BadBundle where it is damaged, forged, older than one that was believed, or has run out, and
    Untrusted where somebody else has signed it.
    """
    root = follow(trusted, read)
    trusted = _after_new_keys(trusted, root)
    if root.signed.is_expired(when):
        raise runs_out("the keys of its signer", root.signed.expires, when)
    timestamp = _timestamp(trusted, read, root, when)
    snapshot = _snapshot(trusted, read, root, timestamp, when)
    targets = _targets(read, root, snapshot, when)
    made = _made(timestamp.metadata.signed)
    newest = made if trusted.newest is None else max(made, trusted.newest)
    ends = (root.signed, timestamp.metadata.signed, snapshot.metadata.signed, targets.signed)
    return Verdict(
        signer_of(written(root)),
        timestamp.metadata.signed.version,
        made,
        min(each.expires for each in ends),
        {path: _target(path, file.length, file.hashes) for path, file in targets.signed.targets.items()},
        Trusted(written(root), timestamp.data, snapshot.data, newest),
    )


# ---- each role in turn ----


def _after_new_keys(trusted: Trusted, root: Metadata[Root]) -> Trusted:
    """Forget what was signed with keys that were replaced: whoever had them may have counted to the moon."""
    before = parsed_root(trusted.root).signed
    for role in ("timestamp", "snapshot"):
        if _public(before, role) != _public(root.signed, role):
            return Trusted(trusted.root)
    return trusted


def _timestamp(
    trusted: Trusted, read: Read, root: Metadata[Root], when: datetime.datetime
) -> Signed[Timestamp]:
    from tuf.api.metadata import Timestamp

    data = read("timestamp.json", TIMESTAMP_LIMIT)
    if data is None:
        raise damaged("timestamp.json is missing")
    new = parsed(Timestamp, data, "timestamp")
    require(root.signed, "timestamp", new)
    if trusted.timestamp is not None:
        old = parsed(Timestamp, trusted.timestamp, "timestamp").signed
        if new.signed.version < old.version:
            raise _older(detail=f"{new.signed.version} instead of {old.version}")
        if new.signed.version == old.version and data != trusted.timestamp:
            raise damaged("two different bundles have the same number")
        if new.signed.snapshot_meta.version < old.snapshot_meta.version:
            raise _older(detail=f"snapshot {new.signed.snapshot_meta.version} of {old.snapshot_meta.version}")
    if new.signed.is_expired(when):
        raise runs_out("its signature", new.signed.expires, when)
    return Signed(new, data)


def _snapshot(
    trusted: Trusted,
    read: Read,
    root: Metadata[Root],
    timestamp: Signed[Timestamp],
    when: datetime.datetime,
) -> Signed[Snapshot]:
    from tuf.api.metadata import Snapshot

    meta = timestamp.metadata.signed.snapshot_meta
    data = read(f"{meta.version}.snapshot.json", SNAPSHOT_LIMIT)
    new = _as_told(Snapshot, data, meta, "snapshot")
    require(root.signed, "snapshot", new)
    if trusted.snapshot is not None:
        old = parsed(Snapshot, trusted.snapshot, "snapshot").signed
        for name, before in old.meta.items():
            now = new.signed.meta.get(name)
            if now is None or now.version < before.version:
                raise _older(detail=f"{name} {now.version if now else 'is missing'}, {before.version} before")
    if new.signed.is_expired(when):
        raise runs_out("its signature", new.signed.expires, when)
    assert data is not None  # noqa: S101  (it was parsed)
    return Signed(new, data)


def _targets(
    read: Read, root: Metadata[Root], snapshot: Signed[Snapshot], when: datetime.datetime
) -> Metadata[Targets]:
    from tuf.api.metadata import Targets

    meta = snapshot.metadata.signed.meta.get("targets.json")
    if meta is None:
        raise damaged("it does not say what it holds")
    new = _as_told(Targets, read(f"{meta.version}.targets.json", TARGETS_LIMIT), meta, "targets")
    require(root.signed, "targets", new)
    if new.signed.is_expired(when):
        raise runs_out("its signature", new.signed.expires, when)
    return new


def _as_told(kind: type[Kind], data: bytes | None, meta: MetaFile, role: str) -> Metadata[Kind]:
    """Return a file that another one vouches for by length, hash and version."""
    from tuf.api.exceptions import LengthOrHashMismatchError

    if data is None:
        raise damaged(f"{meta.version}.{role}.json is missing")
    if meta.length is None or "sha256" not in (meta.hashes or {}):
        raise damaged(f"nothing vouches for {role}.json")
    try:
        meta.verify_length_and_hashes(data)
    except LengthOrHashMismatchError as problem:
        raise damaged(f"{role}.json is another one than it was signed with", problem) from problem
    found = parsed(kind, data, role)
    if found.signed.version != meta.version:
        raise damaged(f"{role}.json is of another version than it was signed with")
    return found


# ---- small things ----


def _target(path: str, size: int, hashes: Mapping[str, str]) -> Target:
    sha256 = hashes.get("sha256", "")
    if not _DIGEST.fullmatch(sha256):
        raise damaged(f"nothing vouches for {path[:80]!r}")
    return Target(size, sha256)


def _made(timestamp: Timestamp) -> datetime.datetime:
    try:
        made = datetime.datetime.fromisoformat(str(timestamp.unrecognized_fields.get("made", "")))
    except ValueError as problem:
        raise damaged("it does not say when it was made", problem) from problem
    return made if made.tzinfo else made.replace(tzinfo=datetime.UTC)


def _public(root: Root, role: str) -> tuple[int, list[str]]:
    found = root.roles[role]
    return found.threshold, sorted(str(root.keys[name].keyval["public"]) for name in found.keyids)


def _older(detail: str) -> BadBundle:
    return BadBundle(
        "This bundle is older than one that was applied here before, and nothing goes back unasked.",
        hint=f"{ASK}; to take the last update back: sotto update --roll-back",
        detail=detail,
    )
