"""A thousand bits of a bundle, each turned over by itself: none of these bundles is believed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from update_homes import Maker, nobody

from sottovoce.core.errors import BadBundle, SottoError, Untrusted
from sottovoce.updates import clock
from sottovoce.updates.checking import check
from sottovoce.updates.folder import Folder
from sottovoce.updates.gather import Wish
from sottovoce.updates.opening import open_bundle
from sottovoce.updates.roots import Trusted, first_contact

FLIPS = 1_000


def believed(stick: Folder, trusted: Trusted | None) -> bool:
    try:
        bundle = open_bundle(stick, trusted or first_contact(stick.read), clock.BEGINNING)
        check(bundle, nobody)
    except (BadBundle, Untrusted):
        return False
    return True


@pytest.fixture
def stick(tmp_path: Path) -> Folder:
    maker = Maker(tmp_path)
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nname = "one"\nwords = ["xyzzy"]\n')
    maker.bring(Wish(rules=rules))
    return maker.stick


@pytest.mark.parametrize("who", ["known", "new"])
def test_no_flipped_bit_is_believed(stick: Folder, who: str) -> None:
    trusted = first_contact(stick.read) if who == "known" else None
    files = sorted(path for path in stick.root.rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in files]
    chance = random.Random(8)
    assert believed(stick, trusted)
    for _ in range(FLIPS // 2):
        (path,) = chance.choices(files, sizes)
        whole = path.read_bytes()
        turned = bytearray(whole)
        turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
        path.write_bytes(turned)
        try:
            assert not believed(stick, trusted), path.name
        except SottoError as problem:
            pytest.fail(f"{path.name}: {problem!r} is no refusal")
        path.write_bytes(whole)
    assert believed(stick, trusted)
