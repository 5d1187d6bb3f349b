from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sottovoce.core import lock, paths
from sottovoce.core.errors import ReadOnly, StoreProblem
from sottovoce.core.lock import FileLock
from sottovoce.core.paths import disk_problem, give_name, open_home, write_whole


def test_a_home_is_private(tmp_path: Path) -> None:
    home = open_home(tmp_path / "deep" / "home")
    for folder in (home.root, home.backups, home.models, home.kv, home.logs):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_new_home_is_on_the_disk_with_all_folders_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(paths, "sync_folder", synced.append)
    home = open_home(tmp_path / "deep" / "home")
    assert {*synced} == {tmp_path, tmp_path / "deep", home.root}
    synced.clear()
    open_home(home.root)
    assert synced == []


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(StoreProblem):
        open_home(tmp_path / "home")


def test_write_whole_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "inside").write_text("x")
    with pytest.raises(StoreProblem):
        write_whole(path, b"new")
    assert (path / "inside").read_text() == "x"
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_system_says_becomes_a_sentence(tmp_path: Path) -> None:
    problem = disk_problem(PermissionError(13, "Permission denied"), tmp_path / "x")
    assert isinstance(problem, ReadOnly)
    assert "SOTTO_HOME" in str(problem.hint)


def test_a_lock_is_held_by_one_and_free_after_release(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert one.take()
    assert one.take()
    assert not other.take()
    one.release()
    assert other.take()


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    ours = FileLock(path)
    child = os.fork()
    if child == 0:
        FileLock(path).take()
        os._exit(0)
    os.waitpid(child, 0)
    assert ours.take()


@pytest.mark.parametrize("links", [True, False])
def test_a_name_is_given_only_where_nothing_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def no_links(*_: object) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(Path, "hardlink_to", no_links)
    beside, name = tmp_path / "beside", tmp_path / "name"
    beside.write_bytes(b"new")
    name.symlink_to(tmp_path / "gone")
    with pytest.raises(FileExistsError):
        give_name(beside, name)
    name.unlink()
    give_name(beside, name)
    assert [path.name for path in tmp_path.iterdir()] == ["name"]
    assert name.read_bytes() == b"new"


def test_a_lock_on_a_file_that_was_removed_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.lock"
    real, asked = lock._lock, []

    def removed_once(handle: int) -> bool:
        asked.append(handle)
        if len(asked) == 1:
            path.unlink()  # as whoever had it does at its end
        return real(handle)

    monkeypatch.setattr(lock, "_lock", removed_once)
    first = FileLock(path)
    assert first.take()
    assert not FileLock(path).take()
    first.release()
