"""A sample of the set that comes with the program, asked of the real starter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.model


def sotto(home: Path, *arguments: str) -> Any:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    return subprocess.Popen(
        [sys.executable, "-m", "sottovoce", "--home", str(home), *arguments],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_sample_is_asked_stopped_gone_on_with_and_shown(tmp_path: Path) -> None:
    """Stopped after some answers it goes on behind them, and the same question is answered the same."""
    home = tmp_path / "home"
    with sotto(home, "eval", "starter", "--limit", "4") as stopped:
        for line in stopped.stderr:
            if "1 of 4" in line:
                stopped.send_signal(signal.SIGINT)
                break
        rest = stopped.stderr.read()
    assert stopped.returncode == 130
    assert "answers are kept; the same command goes on" in rest
    with sotto(home, "eval", "starter", "--limit", "4", "--json") as running:
        out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    assert "4 of 4 questions" in err
    found = json.loads(out)
    assert (found["all"]["of"], len(found["items"])) == (4, 4)
    assert found["tokens_written"] > 0
    assert found["tokens_read"] > 0
    with sotto(home, "models", "show", "starter", "--json") as showing:
        out, _ = showing.communicate(timeout=60)
    assert json.loads(out)["evaluated"]["asked"] == 4
    with sotto(home, "eval", "starter", "--limit", "2", "--again", "--json") as again:
        out, _ = again.communicate(timeout=120)
    before = {item["id"]: item["answer"] for item in found["items"]}
    for item in json.loads(out)["items"]:
        assert item["answer"] == before[item["id"]], "the likeliest word is the same again"
