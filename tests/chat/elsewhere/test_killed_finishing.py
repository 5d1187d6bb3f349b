"""Killed at any instant, a question that waits is answered once. All of them: `python -m bench.finishing`."""

from __future__ import annotations

from pathlib import Path

import pytest
from killed_finishing import ASK, FINISH, trials

pytestmark = pytest.mark.e2e


def test_a_kill_loses_no_question_and_doubles_no_answer(tmp_path: Path, loopback: None) -> None:
    import kill

    killer = kill.build(tmp_path)
    if killer is None:
        pytest.skip("there is no C compiler here")
    with trials(tmp_path, killer) as tried:
        for words, shares in ((FINISH, (0.6, 0.9)), (ASK, (0.8,))):
            changes = tried.changes(words)
            for share in shares:
                run, found = tried.killed_at(words, int(changes * share))
                assert run.killed
                assert found.is_right, (words, share, found)
            assert found.better == (1,)
