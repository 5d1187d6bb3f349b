"""Real ZIM files, written once for all tests; each test that damages one takes a copy."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sottovoce.knowledge.zim.archive import Archive, open_archive

pytest.importorskip("libzim", reason="the extra zim is not installed")

sys.path.insert(0, str(Path(__file__).parent))
import zim_articles as articles


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with english.zim, chinese.zim and plain.zim, the last without an index of its texts."""
    folder = tmp_path_factory.mktemp("zim")
    articles.write(folder / "english.zim", articles.english())
    articles.write(folder / "chinese.zim", articles.chinese(), "zho")
    some = {title: html for title, html in articles.english().items() if title < "D"}
    articles.write(folder / "plain.zim", some, indexed=False)
    return folder


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written / "english.zim", tmp_path / "wiki.zim"))


@pytest.fixture
async def wiki(written: Path) -> AsyncIterator[Archive]:
    async with await open_archive(written / "english.zim") as archive:
        yield archive
