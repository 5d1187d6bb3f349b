from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.e2e
@pytest.mark.skipif(not hasattr(os, "fork"), reason="trials are forked, and this system has no fork")
@pytest.mark.parametrize("what", ["apply", "roll-back", "settle"])
def test_an_update_killed_at_anything_it_does_leaves_the_old_home_or_the_new(
    tmp_path: Path, what: str
) -> None:
    command = [sys.executable, str(Path(__file__).with_name("killed_updates.py")), str(tmp_path), what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert [at for at, one in enumerate(trials) if one["is"] is None or one["again"]] == []
    assert {one["started"] for one in trials} <= {"0.1", "0.2"}, "some program is started at any instant"
    assert len(trials) > 20, "it was killed at every step, of which there are many"
    found = [one["is"] for one in trials]
    if what == "settle":
        assert set(found) == {0}
    else:
        assert set(found) == {0, 1}, "both were met"
        assert found in (sorted(found), sorted(found, reverse=True)), (
            "there is one moment at which it is done"
        )
