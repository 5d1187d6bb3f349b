"""This home's signing key: made once, kept from others, and told when it is lost or replaced."""

from __future__ import annotations

import errno
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sottovoce.core.errors import ReadOnly, StoreProblem
from sottovoce.core.paths import Home, open_home
from sottovoce.store import signing


def test_a_key_is_made_at_first_need_and_stays(home: Home) -> None:
    assert not home.signing_key.exists()
    first = signing.open_key(home, 0.0)
    assert first.told is None
    assert signing.open_key(home) == first
    assert home.signing_public.read_text() == f"ed25519 {first.public} 1970-01-01\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_only_its_owner_can_read_it(home: Home) -> None:
    signing.open_key(home)
    assert stat.S_IMODE(home.signing_key.stat().st_mode) == 0o600
    home.signing_key.chmod(0o644)
    signing.open_key(home)
    assert stat.S_IMODE(home.signing_key.stat().st_mode) == 0o600


def test_nothing_is_made_by_asking_for_the_public_keys(home: Home) -> None:
    assert signing.public_keys(home) == []
    assert not home.signing_public.exists()


def test_a_lost_key_is_told_once_and_its_public_part_stays(home: Home) -> None:
    old = signing.open_key(home)
    home.signing_key.unlink()
    new = signing.open_key(home)
    assert new.told == signing.LOST
    assert signing.open_key(home).told is None
    assert signing.public_keys(home) == [old.public, new.public]


def test_a_replaced_key_is_told_once_and_both_are_known(home: Home, tmp_path: Path) -> None:
    old = signing.open_key(home)
    other = signing.open_key(open_home(tmp_path / "other"))
    home.signing_key.write_bytes((tmp_path / "other" / "signing.key").read_bytes())
    found = signing.open_key(home)
    assert (found.private, found.told) == (other.private, signing.REPLACED)
    assert signing.public_keys(home) == [old.public, other.public]
    assert signing.open_key(home).told is None


def test_a_lost_list_is_begun_anew_without_a_word(home: Home) -> None:
    key = signing.open_key(home)
    home.signing_public.unlink()
    assert signing.open_key(home) == key
    assert signing.public_keys(home) == [key.public]


@pytest.mark.parametrize("data", [b"", b"rubbish", b"\x00" * 100, b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_damaged_key_is_told_with_what_to_do_and_left_as_it_is(home: Home, data: bytes) -> None:
    signing.open_key(home)
    home.signing_key.write_bytes(data)
    with pytest.raises(StoreProblem) as told:
        signing.open_key(home)
    assert "signing.key" in told.value.sentence
    assert "signing.key.old" in str(told.value.hint)
    assert home.signing_key.read_bytes() == data


def test_a_key_of_another_kind_is_refused(home: Home) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    other = generate_private_key(SECP256R1())
    home.signing_key.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(StoreProblem):
        signing.open_key(home)


def test_a_home_that_cannot_be_written_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)  # root may write everywhere
    with pytest.raises(ReadOnly):
        signing.open_key(home)


def test_a_list_with_rubbish_in_it_gives_the_keys(home: Home) -> None:
    key = signing.open_key(home)
    home.signing_public.write_text(f"# mine\n\x00\xff\ned25519 short\n{home.signing_public.read_text()}")
    assert signing.public_keys(home) == [key.public]


def test_a_public_key_can_be_given_as_pem_too(home: Home, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = signing.open_key(home)
    public = Ed25519PrivateKey.from_private_bytes(key.private).public_key()
    given = tmp_path / "given.pem"
    given.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert signing.read_public(given) == [key.public]


@pytest.mark.parametrize(
    "text", ["", "nothing", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_a_file_without_a_public_key_says_so(tmp_path: Path, text: str) -> None:
    given = tmp_path / "given.pub"
    given.write_text(text)
    with pytest.raises(StoreProblem) as told:
        signing.read_public(given)
    assert "sotto verify --public-key" in str(told.value.hint)


def test_those_who_need_one_at_once_have_the_same(home: Home) -> None:
    together = threading.Barrier(8)

    def opened(_: int) -> str:
        together.wait()
        return signing.open_key(home).public

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(opened, range(8)))
    assert len(found) == 1
    assert set(signing.public_keys(home)) == found
    assert [path.name for path in home.root.iterdir() if path.name.startswith(".signing")] == []
