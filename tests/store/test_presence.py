from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing

import pytest

from sottovoce.core.errors import StoreBusy
from sottovoce.core.paths import Home
from sottovoce.store import presence
from sottovoce.store.db import open_database

STAY = """
import sys
from pathlib import Path
from sottovoce.core.paths import open_home
from sottovoce.store.db import open_database
print(open_database(open_home(Path(sys.argv[1]))).writer, flush=True)
sys.stdin.read()
"""


def test_only_one_program_passes_the_entrance_at_a_time(home: Home) -> None:
    with presence.entrance(home), pytest.raises(StoreBusy), presence.entrance(home, patience=0.05):
        pass
    with presence.entrance(home, patience=0.05):
        pass


def test_a_killed_program_is_known_to_be_gone_and_its_mark_is_cleared(home: Home) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", STAY, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdin is not None
    writer = program.stdout.readline().strip()
    with presence.entrance(home):
        assert presence.living(home) == {writer}
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdin.close()
    program.stdout.close()
    with presence.entrance(home):
        assert presence.living(home) == set()
    assert not (home.root / "writers" / writer).exists()


def test_a_closed_database_leaves_no_mark(home: Home) -> None:
    with closing(open_database(home)) as database:
        assert (home.root / "writers" / database.writer).exists()
    assert list((home.root / "writers").iterdir()) == []
