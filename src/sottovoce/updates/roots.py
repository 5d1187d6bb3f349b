"""Who signs a bundle: the chain of its roots, from the known one to the newest. Bytes in, verdict out.

Each root is signed by enough keys of the one before and enough of its own; so keys can be lost or stolen, and
whoever trusted the old ones comes to trust the new ones. Knows no disk and no clock.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sottovoce.core.errors import BadBundle, SottoError, Untrusted
from sottovoce.updates.metadata import damaged, require, written
from sottovoce.updates.signer import parsed_root, same_fingerprint, signer_of

if TYPE_CHECKING:
    from tuf.api.metadata import Metadata, Root

ROOT_LIMIT = 512_000
"""Bytes of a root: one that does not end is refused once it is longer."""

MOST_ROOTS = 64
"""Changes of keys that are followed from one bundle to the next."""

Read = Callable[[str, int], bytes | None]
"""Returns a metadata file by its name, None where there is none. Raises BadBundle where it is longer."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """What a home knows of its signer: the last metadata that it believed, as bytes.

    `newest` is when the newest bundle that was believed was made, by the signer's word.
    """

    root: bytes
    timestamp: bytes | None = None
    snapshot: bytes | None = None
    newest: datetime.datetime | None = None


def first_contact(read: Read) -> Trusted:
    """Return the newest root of a bundle, as one to be trusted, if a person says so. Raises BadBundle."""
    chain = _chain(read)
    new = parsed_root(chain[-1])
    before = parsed_root(chain[-2]).signed if len(chain) > 1 else None
    require(new.signed, "root", new, beside=before)
    return Trusted(chain[-1])


def second_contact(read: Read, told: str) -> Trusted | None:
    """Return the newest root that follows from one with the fingerprint that a person was `told`.

    None where there is none: a fingerprint on paper outlives the keys that it was made of.
    """
    for data in reversed(_chain(read)):
        if same_fingerprint(told, signer_of(data).fingerprint):
            return Trusted(written(follow(Trusted(data), read)))
    return None


def follow(trusted: Trusted, read: Read) -> Metadata[Root]:
    """Follow the signer's keys from those that are known to the newest in the bundle.

    Raises BadBundle, and Untrusted where somebody else has signed.
    """
    root = parsed_root(trusted.root)
    same = _root(read, root.signed.version)
    if same is not None and same != trusted.root:
        raise _somebody_else(trusted, read)
    for _ in range(MOST_ROOTS):
        data = _root(read, root.signed.version + 1)
        if data is None:
            return root
        newer = parsed_root(data)
        if newer.signed.version != root.signed.version + 1:
            raise damaged("its keys are not numbered as they must be")
        try:
            require(root.signed, "root", newer, beside=newer.signed)
        except BadBundle:
            raise _somebody_else(trusted, read) from None
        require(newer.signed, "root", newer, beside=root.signed)
        root = newer
    raise damaged(f"its keys change more than {MOST_ROOTS} times")


def _chain(read: Read) -> list[bytes]:
    """Return all roots of a bundle, the first first."""
    chain: list[bytes] = []
    while len(chain) < MOST_ROOTS and (data := _root(read, len(chain) + 1)) is not None:
        chain.append(data)
    if not chain:
        raise damaged("it does not say who signed it")
    return chain


def _root(read: Read, version: int) -> bytes | None:
    return read(f"{version}.root.json", ROOT_LIMIT)


def _somebody_else(trusted: Trusted, read: Read) -> SottoError:
    """Say who signed it, as far as that can be told."""
    known = signer_of(trusted.root)
    try:
        theirs = signer_of(first_contact(read).root)
    except BadBundle as problem:
        return problem
    if theirs.fingerprint == known.fingerprint:
        return damaged("its keys are not those that were trusted here")
    return Untrusted(
        f"This bundle is signed by {theirs.name!r} ({theirs.fingerprint}), and this home trusts "
        f"{known.name!r} ({known.fingerprint}).",
        hint=f"If you are sure, by another way than this stick: add --trust '{theirs.fingerprint}'",
    )
