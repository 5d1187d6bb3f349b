"""What a machine lacks for a build is told before anything is fetched."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

import pytest

from sottovoce.core.errors import DiskFull, NotEnoughMemory, SottoError, Unsupported
from sottovoce.engine import memory
from sottovoce.native import needs

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="an engine is built on Linux")


def compiler(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have a program of ours be found as the compiler."""
    path = folder / "c++"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda _: str(path))
    return str(path)


def test_a_compiler_that_works_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = sysconfig.get_paths()["include"]
    wanted = compiler(tmp_path, f'case "$*" in *-I{headers}*tried.cpp) exit 0;; esac; exit 1', monkeypatch)
    means = needs.look(tmp_path)
    assert means.compiler == wanted
    assert means.jobs >= 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("fatal error: Python.h: No such file or directory", "Python's headers are missing"),
        ("fatal error: omp.h: No such file or directory", "it misses what it needs"),
    ],
)
def test_one_that_cannot_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, words: str
) -> None:
    compiler(tmp_path, f"echo '{said}' >&2; exit 1", monkeypatch)
    with pytest.raises(SottoError, match=words) as told:
        needs.look(tmp_path)
    assert "apt install g++" in str(told.value.hint)
    assert said in str(told.value.detail)


def test_no_compiler_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SottoError, match="no C\\+\\+ compiler"):
        needs.look(tmp_path)


def test_too_little_disk_or_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 500_000_000)
    with pytest.raises(NotEnoughMemory, match="500 MB are free"):
        needs.look(tmp_path)
    monkeypatch.setattr(needs, "DISK", 1 << 60)
    with pytest.raises(DiskFull):
        needs.look(tmp_path)


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_than_on_linux_nothing_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(Unsupported, match="on Linux alone"):
        needs.look(tmp_path)
