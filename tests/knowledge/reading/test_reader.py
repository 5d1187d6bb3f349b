"""The process that reads: kept for many documents, replaced after a bad one, gone with its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from samples import docx, locked_pdf, paragraph, pdf

from sottovoce.core.errors import BadDocument
from sottovoce.core.priority import LOW
from sottovoce.core.settings import child_environment
from sottovoce.knowledge.document import Block
from sottovoce.knowledge.reading import read as reading
from sottovoce.knowledge.reading.kinds import LARGEST
from sottovoce.knowledge.reading.read import Reader
from sottovoce.knowledge.reading.wire import Limits, Request

SLOW = b"a | b - c\n" * 4_000_000
"""Lines that keep a reader busy for some seconds; nothing of it is wrong."""


def process_of(reader: Reader) -> int:
    assert reader._child is not None
    return reader._child._process.pid


async def test_a_file_and_bytes_are_read_alike_by_one_process(tmp_path: Path) -> None:
    data = docx(paragraph("Hello 你好"))
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    async with Reader() as reader:
        found = await reader.read(path, "a.docx")
        process = process_of(reader)
        assert await reader.read_bytes(data, "a.docx") == found
        assert found.blocks == (Block("text", "Hello 你好"),)
        assert process_of(reader) == process


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="needs priorities of processes")
async def test_who_is_answered_comes_before_a_document() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    async with Reader() as reader:
        await reader.read_bytes(b"a", "a.txt")
        assert os.getpriority(os.PRIO_PROCESS, process_of(reader)) == max(ours, LOW)


async def test_many_are_asked_for_at_once_and_each_gets_its_own() -> None:
    async with Reader() as reader:
        found = await asyncio.gather(*(reader.read_bytes(b"text %d" % at, "a.txt") for at in range(50)))
    assert [one.blocks[0].text for one in found] == [f"text {at}" for at in range(50)]


async def test_what_is_no_file_is_refused_without_being_opened_for_long(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "empty.txt").touch()
    async with Reader() as reader:
        for name, said in (
            ("pipe", "not an ordinary file"),
            ("zero", "not an ordinary file"),
            (".", "not an ordinary file"),
            ("gone", "not there any more"),
            ("empty.txt", "holds no text"),
        ):
            with pytest.raises(BadDocument) as caught:
                await reader.read(tmp_path / name, f"shelf/{name}")
            assert said in caught.value.sentence
            assert f"shelf/{name}" in caught.value.sentence
            assert caught.value.hint
        assert reader._child is None


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with path.open("wb") as file:
        file.write(b"text\n" * 1_000)
        file.truncate(2_000_000_000)
    async with Reader() as reader:
        with pytest.raises(BadDocument, match="larger than the 64 MB") as caught:
            await reader.read(path, "log.txt")
    assert "Split it" in (caught.value.hint or "")
    assert LARGEST["text"] == 64_000_000


async def test_a_document_that_takes_too_long_ends_with_its_reader_and_the_next_is_read() -> None:
    async with Reader(Limits(cpu=0)) as reader:
        with pytest.raises(BadDocument, match=r"slow\.md takes longer"):
            await reader.read_bytes(SLOW, "slow.md")
        assert reader._child is None
        assert (await reader.read_bytes(b"fine", "a.txt")).blocks == (Block("text", "fine"),)


async def test_a_reader_that_hangs_is_ended_at_its_deadline() -> None:
    async with Reader(Limits(wall=0.5)) as reader:
        await reader.read_bytes(b"fine", "a.txt")
        os.kill(process_of(reader), signal.SIGSTOP)
        with pytest.raises(BadDocument, match="takes longer"):
            await reader.read_bytes(b"fine", "a.txt")
        assert (await reader.read_bytes(b"fine", "a.txt")).blocks


async def test_a_reader_that_dies_is_told_of_and_replaced() -> None:
    async with Reader() as reader:
        await reader.read_bytes(b"fine", "a.txt")
        asyncio.get_running_loop().call_later(0.05, os.kill, process_of(reader), signal.SIGKILL)
        with pytest.raises(BadDocument, match="broke the program that read it"):
            await reader.read_bytes(SLOW, "slow.md")
        assert (await reader.read_bytes(b"fine", "a.txt")).blocks


async def test_who_is_cancelled_leaves_nothing_to_the_next() -> None:
    async with Reader() as reader:
        task = asyncio.create_task(reader.read_bytes(SLOW, "slow.md"))
        while reader._child is None:
            await asyncio.sleep(0.01)
        process = process_of(reader)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await reader.read_bytes(b"fine", "a.txt")).blocks == (Block("text", "fine"),)
        assert process_of(reader) != process


async def test_a_reader_that_nobody_listens_to_can_be_ended() -> None:
    async with Reader() as reader:
        await reader.read_bytes(b"fine", "a.txt")
        assert reader._child is not None
        await reader._child._send(Request("text", len(SLOW)), SLOW)
        stdout = reader._child._process.stdout
        assert stdout is not None
        while not stdout._paused:  # type: ignore[attr-defined]
            await asyncio.sleep(0.01)
        async with asyncio.timeout(20):
            await reader.close()


async def test_a_damaged_document_costs_its_reader_and_a_locked_one_does_not() -> None:
    async with Reader() as reader:
        await reader.read_bytes(b"fine", "a.txt")
        before = process_of(reader)
        with pytest.raises(BadDocument, match="holds no text"):
            await reader.read_bytes(pdf(b""), "scan.pdf")
        assert process_of(reader) == before
        with pytest.raises(BadDocument, match="damaged or cut short"):
            await reader.read_bytes(docx(paragraph("x"))[:-100], "a.docx")
        assert reader._child is None


async def test_a_locked_pdf_is_read_with_its_password_and_with_no_other() -> None:
    data = locked_pdf("A secret that is long enough.", "sésame")
    async with Reader() as reader:
        for password, said in (
            (None, "locked with a password"),
            ("open", "not the password of a.pdf"),
            ("half a \ud83d", "not the password of a.pdf"),
        ):
            with pytest.raises(BadDocument, match=said) as caught:
                await reader.read_bytes(data, "a.pdf", password=password)
            assert (caught.value.field, caught.value.detail) == ("password", "")
        found = await reader.read_bytes(data, "a.pdf", password="sésame")
    assert found.blocks == (Block("text", "A secret that is long enough.", page=1),)


RTF = b"{\\rtf1{\\info{\\title Plan}}Caf\\'e9 is good.\\par \\u20320?\\u22909? hello\\par}"


async def test_an_old_document_is_read_by_the_extra_readers_shut_in_as_well() -> None:
    pytest.importorskip("kreuzberg", reason="the extra readers are not installed")
    async with Reader() as reader:
        found = await reader.read_bytes(RTF, "a.rtf")
        assert (found.title, [block.text for block in found.blocks]) == (
            "Plan",
            ["Café is good.", "你好 hello"],
        )
        assert (await reader.read_bytes(b"fine", "a.txt")).blocks == (Block("text", "fine"),)


async def test_a_child_that_says_too_much_is_not_believed() -> None:
    async with Reader(Limits(text=100_000)) as reader:
        with pytest.raises(BadDocument, match="holds more than is read of one document: 100 kB"):
            await reader.read_bytes(b"some words. " * 200_000, "a.txt")


async def test_nothing_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    for _ in range(3):
        await reading.read(path, "a.txt")
        with pytest.raises(BadDocument):
            await reading.read(tmp_path, "a")
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208


PARENT = """
import asyncio, os, signal
from sottovoce.knowledge.reading.read import Reader

async def main():
    reader = Reader()
    await reader.read_bytes(b"fine", "a.txt")
    child = reader._child._process.pid
    os.kill(child, signal.SIGSTOP)
    print(child, flush=True)
    await reader.read_bytes(b"fine", "a.txt")

asyncio.run(main())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent's death is told by Linux")
def test_a_reader_does_not_outlive_its_parent_even_where_it_hangs() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=child_environment({})
    ) as parent:
        assert parent.stdout is not None
        stat = Path(f"/proc/{int(parent.stdout.readline())}/stat")
        parent.kill()
    deadline = time.monotonic() + 20
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.01)
