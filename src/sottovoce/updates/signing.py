"""Signs what a bundle holds, and lays the metadata on the stick: at any moment it is the old or the new.

Each version has files of its own; the timestamp, which names the others, is written last.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sottovoce.core.errors import BadBundle, BadValue
from sottovoce.core.paths import sync_folder, write_whole
from sottovoce.updates import keys, rotating
from sottovoce.updates.copying import writing
from sottovoce.updates.folder import Folder
from sottovoce.updates.metadata import parsed, require, written
from sottovoce.updates.signer import Signer, signer_of
from sottovoce.updates.trust import TIMESTAMP_LIMIT, Target

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root, Timestamp

COUNTER = "versions.json"


@dataclass(frozen=True, slots=True)
class Published:
    """A bundle that was signed."""

    signer: Signer
    version: int
    good_until: datetime.datetime


def publish(
    folder: Folder, key_folder: Path, targets: Mapping[str, Target], now: datetime.datetime, days: int
) -> Published:
    """Sign for these targets and write it to the stick. What they name must lie there by now.

    `days`: how long the bundle is good. Raises NotFound and BadValue where keys are missing or others.
    """
    from tuf.api.metadata import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp

    rotating.settle(key_folder)
    root = keys.newest_root(key_folder)
    signers = {role: keys.load(key_folder / f"{role}.key") for role in keys.ROLES}
    for role, key in signers.items():
        if key.public_key.keyid not in root.signed.roles[role].keyids:
            raise BadValue(
                f"{key_folder / role}.key is not the one that the newest root names.",
                hint="Take the keys and the root from one folder",
            )
    now = now.replace(microsecond=0)
    expires = now + datetime.timedelta(days=days)
    version = _next_version(folder, root.signed, key_folder, now)
    named: dict[str, Any] = {"expires": expires, "version": version}

    def signed(what: Any, role: str) -> bytes:
        metadata: Metadata[Any] = Metadata(what)
        metadata.sign(signers[role])
        return written(metadata)

    def vouched(data: bytes) -> MetaFile:
        return MetaFile(version, len(data), {"sha256": hashlib.sha256(data).hexdigest()})

    files = {path: TargetFile(one.size, {"sha256": one.sha256}, path) for path, one in targets.items()}
    targets_data = signed(Targets(**named, targets=files), "targets")
    snapshot_data = signed(Snapshot(**named, meta={"targets.json": vouched(targets_data)}), "snapshot")
    made = {"made": now.isoformat()}
    timestamp = Timestamp(**named, snapshot_meta=vouched(snapshot_data), unrecognized_fields=made)
    written_files = {f"{number}.root.json": data for number, data in keys.roots(key_folder)}
    written_files[f"{version}.targets.json"] = targets_data
    written_files[f"{version}.snapshot.json"] = snapshot_data
    with writing(folder.metadata):
        folder.metadata.mkdir(parents=True, exist_ok=True)
    for name, data in written_files.items():
        lay(folder.metadata / name, data)
    lay(folder.metadata / "timestamp.json", signed(timestamp, "timestamp"))
    _clear(folder.metadata, {*written_files, "timestamp.json"})
    ends = min(expires, root.signed.expires)
    return Published(signer_of(written(root)), version, ends)


def lay(path: Path, data: bytes) -> None:
    """Write a file to a stick as a whole. Its first name is one that every file system takes."""
    beside = path.with_name(f"{path.name}.part")
    with writing(path):
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)


def _next_version(folder: Folder, root: Root, key_folder: Path, now: datetime.datetime) -> int:
    """Return a number that no bundle of these keys had, and note that it is taken."""
    path = key_folder / COUNTER
    last, made = 0, None
    if path.exists():
        said = json.loads(path.read_bytes())
        last, made = int(said["version"]), datetime.datetime.fromisoformat(said["made"])
    if made is not None and now < made:
        raise BadValue(
            f"This machine's clock says {now:%Y-%m-%d %H:%M}, and the last bundle was made on "
            f"{made:%Y-%m-%d %H:%M}.",
            hint="Set the clock; a bundle that says it is older than the last is not taken",
        )
    version = max(last, _version_on(folder, root)) + 1
    write_whole(path, json.dumps({"version": version, "made": now.isoformat()}).encode())
    return version


def _version_on(folder: Folder, root: Root) -> int:
    """Return the number of the bundle on the stick; 0 where there is none that these keys signed."""
    from tuf.api.metadata import Timestamp

    data = folder.read("timestamp.json", TIMESTAMP_LIMIT)
    if data is None:
        return 0
    try:
        found: Metadata[Timestamp] = parsed(Timestamp, data, "timestamp")
        require(root, "timestamp", found)
    except BadBundle:  # it is to be replaced
        return 0
    return found.signed.version


def _clear(folder: Path, wanted: Iterable[str]) -> None:
    """Remove the metadata of earlier versions."""
    for path in folder.iterdir():
        if path.name not in wanted and path.name.endswith((".json", ".part")):
            with writing(path):
                path.unlink()
