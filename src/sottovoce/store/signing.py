"""The key of a home for provenance records: made when it is first needed, kept for nobody else to read.

    signing.key   the private part, PKCS #8 as PEM, 0600
    signing.pub   the public parts of all keys that this home ever had, one a line, the present one last:
                  ed25519 <base64> <day it was made or first seen>

Who has `signing.pub` can verify what was signed here. When `signing.key` is lost or another is put in its
place, the old public parts stay, so that old records still verify; `told` says what happened. Knows nothing
of records.
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.errors import StoreProblem
from sottovoce.core.paths import PRIVATE_FILE, Home, disk_problem, give_name, move_away, write_whole

KIND = "ed25519"
MOST_BYTES = 64 << 10
LINE = re.compile(r"ed25519 ([A-Za-z0-9+/]{43}=)(?: (\d{4}-\d\d-\d\d))?")

_ONE = threading.Lock()

LOST = (
    "The signing key was not there any more: a new one was made. What was signed with the old one still "
    "verifies here."
)
REPLACED = (
    "The signing key is another one than before. What was signed with the old one still verifies here; give "
    "others the new public part: sotto verify --public-key"
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`private` are 32 bytes, `public` its other part in base64. `told`: what a person must know."""

    private: bytes
    public: str
    told: str | None = None


def open_key(home: Home, now: float | None = None) -> SigningKey:
    """Return this home's key; make one where there is none. Raises StoreProblem, DiskFull or ReadOnly."""
    with _ONE:  # what is written beside its file has one name in a program
        return _opened(home, now)


def _opened(home: Home, now: float | None) -> SigningKey:
    known = public_keys(home)
    private = _read(home.signing_key)
    told = None
    if private is None:
        private, told = _made(home.signing_key), LOST if known else None
    else:
        _close(home.signing_key)
    public = _public(private)
    if not known or known[-1] != public:
        if known and told is None:
            told = REPLACED
        _note(home.signing_public, public, time.time() if now is None else now)
    return SigningKey(private, public, told)


def public_key(home: Home) -> str | None:
    """Return the public part of the key that is there now, or None where there is none. Makes nothing.

    Raises StoreProblem or ReadOnly.
    """
    private = _read(home.signing_key)
    return None if private is None else _public(private)


def public_keys(home: Home) -> list[str]:
    """Return the public parts of all keys this home ever had, the present one last. Makes nothing."""
    return _lines(home.signing_public) if home.signing_public.exists() else []


def known_keys(home: Home) -> frozenset[str]:
    """Return the public parts of all keys this home ever had, of the present one also where nobody noted it.

    Makes nothing. Raises StoreProblem or ReadOnly; a damaged key is none.
    """
    known = set(public_keys(home))
    with suppress(StoreProblem):
        present = public_key(home)
        known |= set() if present is None else {present}
    return frozenset(known)


def read_public(path: Path) -> list[str]:
    """Return the public parts that a file holds: such lines, or one key as PEM.

    Raises StoreProblem or ReadOnly.
    """
    text = _text(path)
    found = [_from_pem(text, path)] if "-----BEGIN PUBLIC KEY-----" in text else _lines(path)
    if not found:
        raise StoreProblem(
            f"{path} holds no public key.",
            hint="The other side writes one: sotto verify --public-key > their.pub",
        )
    return found


def _lines(path: Path) -> list[str]:
    return [line[1] for one in _text(path).splitlines() if (line := LINE.fullmatch(one.strip()))]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("ascii", "replace")
    except OSError as problem:
        raise disk_problem(problem, path) from problem


def _from_pem(text: str, path: Path) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise StoreProblem(
            f"{path} is no Ed25519 public key.",
            hint="The other side writes one: sotto verify --public-key > their.pub",
        )
    return base64.b64encode(key.public_bytes_raw()).decode()


def _read(path: Path) -> bytes | None:
    """Return the private part, or None where there is none. Raises StoreProblem where it cannot be read."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise disk_problem(problem, path) from problem
    try:
        key = load_pem_private_key(data, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreProblem(
            f"{path} is no signing key, or is damaged.",
            hint=f"Put it aside, and the next answer that is exported makes a new one: {move_away(path)}",
        )
    return key.private_bytes_raw()


def _close(path: Path) -> None:
    """Keep others from reading the key, if they could."""
    with suppress(OSError):  # it may be of somebody else, who lets us read it
        if path.stat().st_mode & 0o077:
            path.chmod(PRIVATE_FILE)


def _made(path: Path) -> bytes:
    """Make a key, or take the one that another program has just made."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_whole(beside, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        give_name(beside, path)
    except FileExistsError:
        beside.unlink(missing_ok=True)
        return _read(path) or _made(path)
    except OSError as problem:
        raise disk_problem(problem, path) from problem
    return key.private_bytes_raw()


def _public(private: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return base64.b64encode(key.public_bytes_raw()).decode()


def _note(path: Path, public: str, now: float) -> None:
    """Write a key's public part at the end of the list; one that comes back moves there."""
    before = path.read_text("ascii", "replace").splitlines() if path.exists() else []
    kept = [line for line in before if line.strip() and public not in line]
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    write_whole(path, "".join(f"{line}\n" for line in [*kept, f"{KIND} {public} {day}"]).encode())
