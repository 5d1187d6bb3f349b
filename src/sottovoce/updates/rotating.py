"""The next root of a signer: good for years again, and with keys that were lost or stolen replaced.

It is signed by enough keys of the root before and enough of its own, so that whoever trusts the one follows
to the other. Killed at any moment, the folder holds the keys of the old root or of the new one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue
from sottovoce.core.paths import sync_folder, write_whole
from sottovoce.updates import keys
from sottovoce.updates.metadata import require, written

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Metadata, Root

NEW = ".new"
"""Ends the name of a key that counts once the root that names it is there."""

_ROOT_KEY = re.compile(r"root-([1-9])")


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be another. `replaced`: names of keys, as their files have them, without the ending.

    `roots` and `threshold`: how many keys the root has then, and how many are needed; None: as before.
    """

    replaced: Sequence[str] = ()
    roots: int | None = None
    threshold: int | None = None


@dataclass(frozen=True, slots=True)
class Renewed:
    """The root that was signed, and the files of the root's keys that are new."""

    root: Metadata[Root]
    made: tuple[Path, ...]


def renew(folder: Path, beside: Sequence[Path], change: Change, now: datetime.datetime) -> Renewed:
    """Sign the next root, with enough of the root's keys, which lie in the folder or `beside`.

    Raises NotFound, and BadValue where keys are missing or the change is not possible.
    """
    settle(folder)
    before = keys.newest_root(folder)
    at_hand = {key.public_key.keyid: key for key in map(keys.load, [*_root_files(folder), *beside])}
    _require_enough(before.signed, at_hand)
    root = keys.parsed_copy(before)
    root.signed.version += 1
    root.signed.expires = keys.in_days(now, keys.ROOT_DAYS)
    new = _changed(root.signed, change)
    at_hand |= {key.public_key.keyid: key for name, key in new.items() if _ROOT_KEY.fullmatch(name)}
    signing = dict.fromkeys((*before.signed.roles["root"].keyids, *root.signed.roles["root"].keyids))
    root.signatures.clear()
    for name in signing:
        if name in at_hand:
            root.sign(at_hand[name], append=True)
    _require_enough(root.signed, at_hand)
    require(before.signed, "root", root, beside=root.signed)
    require(root.signed, "root", root, beside=before.signed)
    for name, key in new.items():
        keys.keep(folder / f"{name}.key{NEW}", key)
    write_whole(folder / f"{root.signed.version}.root.json", written(root))
    settle(folder)
    return Renewed(root, tuple(folder / f"{name}.key" for name in new if _ROOT_KEY.fullmatch(name)))


def settle(folder: Path) -> None:
    """Bring a renewal that was cut short to its end, or take it back: by whether its root is there."""
    waiting = sorted(folder.glob(f"*.key{NEW}"))
    if not waiting:
        return
    root = keys.newest_root(folder).signed
    for path in waiting:
        place = path.with_name(path.name.removesuffix(NEW))
        if keys.load(path).public_key.keyid not in root.keys:
            path.unlink()
            continue
        if place.exists():
            place.replace(place.with_name(f"{place.stem}.{root.version - 1}.old.key"))
        path.replace(place)
    sync_folder(folder)


def _changed(root: Root, change: Change) -> dict[str, CryptoSigner]:
    """Give a root new keys in place of those that are replaced; return them by the names of their files."""
    from securesystemslib.signer import CryptoSigner

    role = root.roles["root"]
    count, threshold = change.roots or len(role.keyids), change.threshold or role.threshold
    if not max(len(role.keyids), threshold) <= count <= keys.MOST_ROOT_KEYS:
        raise BadValue(
            f"{threshold} of {count} keys is not possible, where there are {len(role.keyids)}.",
            hint=f"The root keeps its keys, and may get more, up to {keys.MOST_ROOT_KEYS}",
        )
    new: dict[str, CryptoSigner] = {}
    for name in dict.fromkeys(change.replaced):
        key = new[name] = CryptoSigner.generate_ed25519()
        if name in keys.ROLES:
            _put(root, name, 0, key)
        elif (found := _ROOT_KEY.fullmatch(name)) and int(found[1]) <= len(role.keyids):
            _put(root, "root", int(found[1]) - 1, key)
        else:
            names = ", ".join([*keys.ROLES, *(f"root-{at + 1}" for at in range(len(role.keyids)))])
            raise BadValue(f"There is no key named {name!r} to replace.", hint=f"It is one of {names}")
    for number in range(len(role.keyids) + 1, count + 1):
        key = new[f"root-{number}"] = CryptoSigner.generate_ed25519()
        root.add_key(key.public_key, "root")
    role.threshold = threshold
    return new


def _put(root: Root, role: str, at: int, key: CryptoSigner) -> None:
    """Put a key where another was: root-2.key stays the root's second."""
    old = root.roles[role].keyids[at]
    root.roles[role].keyids[at] = key.public_key.keyid
    root.keys[key.public_key.keyid] = key.public_key
    if not any(old in other.keyids for other in root.roles.values()):
        del root.keys[old]


def _require_enough(root: Root, at_hand: dict[str, CryptoSigner]) -> None:
    role = root.roles["root"]
    here = sum(name in at_hand for name in role.keyids)
    if here < role.threshold:
        raise BadValue(
            f"{role.threshold} of the root's keys are needed, and {here} are here.",
            hint="Name the others: --root-key FILE",
        )


def _root_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("root-*.key")) if _ROOT_KEY.fullmatch(path.stem)]
