"""The reader's process: it dies, hangs, lies, is missing, outlives nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from sottovoce.core.errors import BadDocument, NotFound, Unsupported
from sottovoce.knowledge.zim import archive as archives
from sottovoce.knowledge.zim.archive import Archive, open_archive


def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, article: str) -> None:
    """Let the next readers find a libzim that opens any file, and does this for an article."""
    package = tmp_path / "pretended" / "libzim"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "search.py").write_text("Query = Searcher = None")
    (package / "suggestion.py").write_text(
        "class SuggestionSearcher:\n"
        "    def __init__(self, archive): pass\n"
        "    def suggest(self, text): raise RuntimeError(text)\n"
    )
    source = """
        import os, sys, time, uuid
        class Archive:
            has_fulltext_index = has_checksum = False
            article_count = 1
            def __init__(self, path):
                with open(path, "rb") as file:
                    self.uuid = uuid.UUID(bytes=file.read(24)[8:])
            def get_metadata(self, name):
                raise RuntimeError(name)
            def has_entry_by_path(self, path):
                ARTICLE
    """
    (package / "reader.py").write_text(textwrap.dedent(source).replace("ARTICLE", article))
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{package.parent}{os.pathsep}{before}")


async def test_a_reader_that_was_killed_is_started_again(copy: Path) -> None:
    async with await open_archive(copy) as archive:
        for title in ("Rust", "Salt", "Chess", "Camel"):
            before = archive.pid
            assert before is not None
            os.kill(before, signal.SIGKILL)
            assert (await archive.article(title)).title == title
            assert archive.pid != before


async def test_it_is_started_again_twice_in_a_row_and_then_given_up(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, monkeypatch, "os.abort()")
    async with await open_archive(copy) as archive:
        with pytest.raises(BadDocument, match="“One” cannot be read: the reader was stopped") as died:
            await archive.article("One")
        assert died.value.hint
        with pytest.raises(BadDocument) as again:
            await archive.article("One")
        assert again.value is died.value, "what killed it twice is not tried again"
        with pytest.raises(BadDocument, match="stopped 3 times and is not started again"):
            await archive.article("Two")
        with pytest.raises(BadDocument, match="stopped 3 times"):
            archive.check_usable()


async def test_a_reader_that_hangs_is_sent_away(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, monkeypatch, "time.sleep(60)")
    monkeypatch.setattr(archives, "ARTICLE_SECONDS", 0.1)
    async with await open_archive(copy) as archive:
        pid = archive.pid
        monkeypatch.setattr(archives, "start_reader", None)  # it is not asked a second time
        with pytest.raises(BadDocument, match="“One” cannot be read: the reader did not answer within"):
            await archive.article("One")
        assert archive.pid is None
        assert not alive(pid)


@pytest.mark.parametrize(
    "lie",
    [
        "raise SystemExit",
        "raise TypeError",
        "[os.write(fd, b'nonsense') for fd in range(3, 12) if os.path.exists(f'/proc/self/fd/{fd}')]",
    ],
)
async def test_a_reader_that_breaks_down_is_told(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    pretend(tmp_path, monkeypatch, lie)
    async with await open_archive(copy) as archive:
        with pytest.raises(BadDocument, match="cannot be read: the reader"):
            await archive.article("One")


async def test_an_answer_of_a_wrong_shape_is_not_believed(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[object] = []

    async def lie(self: object, *asked: object, **more: object) -> object:
        return said[-1]

    monkeypatch.setattr("sottovoce.knowledge.zim.process.Reader.ask", lie)
    for one in ([], {"title": "a", "path": "a", "key": "a", "blocks": [1], "cut": 0}):
        said.append(one)
        async with await open_archive(copy) as archive:
            with pytest.raises(BadDocument, match="answered nonsense"):
                await archive.article("Rust")
    said.append({"found": [], "faults": []})  # no row for what was asked
    async with await open_archive(copy) as archive:
        with pytest.raises(BadDocument, match="answered nonsense"):
            await archive.search(["rust"])


async def test_without_libzim_the_command_that_brings_it_is_told(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libzim.py").write_text("raise ImportError('No module named libzim')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    with pytest.raises(Unsupported, match="libzim, which is not installed") as missing:
        await open_archive(copy)
    assert "pip install '.[zim]'" in (missing.value.hint or "")


async def test_an_answer_nobody_waits_for_is_not_taken_for_the_next(wiki: Archive) -> None:
    for title in ("Rust", "Salt"):
        asked = asyncio.create_task(wiki.article("Moon"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()
        assert (await wiki.article(title)).title == title


async def test_who_asks_next_is_not_blamed_for_what_hung(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(
        tmp_path, monkeypatch, "time.sleep(60 if path == 'Slow' else 0); raise KeyError('Cannot find entry')"
    )
    monkeypatch.setattr(archives, "ARTICLE_SECONDS", 1.0)
    async with await open_archive(copy) as archive:
        asked = asyncio.create_task(archive.article("Slow"))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(NotFound, match="no article of this name: Quick"):
            await archive.article("Quick")


async def test_a_closed_archive_answers_nobody(copy: Path) -> None:
    archive = await open_archive(copy)
    pid = archive.pid
    await archive.close()
    assert not alive(pid)
    with pytest.raises(BadDocument, match="was closed"):
        await archive.article("Rust")


async def test_the_reader_opens_no_file_but_its_own(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, monkeypatch, "open('/etc/hostname').read()")
    async with await open_archive(copy) as archive:
        with pytest.raises(BadDocument, match="A reader may not do this: open"):
            await archive.article("One")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's wall is Linux's")
async def test_the_reader_stands_behind_the_wall(wiki: Archive) -> None:
    assert wiki.walled
    assert "Seccomp:\t2" in status_of(wiki.pid)
    assert os.getsid(wiki.pid or 0) == wiki.pid, "Ctrl-C at the terminal must not reach it"


def test_the_reader_ends_with_whoever_started_it(copy: Path) -> None:
    program = """
        import asyncio, sys
        from pathlib import Path
        from sottovoce.knowledge.zim.archive import open_archive
        async def main():
            archive = await open_archive(Path(sys.argv[1]))
            print(archive.pid, flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(copy)], stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        pid = int(started.stdout.readline())
        assert alive(pid)
        started.kill()
    for _ in range(1000):
        if not alive(pid):
            return
        time.sleep(0.01)
    pytest.fail("the reader is still there")


def status_of(pid: int | None) -> str:
    return Path(f"/proc/{pid}/status").read_text("ascii")


def alive(pid: int | None) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
