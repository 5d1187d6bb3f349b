"""A few states of each kind; `make torture` tries thousands."""

from __future__ import annotations

from pathlib import Path

import pytest
from torture import killing, power
from torture.result import Figures
from torture.shim import build, load
from torture.works import chat

pytestmark = pytest.mark.e2e

FEW = 16


def faults(program: str, folder: Path) -> list[str]:
    work = chat.work(folder)
    folder.mkdir()
    attempt = power._attempt(work, power._recorded(work, program, build(folder), folder / "run"), Figures())
    return [fault for fault in map(attempt, range(FEW)) if fault]


def test_a_chat_in_a_new_home_survives_power_cuts(tmp_path: Path) -> None:
    assert faults(chat.PROGRAM, tmp_path / "cut") == []


def test_without_its_syncs_it_does_not(tmp_path: Path) -> None:
    assert "a question that was shown as sent is lost" in faults(
        chat.UNSYNCED + chat.PROGRAM, tmp_path / "cut"
    )


def test_a_new_home_that_its_folder_does_not_know_for_good_is_lost(tmp_path: Path) -> None:
    unsynced = "from sottovoce.core import paths\npaths.sync_folder = lambda folder: None\n"
    assert faults(unsynced + chat.PROGRAM, tmp_path / "cut")


def test_the_harness_kills_where_it_is_told(tmp_path: Path) -> None:
    program = (
        "import sys\nfor n in range(5):\n open(f'{sys.argv[1]}/{n}', 'w').close()\n print(n, flush=True)"
    )
    with load(build(tmp_path), program, ()) as loaded:
        folder = tmp_path / "folder"
        folder.mkdir()
        run = loaded.run(folder, seconds=None, do="kill", at=3)
        assert (run.killed, run.said) == (True, ("0", "1"))
        assert not (folder / "2").exists()
        run = loaded.run(folder, seconds=None, do="kill", at=6)
        assert (run.killed, run.said) == (False, ("0", "1", "2", "3", "4"))
        assert run.changes == 5


def test_a_work_that_dies_of_itself_is_a_fault(tmp_path: Path) -> None:
    with load(build(tmp_path), "raise SystemExit(3)", ()) as loaded:
        trial = killing.Trial(chat.work(tmp_path), loaded, tmp_path)
        assert "ended by itself" in str(trial.before(1))
