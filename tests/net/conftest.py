"""Servers on loopback, and certificates for them."""

from __future__ import annotations

import datetime
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from speaking import Open, speakers


@pytest.fixture
async def speaker(loopback: None) -> AsyncIterator[Open]:
    async with speakers() as opened:
        yield opened


@pytest.fixture
def certified(tmp_path: Path) -> Callable[..., tuple[ssl.SSLContext, Path]]:
    """Make what a server of a name shows, valid for some days from now, and the file to believe it by."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def make(name: str, first: int, last: int) -> tuple[ssl.SSLContext, Path]:
        now, private = datetime.datetime.now(datetime.UTC), ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=first))
            .not_valid_after(now + datetime.timedelta(days=last))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(private, hashes.SHA256())
        )
        authority, whole = tmp_path / "authority.pem", tmp_path / "shown.pem"
        authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        whole.write_bytes(key + authority.read_bytes())
        shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        shows.load_cert_chain(whole)
        return shows, authority

    return make
