"""A shelf of a folder; and the writer of small models: importlib mode puts no test folder on the path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sottovoce.knowledge import sources
from sottovoce.knowledge.file import ShelfFile

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))


@pytest.fixture
def shelf(tmp_path, folder):
    """A shelf's file with the folder of the test noted as its source, of which nothing is read yet."""
    file = ShelfFile(tmp_path / "shelf")
    file.call(lambda conn: sources.add(conn, folder, 1.0))
    yield file
    file.close()
