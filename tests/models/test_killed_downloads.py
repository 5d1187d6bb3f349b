from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from getting import wanted
from mirror import Mirror

INSTANTS = 100
SECONDS = 0.15


@pytest.mark.e2e
@pytest.mark.skipif(not hasattr(os, "fork"), reason="trials are forked, and this system has no fork")
def test_a_download_killed_at_any_instant_goes_on_and_ends_right(
    mirror: Mirror, weights: bytes, tmp_path: Path
) -> None:
    mirror.speed = 1e7
    file = wanted(mirror, weights)
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path), file.url]
    command += [str(file.size), str(file.sha256), str(INSTANTS), str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    trials = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(trials) == INSTANTS
    # A file that is there early is whole: it was killed after its last step.
    assert {one["early"] for one in trials} <= {None, len(weights)}
    assert [one for one in trials if one["again"] != 0 or one["bytes"] != len(weights)] == [], done.stderr
    for number in range(INSTANTS):
        installed = (tmp_path / str(number) / "models" / "m.gguf").read_bytes()
        assert hashlib.sha256(installed).hexdigest() == file.sha256
    assert [one for one in trials if one["left"]] == []
    # The instants are spread: many fell in the middle, and what had come was kept.
    assert sum(one["killed"] and 0 < one["kept"] < len(weights) for one in trials) > INSTANTS // 10
