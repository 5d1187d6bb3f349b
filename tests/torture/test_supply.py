"""A wheel with a file too many, too few or another one is told from one that is in order."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from torture import supply

FILES = {
    "sottovoce/app.py": b"ask\n",
    "sottovoce-1.dist-info/RECORD": b"",
    "sottovoce/tables/help.json": b"{}",
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return packed(tmp_path / "one.whl", FILES)


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


def faults(wheel: Path, other: Path, sources: Path) -> dict[str, str]:
    sources.mkdir()
    (sources / "app.py").write_bytes(b"ask\n")
    known = {"sottovoce/app.py": sources / "app.py"}
    tried = {name: supply._unlike(wheel, other, known, name) for name in supply._names(wheel, *known)}
    return {name: fault for name, fault in tried.items() if fault}


def test_one_that_is_in_order_has_no_fault(tmp_path: Path, wheel: Path) -> None:
    other = shutil.copy(wheel, tmp_path / "other.whl")
    assert faults(wheel, other, tmp_path / "src") == {}


def test_another_build_must_be_the_same(tmp_path: Path, wheel: Path) -> None:
    other = packed(tmp_path / "other.whl", {**FILES, "sottovoce/tables/help.json": b"{ }"})
    assert {*faults(wheel, other, tmp_path / "src")} == {supply.WHOLE, "sottovoce/tables/help.json"}


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("start.pth", b"import this", "runs programs by itself"),
        ("sottovoce/words/cache.pkl", b"\x80\x04N.", "runs programs by itself"),
        ("sottovoce/app.py", b"ask more\n", "not the file of the sources"),
        ("sottovoce/stray.py", b"", "nothing in the sources"),
        ("other/__init__.py", b"", "nothing in the sources"),
    ],
)
def test_what_was_planted_is_found(tmp_path: Path, name: str, data: bytes, fault: str) -> None:
    wheel = packed(tmp_path / "bad.whl", {**FILES, name: data})
    other = shutil.copy(wheel, tmp_path / "other.whl")
    found = faults(wheel, other, tmp_path / "src")
    assert {*found} == {name}
    assert fault in found[name]


def test_a_source_that_was_left_out_is_missed(tmp_path: Path) -> None:
    wheel = packed(tmp_path / "less.whl", {"sottovoce-1.dist-info/RECORD": b""})
    other = shutil.copy(wheel, tmp_path / "other.whl")
    assert {*faults(wheel, other, tmp_path / "src")} == {"sottovoce/app.py"}
