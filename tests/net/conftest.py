"""Servers on loopback, and certificates for them."""

from __future__ import annotations

import ssl
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from certificates import certificate
from speaking import Open, speakers


@pytest.fixture
async def speaker(loopback: None) -> AsyncIterator[Open]:
    async with speakers() as opened:
        yield opened


@pytest.fixture
def certified(tmp_path: Path) -> Callable[..., tuple[ssl.SSLContext, Path]]:
    return partial(certificate, tmp_path)
