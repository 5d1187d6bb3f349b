"""Root keys that are lost, stolen or added: who follows, and what a thief gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner
from signed_files import LATER, NOW, Files, SignerAtWork, reader, resigned

from sottovoce.core.errors import BadBundle, BadValue, Untrusted
from sottovoce.updates import keys, rotating, signing
from sottovoce.updates.roots import Trusted, first_contact, second_contact
from sottovoce.updates.rotating import Change
from sottovoce.updates.signer import parsed_root, signer_of
from sottovoce.updates.trust import verify

REFUSED = (BadBundle, Untrusted)


class Scene:
    """2 of 3 root keys, and a home that believed bundle 1. `old` are the three, as they were."""

    def __init__(self, folder: Path) -> None:
        self.signer = SignerAtWork(folder)
        self.first = self.signer.publish(b"one")
        self.known = verify(first_contact(reader(self.first)), reader(self.first), NOW).trusted
        self.old = self.signer.root_keys()

    def lose(self, *numbers: int) -> None:
        for number in numbers:
            (self.signer.keys / f"root-{number}.key").unlink()

    def rotate(self, *replaced: str, **change: int) -> rotating.Renewed:
        return rotating.renew(self.signer.keys, (), Change(replaced, **change), NOW)

    def believed(self, files: Files) -> Trusted:
        return verify(self.known, reader(files), LATER).trusted


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def publics(root: bytes) -> list[str]:
    found = parsed_root(root).signed
    return [str(found.keys[name].keyval["public"]) for name in found.roles["root"].keyids]


def test_a_lost_key_is_replaced_and_whoever_trusted_follows(scene: Scene) -> None:
    scene.lose(2)
    done = scene.rotate("root-2")
    assert [path.name for path in done.made] == ["root-2.key"]
    files = scene.signer.publish(b"two", now=LATER)
    trusted = scene.believed(files)
    before, after = publics(scene.first["1.root.json"]), publics(trusted.root)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]
    assert after[1] == scene.signer.root_keys()[1].public_key.keyval["public"], "root-2.key stays the second"
    assert signer_of(trusted.root).fingerprint != signer_of(scene.known.root).fingerprint
    scene.lose(1)
    assert scene.rotate("root-1").root.signed.version == 3, "the new key counts"
    assert verify(trusted, reader(scene.signer.publish(b"three", now=LATER)), LATER).version == 3
    assert verify(scene.known, reader(scene.signer.publish(b"four", now=LATER)), LATER).version == 4


def test_a_fingerprint_on_paper_outlives_its_keys(scene: Scene) -> None:
    told = signer_of(scene.first["1.root.json"]).fingerprint
    scene.rotate("root-1")
    scene.rotate("root-3")
    files = scene.signer.publish(b"two", now=LATER)
    newest = files["3.root.json"]
    for fingerprint in (told, signer_of(files["2.root.json"]).fingerprint, signer_of(newest).fingerprint):
        found = second_contact(reader(files), fingerprint)
        assert found is not None
        assert found.root == newest
    assert second_contact(reader(files), "0000 " * 8) is None


def test_one_key_alone_becomes_two_of_three(tmp_path: Path) -> None:
    signer = SignerAtWork(tmp_path, roots=1, threshold=1)
    first = signer.publish(b"one")
    known = verify(first_contact(reader(first)), reader(first), NOW).trusted
    done = rotating.renew(signer.keys, (), Change(roots=3, threshold=2), NOW)
    assert [path.name for path in done.made] == ["root-2.key", "root-3.key"]
    trusted = verify(known, reader(signer.publish(b"two", now=LATER)), LATER).trusted
    assert (signer_of(trusted.root).keys, signer_of(trusted.root).threshold) == (3, 2)
    (signer.keys / "root-1.key").unlink()
    (signer.keys / "root-2.key").unlink()
    with pytest.raises(BadValue, match="2 of the root's keys are needed, and 1 are here"):
        rotating.renew(signer.keys, (), Change(), NOW)


@pytest.mark.parametrize(
    "change",
    [Change(("root-4",)), Change(("root",)), Change(("../targets",)), Change(roots=2), Change(threshold=4),
     Change(roots=10)],
)  # fmt: skip
def test_what_is_not_possible_is_refused_and_changes_no_file(scene: Scene, change: Change) -> None:
    before = {path.name: path.read_bytes() for path in scene.signer.keys.iterdir()}
    with pytest.raises(BadValue):
        rotating.renew(scene.signer.keys, (), change, NOW)
    assert {path.name: path.read_bytes() for path in scene.signer.keys.iterdir()} == before


def test_below_the_threshold_nothing_is_replaced(scene: Scene) -> None:
    scene.lose(1, 2)
    with pytest.raises(BadValue, match="are needed"):
        scene.rotate("root-1", "root-2")


@pytest.mark.parametrize("written", [False, True])
def test_a_renewal_that_was_cut_short_leaves_keys_that_sign(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    whole = rotating.write_whole

    def cut(path: Path, data: bytes) -> None:
        if written:
            whole(path, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rotating, "write_whole", cut)
        with pytest.raises(KeyboardInterrupt):
            scene.rotate("targets", "root-1")
    assert (scene.signer.keys / "targets.key.new").exists()
    trusted = scene.believed(scene.signer.publish(b"two", now=LATER))
    assert not list(scene.signer.keys.glob("*.new"))
    assert (trusted.root != scene.known.root) is written
    assert scene.rotate().root.signed.version == (3 if written else 2)


def forged(scene: Scene, by: Sequence[CryptoSigner], change: Callable[[dict[str, Any]], None]) -> Files:
    """Return bundle 2 with a second root that an attacker changed, and signed with these keys."""
    scene.rotate("root-2")
    files = scene.signer.publish(b"two", now=LATER)
    return {**files, "2.root.json": resigned(files["2.root.json"], change, by)}


def as_it_is(signed: dict[str, Any]) -> None:
    """Change nothing."""


def numbered(version: int) -> Callable[[dict[str, Any]], None]:
    return lambda signed: signed.update(version=version)


def new_keys_alone(scene: Scene) -> Files:
    scene.rotate("root-1", "root-2", "root-3")
    files = scene.signer.publish(b"two", now=LATER)
    return {**files, "2.root.json": resigned(files["2.root.json"], as_it_is, scene.signer.root_keys())}


def old_keys_alone(scene: Scene) -> Files:
    scene.rotate("root-1", "root-2")
    files = scene.signer.publish(b"two", now=LATER)
    return {**files, "2.root.json": resigned(files["2.root.json"], as_it_is, scene.old)}


def below_the_threshold(scene: Scene) -> Files:
    return forged(scene, scene.old[:1], as_it_is)


def a_stolen_key_and_a_new_one(scene: Scene) -> Files:
    """One old key and the one that replaced it are two, but neither set has two of them."""
    scene.rotate("root-2")
    files = scene.signer.publish(b"two", now=LATER)
    by = [scene.old[1], scene.signer.root_keys()[1]]
    return {**files, "2.root.json": resigned(files["2.root.json"], as_it_is, by)}


def skipped(scene: Scene) -> Files:
    return forged(scene, scene.old, numbered(3))


def numbered_as_before(scene: Scene) -> Files:
    return forged(scene, scene.old, numbered(1))


def same_key_twice(scene: Scene) -> Files:
    def twice(signed: dict[str, Any]) -> None:
        ids = signed["roles"]["root"]["keyids"]
        signed["keys"][ids[1]] = dict(signed["keys"][ids[0]])

    return forged(scene, scene.old, twice)


ATTACKS = (
    new_keys_alone, old_keys_alone, below_the_threshold, a_stolen_key_and_a_new_one, skipped,
    numbered_as_before, same_key_twice,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_root_that_does_not_follow_is_refused(scene: Scene, attack: Callable[[Scene], Files]) -> None:
    files = attack(scene)
    with pytest.raises(REFUSED):
        scene.believed(files)


def test_a_root_that_was_taken_back_is_refused(scene: Scene) -> None:
    """Whoever holds the keys that were replaced shows the chain without the newest root."""
    scene.rotate("root-2", *keys.ROLES)
    files = scene.signer.publish(b"two", now=LATER)
    scene.known = scene.believed(files)
    with pytest.raises(REFUSED):
        scene.believed(scene.first)
    other = {**files, "2.root.json": resigned(files["2.root.json"], as_it_is, scene.old[:2])}
    with pytest.raises(REFUSED):
        scene.believed(other)


def test_a_stolen_root_key_alone_makes_no_next_root_after_it_was_replaced(scene: Scene) -> None:
    scene.rotate("root-2")
    files = scene.signer.publish(b"two", now=LATER)
    third = resigned(files["2.root.json"], numbered(3), [scene.old[1], scene.old[0]])
    scene.believed(files)
    with pytest.raises(REFUSED):
        scene.believed({**files, "3.root.json": third})


def test_a_number_on_a_stick_counts_only_where_the_signer_wrote_it(tmp_path: Path) -> None:
    signer, thief = SignerAtWork(tmp_path / "a"), SignerAtWork(tmp_path / "b")
    mine = signer.publish(b"one")["timestamp.json"]

    def far_ahead(signed: dict[str, Any]) -> None:
        signed["version"] = 10**300  # no file could have this name

    stick = signer.stick.metadata / "timestamp.json"
    stick.write_bytes(resigned(mine, far_ahead, [thief.key("timestamp")]))
    assert json.loads(signer.publish(b"two", now=LATER)["timestamp.json"])["signed"]["version"] == 2
    (signer.keys / signing.COUNTER).unlink()
    assert json.loads(signer.publish(b"three", now=LATER)["timestamp.json"])["signed"]["version"] == 3
