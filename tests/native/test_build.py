"""A build in a process of its own: how far it is, what is left when it fails, and how it is stopped."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tarfile
from contextlib import aclosing
from pathlib import Path

import pytest
from small_sources import written

from sottovoce.core.errors import SottoError
from sottovoce.native.build import Step, build


async def built(tmp_path: Path, how: str = "", library: str = "VALUE = 1\n") -> list[Step]:
    files = written(tmp_path / "files", library, how)
    async with aclosing(build(files, tmp_path / "staging", tmp_path / "log", 2)) as steps:
        return [step async for step in steps]


async def test_a_build_tells_how_far_it_is_and_leaves_the_library(tmp_path: Path) -> None:
    assert await built(tmp_path) == [Step(1, 3), Step(2, 3), Step(3, 3)]
    library = tmp_path / "staging" / "library"
    assert [path.relative_to(library).as_posix() for path in library.rglob("*.py")] == [
        "xllamacpp/__init__.py"
    ]
    assert (library / "xllamacpp" / "__init__.py").read_text() == "VALUE = 1\n"


async def test_a_build_that_fails_says_its_last_lines_and_keeps_them_all(tmp_path: Path) -> None:
    with pytest.raises(SottoError, match="could not be built") as failed:
        await built(tmp_path, "print('ld: no room'); sys.exit(3)")
    assert "ld: no room" in str(failed.value.detail)
    assert str(tmp_path / "log") in str(failed.value.hint)
    assert "configuring" in (tmp_path / "log").read_text()
    assert not (tmp_path / "staging" / "library").exists()


SHOWS = """
for name, value in sorted(os.environ.items()):
    print(f"{name}={value}")
"""


async def test_compilers_know_nothing_of_keys_and_no_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "xyz")
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    await built(tmp_path, SHOWS)
    said = (tmp_path / "log").read_text()
    assert "SECRET_TOKEN" not in said
    assert "https_proxy=http://127.0.0.1:9\n" in said
    assert "-DLLAMA_USE_PREBUILT_UI=OFF" in said, "what would be fetched is left out"
    assert "NPROC=2\n" in said
    scripts = tmp_path / "staging" / "tools" / "ninja-1.data" / "scripts"
    assert f"PATH={scripts}{os.pathsep}" in said
    assert os.access(scripts / "ninja", os.X_OK)


async def test_compilers_are_told_what_they_must_be_told_besides(tmp_path: Path) -> None:
    files = written(tmp_path / "files", "", SHOWS)
    async with aclosing(build(files, tmp_path / "staging", tmp_path / "log", 1, ("-a", "-b"))) as steps:
        async for _ in steps:
            pass
    said = (tmp_path / "log").read_text()
    assert "CFLAGS=-a -b\n" in said
    assert "CXXFLAGS=-a -b\n" in said


HANGS = """
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
print(f"[{child.pid}/999999] compiling", flush=True)
time.sleep(600)
"""


async def test_stopping_a_build_ends_all_that_it_started(tmp_path: Path) -> None:
    files = written(tmp_path / "files", "", HANGS)
    async with aclosing(build(files, tmp_path / "staging", tmp_path / "log", 1)) as steps:
        async for step in steps:
            if step.total == 999_999:
                grandchild = step.done
                break
    async with asyncio.timeout(20):
        while is_running(grandchild):
            await asyncio.sleep(0.02)


def is_running(number: int) -> bool:
    if not sys.platform.startswith("linux"):
        pytest.skip("looks at /proc")
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_an_archive_that_is_none_is_told(tmp_path: Path) -> None:
    files = written(tmp_path / "files", "")
    files[1].write_bytes(b"no zip")
    with pytest.raises(SottoError, match="cannot be unpacked"):
        await anext(build(files, tmp_path / "staging", tmp_path / "log", 1))


async def test_stopping_while_it_is_unpacked_leaves_no_thread_that_writes(tmp_path: Path) -> None:
    files = written(tmp_path / "files", "", "")
    with tarfile.open(files[0], "w:gz") as archive:
        for at in range(20_000):
            archive.addfile(tarfile.TarInfo(f"xllamacpp-1/{at}"))
    building = asyncio.ensure_future(anext(build(files, tmp_path / "staging", tmp_path / "log", 1)))
    while not begun(tmp_path / "staging" / "source"):
        await asyncio.sleep(0.01)
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building
    shutil.rmtree(tmp_path / "staging")
    await asyncio.get_running_loop().shutdown_default_executor()
    assert not begun(tmp_path / "staging"), "nobody goes on unpacking"


def begun(folder: Path) -> bool:
    return any(folder.glob("*/*"))
