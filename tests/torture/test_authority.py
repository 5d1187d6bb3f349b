"""A machine over whose certificates this folder was laid believes that one server, and no other."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from torture import authority

ADDRESS = "192.0.2.7"


def meet(shows: ssl.SSLContext, believed: Path, name: str) -> None:
    """Let the two greet each other in memory. Raises SSLCertVerificationError."""
    believes = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    believes.load_verify_locations(capath=believed)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = shows.wrap_bio(to_server, to_client, server_side=True)
    client = believes.wrap_bio(to_client, to_server, server_hostname=name)
    left = [client, server]
    while left:
        for side in list(left):
            try:
                side.do_handshake()
                left.remove(side)
            except ssl.SSLWantReadError:
                continue


def test_it_believes_that_server_at_that_address(tmp_path: Path) -> None:
    believed = authority.make(tmp_path, ADDRESS)
    shows = authority.shown(tmp_path)
    assert shows is not None
    meet(shows, believed, ADDRESS)
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(shows, believed, "192.0.2.8")


def test_it_does_not_believe_another(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        authority.make(tmp_path / name, ADDRESS)
    shows = authority.shown(tmp_path / "one")
    assert shows is not None
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(shows, tmp_path / "other" / authority.BELIEVED, ADDRESS)


def test_where_none_was_made_none_is_shown(tmp_path: Path) -> None:
    assert authority.shown(tmp_path) is None
