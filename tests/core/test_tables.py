"""Tables kept from the build: used while they are of these sources, and never otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from packing.tables import MODULES

from sottovoce.core import tables
from sottovoce.core.tables import Table

SOURCES = Path(__file__).parents[2] / "src"


class Counted:
    """Works a table out of one file, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, Any]:
        self.times += 1
        return {"words": (tables.PACKAGE / "lists" / "words.txt").read_text("utf-8").split()}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "words.txt").write_text("早 one two", "utf-8")
    monkeypatch.setattr(tables, "PACKAGE", tmp_path)
    return tmp_path


def test_a_kept_table_is_not_worked_out_again(package: Path) -> None:
    work_out = Counted()
    table = Table("words", ("lists/",), work_out)
    table.write(package)
    assert table.read(package) == {"words": ["早", "one", "two"]}
    assert work_out.times == 1


@pytest.mark.parametrize("source", ["lists/", "lists/words.txt"])
def test_a_table_of_other_sources_is_worked_out_anew(package: Path, source: str) -> None:
    table = Table("words", (source,), Counted())
    table.write(package)
    (package / "lists" / "words.txt").write_text("three", "utf-8")
    assert table.read(package) == {"words": ["three"]}


def test_a_file_more_is_another_source(package: Path) -> None:
    work_out = Counted()
    table = Table("words", ("lists/",), work_out)
    table.write(package)
    (package / "lists" / "more.txt").write_text("", "utf-8")
    table.read(package)
    assert work_out.times == 2


def test_where_none_is_kept_it_is_worked_out(package: Path) -> None:
    assert Table("words", ("lists/",), Counted()).read(package) == {"words": ["早", "one", "two"]}


@pytest.mark.parametrize("name", MODULES)
def test_what_is_kept_is_what_is_worked_out(name: str, tmp_path: Path) -> None:
    table: Table = import_module(name).TABLE
    worked_out = json.loads(json.dumps(table.work_out()))
    table.write(tmp_path)
    kept = Table(table.name, table.sources, dict)
    assert kept.read(tmp_path) == worked_out != {}


def test_every_table_is_kept_when_the_package_is_built() -> None:
    found = {
        ".".join(path.relative_to(SOURCES).with_suffix("").parts)
        for path in SOURCES.rglob("*.py")
        if "\nTABLE = Table(" in path.read_text("utf-8")
    }
    assert found == set(MODULES)
