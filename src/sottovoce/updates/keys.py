"""The keys that a signer keeps, and the root that says which of them count.

A folder of files: root-1.key and further, targets.key, snapshot.key, timestamp.key, and each N.root.json that
was ever signed. Who has enough of the root keys can replace all others; so they belong in other places.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.paths import PRIVATE_FILE, disk_problem, make_folder, write_whole
from sottovoce.updates.metadata import parsed, written
from sottovoce.updates.roots import ROOT_LIMIT
from sottovoce.updates.signer import signer_of

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Metadata, Root

ROLES = ("targets", "snapshot", "timestamp")
ROOT_DAYS = 5 * 365
MOST_ROOT_KEYS = 9
LARGEST_KEY = 10_000


def make(folder: Path, signer: str, roots: int, threshold: int, now: datetime.datetime) -> list[Path]:
    """Make all keys and the first root; return the files of the root's keys. Raises BadValue."""
    from securesystemslib.signer import CryptoSigner

    if not 1 <= threshold <= roots <= MOST_ROOT_KEYS:
        raise BadValue(
            f"{threshold} of {roots} keys is not possible.",
            hint=f"For example: --roots 3 --threshold 2; at most {MOST_ROOT_KEYS}",
        )
    if not signer.strip() or len(signer) > 100 or not signer.isprintable():
        raise BadValue("A signer's name has 1 to 100 letters.", hint="For example: --signer 'Clinic IT'")
    make_folder(folder)
    if any(folder.iterdir()):
        raise BadValue(f"There is something in {folder} already.", hint="Name a new folder for the keys")
    root_keys = [CryptoSigner.generate_ed25519() for _ in range(roots)]
    others = {role: CryptoSigner.generate_ed25519() for role in ROLES}
    names = [folder / f"root-{number}.key" for number in range(1, roots + 1)]
    for path, key in zip(names, root_keys, strict=True):
        keep(path, key)
    for role, key in others.items():
        keep(folder / f"{role}.key", key)
    root = _first_root(signer.strip(), root_keys, others, threshold, now)
    _sign(folder, root, root_keys)
    return names


def load(path: Path) -> CryptoSigner:
    """Return the key in a file. Raises NotFound and BadValue."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.signer import CryptoSigner

    try:
        data = path.read_bytes()[:LARGEST_KEY]
    except FileNotFoundError:
        raise NotFound(
            f"The key {path} is not there.",
            hint="sotto bundle keys FOLDER makes keys; see docs/guides/air-gap.md",
        ) from None
    except OSError as problem:
        raise disk_problem(problem, path) from problem
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        key = load_pem_private_key(data, None)
        if isinstance(key, Ed25519PrivateKey):
            return CryptoSigner(key)
    raise BadValue(f"{path} is no key that was made here.", hint="sotto bundle keys FOLDER makes them")


def roots(folder: Path) -> list[tuple[int, bytes]]:
    """Return each root that was signed, with its version, the oldest first. Raises NotFound."""
    found = []
    for path in folder.glob("*.root.json"):
        number = path.name.partition(".")[0]
        if number.isdecimal():
            found.append((int(number), path.read_bytes()[:ROOT_LIMIT]))
    if not found:
        raise NotFound(
            f"There are no keys in {folder}.", hint=f"To make some: sotto bundle keys {folder} --signer NAME"
        )
    return sorted(found)


def newest_root(folder: Path) -> Metadata[Root]:
    from tuf.api.metadata import Root

    _, data = roots(folder)[-1]
    return parsed(Root, data, "root")


def parsed_copy(root: Metadata[Root]) -> Metadata[Root]:
    """Return the same root again, to be changed."""
    from tuf.api.metadata import Root

    return parsed(Root, written(root), "root")


def _first_root(
    signer: str,
    root_keys: Sequence[CryptoSigner],
    others: dict[str, CryptoSigner],
    threshold: int,
    now: datetime.datetime,
) -> Metadata[Root]:
    from tuf.api.metadata import Metadata, Root

    root = Root(expires=in_days(now, ROOT_DAYS), unrecognized_fields={"signer": signer})
    for key in root_keys:
        root.add_key(key.public_key, "root")
    for role, key in others.items():
        root.add_key(key.public_key, role)
    root.roles["root"].threshold = threshold
    return Metadata(root)


def _sign(folder: Path, root: Metadata[Root], keys: Sequence[CryptoSigner]) -> None:
    root.signatures.clear()
    for key in keys:
        root.sign(key, append=True)
    data = written(root)
    signer_of(data)
    write_whole(folder / f"{root.signed.version}.root.json", data)


def keep(path: Path, key: CryptoSigner) -> None:
    """Write a key to a new file that nobody else may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes)
        file.flush()
        os.fsync(file.fileno())


def in_days(now: datetime.datetime, days: int) -> datetime.datetime:
    """Return the time so many days later, in whole seconds: metadata knows no parts of one."""
    return (now + datetime.timedelta(days=days)).replace(microsecond=0)
