"""Files that are not what they should be: told in a sentence, and what is whole goes on."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from libzim.reader import Archive as Libzim
from zim_articles import LEADS, english, page, write

from sottovoce.core.errors import BadDocument, NotFound
from sottovoce.knowledge.zim.archive import Archive, open_archive
from sottovoce.knowledge.zim.checksum import check
from sottovoce.knowledge.zim.find import find
from sottovoce.knowledge.zim.header import LAYOUT, read_header
from sottovoce.knowledge.zim.mount import mount


def harm(path: Path, damage: Callable[[bytes], bytes]) -> None:
    path.write_bytes(damage(path.read_bytes()))


def cut_short(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def longer(data: bytes) -> bytes:
    return data + b"\0"


def empty(data: bytes) -> bytes:
    return b""


def text(data: bytes) -> bytes:
    return b"<html>404 Not Found</html>" * 100


def only_a_header(data: bytes) -> bytes:
    return data[:50]


def another_version(data: bytes) -> bytes:
    return data[:4] + b"\x09\0" + data[6:]


def garbage_after_the_mark(data: bytes) -> bytes:
    return data[:24] + bytes(range(200, 256)) + data[80:]


def places_outside(data: bytes) -> bytes:
    return data[:32] + (len(data) * 2).to_bytes(8, "little") + data[40:]


def no_entries(data: bytes) -> bytes:
    return data[:24] + bytes(4) + data[28:]


def a_byte_of_the_third_cluster(data: bytes) -> bytes:
    clusters = int.from_bytes(data[48:56], "little")
    at = int.from_bytes(data[clusters + 16 : clusters + 24], "little") + 40
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def both_indexes(data: bytes) -> bytes:
    """Write over where the index of the texts and that of the titles begin."""
    for found in re.finditer(b"Xapian Glass", data):
        data = data[: found.start() - 2] + b"\xff" * 4096 + data[found.start() + 4094 :]
    return data


def part_of_the_index(data: bytes) -> bytes:
    at = data.index(b"Xapian Glass") - 2  # the first file of the index
    return data[:at] + bytes(range(256)) * 16 + data[at + 4096 :]


async def trouble(archive: Archive, title: str) -> str:
    """Return why an article cannot be read; nothing if it can."""
    try:
        await archive.article(title)
    except BadDocument as problem:
        return problem.sentence
    return ""


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (cut_short, "wiki.zim is cut short: "),
        (longer, "wiki.zim is damaged: its table of contents"),
        (empty, "wiki.zim is empty"),
        (text, "wiki.zim is not a ZIM file"),
        (only_a_header, "wiki.zim is not a ZIM file"),
        (another_version, "version 9, which this release does not know"),
        (garbage_after_the_mark, "wiki.zim is damaged: its table of contents"),
        (places_outside, "wiki.zim is damaged: its table of contents"),
        (no_entries, "wiki.zim is damaged: its table of contents"),
    ],
)
async def test_a_damaged_file_is_refused_at_the_door(
    copy: Path, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    harm(copy, damage)
    for door in (open_archive, check):
        with pytest.raises(BadDocument, match=sentence) as refused:
            await door(copy)
        assert refused.value.hint


async def test_what_is_not_there_or_in_parts_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="There is no encyclopaedia at"):
        await open_archive(tmp_path / "gone.zim")
    (tmp_path / "folder.zim").mkdir()
    with pytest.raises(BadDocument, match=r"folder\.zim is a folder, not a ZIM file"):
        await open_archive(tmp_path / "folder.zim")
    with pytest.raises(BadDocument, match="first part") as parted:
        await open_archive(tmp_path / "wiki.zimaa")
    assert parted.value.hint == "Put the parts together: cat wiki.zim?? > wiki.zim"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes among its files")
async def test_a_pipe_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "wiki.zim")
    for door in (open_archive, check, mount):
        async with asyncio.timeout(5):
            with pytest.raises(BadDocument, match=r"wiki\.zim is a pipe or a device, not a ZIM file"):
                await door(tmp_path / "wiki.zim")


async def test_a_whole_file_passes_its_check_and_progress_is_told(copy: Path) -> None:
    told: list[tuple[int, int]] = []
    header = await check(copy, lambda read, of: told.append((read, of)))
    assert told[-1] == (header.checksum_at, header.checksum_at)
    assert Libzim(copy).check()


async def test_one_flipped_byte_is_found_by_the_check_and_spoils_only_its_articles(copy: Path) -> None:
    harm(copy, a_byte_of_the_third_cluster)
    with pytest.raises(BadDocument, match=r"wiki\.zim is damaged: its content does not match its checksum"):
        await check(copy)
    assert not Libzim(copy).check()

    async with await open_archive(copy) as archive:
        said = {title: await trouble(archive, title) for title in LEADS}
        bad = [title for title, sentence in said.items() if sentence]
        assert 0 < len(bad) < len(LEADS) / 2
        for title in bad:
            assert f"wiki.zim: the article “{title}” cannot be read" in said[title]
        told: list[str] = []
        assert await find(archive, bad[0], 3, told=told.append) is not None
        assert any("cannot be read" in sentence for sentence in told)
        good = next(title for title in LEADS if title not in bad)
        assert (await find(archive, good, 3)).found[0].document == good


async def test_an_overwritten_index_is_found_by_the_check_and_ends_nothing_else(copy: Path) -> None:
    harm(copy, part_of_the_index)
    with pytest.raises(BadDocument, match="does not match its checksum"):
        await check(copy)
    async with await open_archive(copy) as archive:
        found = (await find(archive, "Rust", 3)).found
        assert [one.document for one in found] in ([], ["Rust"])
        assert (await archive.article("Rust")).title == "Rust"


async def test_an_index_that_cannot_be_opened_is_told_and_articles_are_still_read(copy: Path) -> None:
    harm(copy, both_indexes)
    async with await open_archive(copy) as archive:
        told: list[str] = []
        await find(archive, "What lowers blood sugar?", 3, told=told.append)
        assert told
        assert told[0].startswith("wiki.zim: its index cannot be read: ")
        assert (await archive.article("Rust")).title == "Rust"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda path: path.unlink(), "There is no encyclopaedia at"),
        (lambda path: os.truncate(path, 20_000), "is no longer the file that was mounted: it had"),
        (lambda path: os.utime(path, ns=(1, 1)), "it was written to since"),
    ],
)
async def test_a_file_that_changes_while_it_is_open_is_told(
    copy: Path, change: Callable[[Path], None], sentence: str
) -> None:
    async with await open_archive(copy) as archive:
        change(copy)
        with pytest.raises(BadDocument, match=sentence):
            await archive.article("Rust")
        with pytest.raises(BadDocument, match=sentence):
            await find(archive, "rust", 3)


async def test_only_the_file_that_was_mounted_is_opened(written: Path, copy: Path) -> None:
    mounted = read_header(copy).identity
    await (await open_archive(copy, mounted)).close()
    shutil.copy(written / "chinese.zim", copy)
    with pytest.raises(BadDocument, match="it is another encyclopaedia, or another edition"):
        await open_archive(copy, mounted)


async def test_a_file_cut_short_under_the_reader_ends_it_and_is_told(copy: Path) -> None:
    async with await open_archive(copy) as archive:
        os.truncate(copy, LAYOUT.size)
        archive.check_same = lambda: None  # type: ignore[method-assign]  (it happens after the look)
        assert any([await trouble(archive, title) for title in LEADS])


async def test_articles_made_to_hurt_are_told_and_the_others_read(tmp_path: Path) -> None:
    pages = {
        "Deep": "<div>" * 100_000,
        "Huge": "<p>" + "word " * 1_000_000,
        "Long": page("Long", "x " * 400_000),
        "Odd \x1b[31m name": page("Odd", "odd &#27;[31m"),
        "Sound": page("Sound", "A sound article.", "<img src='x' onerror='evil()'><script>evil()</script>"),
    }
    path = write(tmp_path / "hostile.zim", pages, indexed=False)
    async with await open_archive(path) as archive:
        pid = archive.pid
        with pytest.raises(BadDocument, match="“Deep” cannot be read: its elements stand more than 500 deep"):
            await archive.article("Deep")
        with pytest.raises(BadDocument, match="“Huge” cannot be read: it has 5,"):
            await archive.article("Huge")
        with pytest.raises(BadDocument, match="it is no text"):
            await archive.article("logo.svg")
        assert (await archive.article("Long")).cut
        odd = await archive.article("Odd_\x1b[31m_name")
        assert odd.title == "Odd [31m name"
        assert odd.key == odd.path, "a title that cannot be shown is no name to cite"
        assert [block.text for block in odd.reading.blocks] == ["Odd", "odd  [31m"]
        assert [block.text for block in (await archive.article("Sound")).reading.blocks] == [
            "A sound article."
        ]
        assert archive.pid == pid


async def test_an_article_that_is_not_there_is_not_found_and_one_by_another_name_is(copy: Path) -> None:
    async with await open_archive(copy) as archive:
        with pytest.raises(NotFound):
            await archive.article("Nothing")
        assert (await archive.article("Plant food")).key == next(iter(english()))
        assert (await archive.article("Marie_Curie")).key == "Marie Curie"
