"""What the commands about bundles have in common: looking at one, and telling what it holds."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sottovoce.cli._yes import need_yes
from sottovoce.core.amounts import amount

if TYPE_CHECKING:
    from sottovoce.cli._given import Given
    from sottovoce.updates.folder import Folder
    from sottovoce.updates.opening import Bundle
    from sottovoce.updates.roots import Trusted
    from sottovoce.updates.signer import Signer

STEP = 0.2
"""Seconds between two lines about how far it is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A bundle that holds together. `problem`: why this home would not take it, empty where it would."""

    bundle: Bundle
    is_trusted: bool
    problem: str = ""

    @property
    def signer(self) -> Signer:
        return self.bundle.verdict.signer


def looked_at(given: Given, folder: Folder) -> Seen:
    """Look at a bundle by itself, and say whether the home's signer has signed it. Raises BadBundle."""
    from sottovoce.core.errors import SottoError
    from sottovoce.core.paths import Home
    from sottovoce.updates import clock, known
    from sottovoce.updates.opening import open_bundle
    from sottovoce.updates.roots import first_contact

    bundle = open_bundle(folder, first_contact(folder.read), clock.BEGINNING)
    trusted = known.load(Home(given.root()))
    if trusted is None:
        return Seen(bundle, False, "This home trusts no signer yet; the first sotto update asks.")
    policy = given.settings().update_clock
    try:
        open_bundle(
            folder, trusted, clock.moment(policy, datetime.datetime.now(datetime.UTC), trusted.newest)
        )
    except SottoError as problem:
        return Seen(bundle, False, problem.sentence)
    return Seen(bundle, True)


def told_bundle(given: Given, seen: Seen) -> None:
    """Tell what a bundle holds."""
    verdict = seen.bundle.verdict
    told_signer(given, verdict.signer)
    days = _days_since(verdict.made)
    given.show.line(
        f"Bundle {verdict.version}, made on {verdict.made:%Y-%m-%d}, {days} days ago; "
        f"good until {verdict.good_until:%Y-%m-%d}."
    )
    rows = [(item.kind, item.name, amount(item.size), item.licence or "") for item in seen.bundle.items]
    given.show.table(("KIND", "NAME", "SIZE", "LICENCE"), rows, said=(0,))
    if seen.problem:
        given.show.note(seen.problem)


def told_signer(given: Given, signer: Signer) -> None:
    """Tell who signed."""
    given.show.note(f"Signed by {signer.name}, fingerprint {signer.fingerprint}")
    given.show.note(f"{signer.threshold} of {signer.keys} keys are needed to change who signs.")


def told_new_keys(given: Given, trusted: Trusted, signer: Signer) -> None:
    """Tell of a signer whose keys are others than those that were trusted, and who may change them."""
    from sottovoce.updates.signer import signer_of

    before = signer_of(trusted.root).fingerprint
    if before != signer.fingerprint:
        given.show.note(
            f"This signer has other keys now, signed by enough of those that you trusted. "
            f"The fingerprint was {before}."
        )


def data_of(seen: Seen, *, checked: bool) -> dict[str, Any]:
    """Return the same for JSON."""
    verdict = seen.bundle.verdict
    return {
        "signer": verdict.signer.name,
        "fingerprint": verdict.signer.fingerprint,
        "root_keys": verdict.signer.keys,
        "root_threshold": verdict.signer.threshold,
        "version": verdict.version,
        "made": verdict.made.isoformat(),
        "good_until": verdict.good_until.isoformat(),
        "trusted_here": seen.is_trusted,
        "problem": seen.problem or None,
        "checked": checked,
        "items": [
            {
                "kind": item.kind,
                "name": item.name,
                "bytes": item.size,
                "licence": item.licence or None,
                "sha256": item.digest,
            }
            for item in seen.bundle.items
        ],
    }


@contextmanager
def told_progress(given: Given, doing: str, size: int | None = None) -> Iterator[Callable[[int], None]]:
    """Give what hears of bytes that are done, and tell a person how far it is."""
    done, begun, told = 0, time.monotonic(), 0.0

    def hear(count: int) -> None:
        nonlocal done, told
        done += count
        now = time.monotonic()
        if now - told >= STEP:
            told = now
            speed = f"{done / max(now - begun, 0.001) / 1e6:.0f} MB/s"
            share = f"{min(done / size, 1):.0%}, " if size else ""
            given.show.passing(f"{doing}: {share}{amount(done)}, {speed}")

    try:
        yield hear
    finally:
        given.show.passing("")


def trusted_after_asking(given: Given, folder: Folder, trust: str | None) -> Trusted:
    """Return the root of a bundle's signer, whom this home did not know, once a person has said yes.

    Raises Untrusted where nobody did: --yes is no answer to who signs.
    """
    from sottovoce.core.errors import Untrusted
    from sottovoce.updates.roots import first_contact, second_contact
    from sottovoce.updates.signer import signer_of

    found = first_contact(folder.read)
    signer = signer_of(found.root)
    if trust is not None:
        told = second_contact(folder.read, trust)
        if told is not None:
            return told
        raise Untrusted(
            f"This bundle is signed by {signer.name!r}, with the fingerprint {signer.fingerprint}, and not "
            "with the one that was given.",
            hint="Ask whoever made it for the fingerprint, by another way than this stick",
        )
    told_signer(given, signer)
    unasked = Untrusted(
        "This home does not know the signer of this bundle, and there is nobody to ask.",
        hint=f"If you were told this fingerprint by another way: add --trust '{signer.fingerprint}'",
    )
    question = "Is this the fingerprint that you were told by another way than this stick? Trust this signer?"
    need_yes(given, question, unasked)
    return found


def _days_since(made: datetime.datetime) -> int:
    return max(0, (datetime.datetime.now(datetime.UTC) - made).days)
