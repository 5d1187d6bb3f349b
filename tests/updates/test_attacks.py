"""The attacks that The Update Framework lists, each on every role, with real keys and signatures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner
from signed_files import (
    FOREVER,
    LATER,
    NOW,
    Files,
    SignerAtWork,
    name_of,
    reader,
    rejoined,
    resigned,
    signed_again,
)

from sottovoce.core.errors import BadBundle, Untrusted
from sottovoce.updates.roots import ROOT_LIMIT, Trusted, first_contact
from sottovoce.updates.trust import TARGETS_LIMIT, verify

ROLES = ("root", "timestamp", "snapshot", "targets")
LIMITS = {"root": ROOT_LIMIT, "timestamp": 64_000, "snapshot": 64_000, "targets": TARGETS_LIMIT}
REFUSED = (BadBundle, Untrusted)
ABOVE = {"targets": "snapshot", "snapshot": "timestamp"}


class Scene:
    """A home that believed bundle 1, and bundle 2 with a renewed root: what the attacker has to work with."""

    def __init__(self, folder: Path) -> None:
        self.signer = SignerAtWork(folder)
        self.old = self.signer.publish(b"one")
        contact = first_contact(reader(self.old))
        self.known = verify(contact, reader(self.old), NOW).trusted
        self.signer.renew()
        self.new = self.signer.publish(b"two", now=LATER)

    def data(self, role: str) -> bytes:
        return self.new[name_of(self.new, role)]

    def with_role(self, role: str, data: bytes) -> Files:
        """Return bundle 2 with a role's file forged: who vouches for it was talked into doing so."""
        return rejoined(self.new, role, data, self.signer)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def nothing(signed: dict[str, Any]) -> None:
    """Leave it as it is."""


def said(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data)
    return found


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def unsigned(scene: Scene, role: str) -> Files:
    return scene.with_role(role, compact({**said(scene.data(role)), "signatures": []}))


def by_a_stranger(scene: Scene, role: str) -> Files:
    return scene.with_role(role, resigned(scene.data(role), nothing, [CryptoSigner.generate_ed25519()] * 1))


def by_a_stranger_under_its_name(scene: Scene, role: str) -> Files:
    stranger = [CryptoSigner.generate_ed25519(key.public_key.keyid) for key in scene.signer.signing(role)]
    return scene.with_role(role, resigned(scene.data(role), nothing, stranger))


def by_another_role(scene: Scene, role: str) -> Files:
    other = "snapshot" if role != "snapshot" else "timestamp"
    return scene.with_role(role, resigned(scene.data(role), nothing, [scene.signer.key(other)]))


def by_too_few(scene: Scene, role: str) -> Files:
    return scene.with_role(role, resigned(scene.data(role), nothing, scene.signer.signing(role)[:-2] or []))


def one_signature_twice(scene: Scene, role: str) -> Files:
    file = said(scene.data(role))
    file["signatures"] = [file["signatures"][0]] * 2
    return scene.with_role(role, compact(file))


def one_too_many(scene: Scene, role: str) -> Files:
    by = [*scene.signer.signing(role), CryptoSigner.generate_ed25519()]
    return scene.with_role(role, resigned(scene.data(role), nothing, by))


def changed_afterwards(scene: Scene, role: str) -> Files:
    file = said(scene.data(role))
    file["signed"]["expires"] = "2099-01-01T00:00:00Z"
    return scene.with_role(role, compact(file))


def another_form(scene: Scene, role: str) -> Files:
    return scene.with_role(role, json.dumps(said(scene.data(role)), indent=1).encode())


def said_twice(scene: Scene, role: str) -> Files:
    data = scene.data(role).replace(b'"signed":{', b'"signed":{"_type":"root",', 1)
    return scene.with_role(role, data)


def in_another_key_kind(scene: Scene, role: str) -> Files:
    """Name another algorithm for the keys, where keys are named; elsewhere in the signature."""
    file = said(scene.data(role))
    for key in file["signed"].get("keys", {}).values():
        key["scheme"] = "rsassa-pss-sha256"
    for signature in file["signatures"]:
        signature["scheme"] = "none"
    return scene.with_role(role, compact(file))


def older(scene: Scene, role: str) -> Files:
    """Bring back what bundle 1 had, vouched for by keys of the roles above that were stolen."""
    if role == "root":  # a root that goes back to the number before
        return scene.with_role(role, scene.old["1.root.json"])
    scene.known = verify(scene.known, reader(scene.new), LATER).trusted
    if role == "timestamp":
        return {**scene.new, **scene.old}
    data = scene.old[f"1.{role}.json"]

    def back(signed: dict[str, Any]) -> None:
        meta = signed["meta"][f"{role}.json"]
        meta.update(version=1, length=len(data), hashes={"sha256": hashlib.sha256(data).hexdigest()})

    def newer(signed: dict[str, Any]) -> None:
        signed["version"] = 3

    files = {**scene.new, f"1.{role}.json": data}
    return signed_again(
        signed_again(files, ABOVE[role], back, scene.signer), "timestamp", newer, scene.signer
    )


def run_out(scene: Scene, role: str) -> Files:
    def past(signed: dict[str, Any]) -> None:
        signed["expires"] = "2026-11-01T00:00:00Z"

    return signed_again(scene.new, role, past, scene.signer)


def endless(scene: Scene, role: str) -> Files:
    return {**scene.new, name_of(scene.new, role): b" " * (LIMITS[role] + 1)}


def missing(scene: Scene, role: str) -> Files:
    files = dict(scene.new)
    if role == "root":  # the next one after it: its keys are not those of the one before
        files["3.root.json"] = files.pop("2.root.json")
        files["2.root.json"] = files["3.root.json"].replace(b'"version":2', b'"version":3')
        return files
    files.pop(name_of(files, role))
    return files


def nonsense(scene: Scene, role: str) -> Files:
    return scene.with_role(role, b"\x00\xff no JSON")


def anothers_file(scene: Scene, role: str) -> Files:
    other = "timestamp" if role != "timestamp" else "targets"
    return {**scene.new, name_of(scene.new, role): scene.data(other)}


def mixed(scene: Scene, role: str) -> Files:
    """Put the file of another bundle of the same signer among these, without anybody vouching for it."""
    third = scene.signer.publish(b"three", now=LATER)
    if role == "root":
        scene.signer.renew("timestamp")
        fourth = scene.signer.publish(b"four", now=LATER)
        return {**fourth, "2.root.json": fourth["3.root.json"]}
    if role == "timestamp":
        return {**scene.new, "timestamp.json": third["timestamp.json"]}
    return {**scene.new, name_of(scene.new, role): third[name_of(third, role)]}


ATTACKS: tuple[Callable[[Scene, str], Files], ...] = (
    unsigned, by_a_stranger, by_a_stranger_under_its_name, by_another_role, by_too_few, one_signature_twice,
    one_too_many, changed_afterwards, another_form, said_twice, in_another_key_kind, older, run_out, endless,
    missing, nonsense, anothers_file, mixed,
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(scene: Scene, role: str, attack: Callable[[Scene, str], Files]) -> None:
    believed = verify(scene.known, reader(scene.new), LATER)
    assert believed.version == 2, "without the attack it is believed"
    forged = attack(scene, role)
    assert forged != scene.new
    with pytest.raises(REFUSED):
        verify(scene.known, reader(forged), LATER)


def test_a_stolen_key_that_counted_to_the_moon_is_forgotten_once_it_is_replaced(scene: Scene) -> None:
    def moon(signed: dict[str, Any]) -> None:
        signed["version"] = 1_000_000

    thief = signed_again(scene.new, "timestamp", moon, scene.signer)
    known = verify(scene.known, reader(thief), LATER).trusted
    third = scene.signer.publish(b"three", now=LATER)
    with pytest.raises(BadBundle, match="older"):
        verify(known, reader(third), LATER)
    scene.signer.renew("timestamp")
    fourth = scene.signer.publish(b"four", now=LATER)
    assert verify(known, reader(fourth), LATER).version == 4


def test_a_replaced_key_signs_nothing_any_more(scene: Scene) -> None:
    thief = {role: scene.signer.key(role) for role in ROLES[1:]}
    scene.signer.renew("targets", "snapshot", "timestamp")
    new = scene.signer.publish(b"four", now=LATER)
    for role, key in thief.items():
        forged = rejoined(new, role, resigned(new[name_of(new, role)], nothing, [key]), scene.signer)
        with pytest.raises(BadBundle):
            verify(scene.known, reader(forged), LATER)
    assert verify(scene.known, reader(new), LATER).version == 3


def test_keys_change_over_several_bundles_that_were_never_seen(scene: Scene) -> None:
    for role in ("targets", "snapshot", "timestamp"):
        scene.signer.renew(role)
    files = scene.signer.publish(b"five", now=LATER)
    believed = verify(scene.known, reader(files), LATER)
    assert b'"version":5' in believed.trusted.root
    assert verify(believed.trusted, reader(files), LATER) == believed


def test_a_root_of_too_few_of_the_old_keys_changes_nothing(tmp_path: Path, scene: Scene) -> None:
    other = SignerAtWork(tmp_path / "other", "Somebody else")
    theirs = other.publish(b"two", now=LATER)
    one = scene.signer.root_keys()[:1]
    forged = resigned(
        theirs["1.root.json"], lambda signed: signed.update(version=2), [*other.root_keys(), *one]
    )
    with pytest.raises(REFUSED):
        verify(
            scene.known,
            reader({**theirs, "1.root.json": scene.old["1.root.json"], "2.root.json": forged}),
            LATER,
        )


def test_another_signers_bundle_is_told_apart_by_name_and_fingerprint(tmp_path: Path, scene: Scene) -> None:
    theirs = SignerAtWork(tmp_path / "other", "Somebody else").publish(b"two")
    with pytest.raises(Untrusted, match=r"'Somebody else' .*this home trusts 'Clinic IT'"):
        verify(scene.known, reader(theirs), LATER)


def test_two_bundles_of_one_number_are_refused(scene: Scene) -> None:
    def other(signed: dict[str, Any]) -> None:
        signed["made"] = "2026-11-28T13:00:00+00:00"

    known = verify(scene.known, reader(scene.new), LATER).trusted
    assert verify(known, reader(scene.new), LATER).version == 2, "the same one again is fine"
    with pytest.raises(BadBundle, match="same number"):
        verify(known, reader(signed_again(scene.new, "timestamp", other, scene.signer)), LATER)


def test_a_key_that_counts_twice_is_none(scene: Scene) -> None:
    def twice(signed: dict[str, Any]) -> None:
        first, second = signed["roles"]["root"]["keyids"][:2]
        signed["keys"][second] = dict(signed["keys"][first])

    data = resigned(scene.data("root"), twice, scene.signer.root_keys())
    with pytest.raises(BadBundle):
        verify(Trusted(data), reader({**scene.new, "2.root.json": data}), LATER)


def test_by_no_clock_only_what_is_newer_counts(scene: Scene) -> None:
    from sottovoce.updates.clock import moment

    with pytest.raises(BadBundle, match="too old"):
        verify(scene.known, reader(scene.new), moment("machine", FOREVER, scene.known.newest))
    without = moment("none", FOREVER, scene.known.newest)
    believed = verify(scene.known, reader(scene.new), without)
    assert believed.version == 2
    assert moment("machine", NOW.replace(year=1970), believed.trusted.newest) == LATER, (
        "a clock that is behind"
    )
