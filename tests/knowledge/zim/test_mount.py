from __future__ import annotations

import asyncio
import datetime
import os
from pathlib import Path

import pytest

from sottovoce.core.errors import BadDocument
from sottovoce.knowledge.zim import checksum
from sottovoce.knowledge.zim.mount import mount, open_mounted


async def test_a_mounted_file_is_described_and_opened_again(copy: Path) -> None:
    told: list[tuple[int, int]] = []
    mounted = await mount(copy, lambda read, of: told.append((read, of)), clock=lambda: 1000.0)
    assert (mounted.title, mounted.language, mounted.as_of) == (
        "A small encyclopaedia",
        "eng",
        datetime.date(2026, 1, 15),
    )
    assert mounted.articles >= 40
    assert mounted.indexed
    assert mounted.checked == 1000.0
    assert told[-1][0] == told[-1][1]
    async with await open_mounted(mounted) as archive:
        assert (await archive.article("Rust")).title == "Rust"
    os.utime(copy, ns=(1, 1))
    with pytest.raises(BadDocument, match="it was written to since"):
        await open_mounted(mounted)


async def test_a_check_can_be_stopped_in_the_middle(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksum, "PIECE", 4096)
    begun = asyncio.Event()
    told: list[int] = []

    def tell(read: int, of: int) -> None:
        told.append(read)
        begun.set()

    checking = asyncio.create_task(checksum.check(copy, tell))
    await begun.wait()
    checking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking
    assert told[-1] < checksum.read_header(copy).checksum_at


async def test_a_damaged_file_is_not_mounted(copy: Path) -> None:
    with open(copy, "r+b") as file:  # noqa: ASYNC230, PTH123
        file.seek(-5000, os.SEEK_END)
        file.write(b"\xff" * 64)
    with pytest.raises(BadDocument, match="does not match its checksum"):
        await mount(copy)
