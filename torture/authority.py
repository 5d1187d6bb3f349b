"""An authority of one's own, as a company has: what a server shows, and what a machine that believes it has.

`lay` over the system's folder of certificates in a namespace is how an administrator adds one. The program is
told nothing: it takes what its system believes.
"""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "net"))

from certificates import certificate

SHOWN, BELIEVED = "shown.pem", "believed"


def make(folder: Path, address: str) -> Path:
    """Make both for a server at an address; return the folder to lay over the system's."""
    _, authority = certificate(folder, address)
    believed = folder / BELIEVED
    believed.mkdir()
    hashed = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(authority)]
    name = subprocess.run(hashed, capture_output=True, text=True, check=True).stdout.strip()
    for known in (f"{name}.0", "ca-certificates.crt"):  # as OpenSSL looks for one, and where all stand in one
        (believed / known).write_bytes(authority.read_bytes())
    return believed


def system() -> Path:
    """Return the folder where the system's certificates lie."""
    return Path(ssl.get_default_verify_paths().openssl_capath).resolve()


def shown(folder: Path) -> ssl.SSLContext | None:
    """Return what a server shows, where one was made in this folder."""
    if not (folder / SHOWN).is_file():
        return None
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(folder / SHOWN)
    return shows
