"""A process that lets other programs come first, with all its threads."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sottovoce.core.priority import LOW

BEGINS_ONE_MEANWHILE = """
import os, threading
from sottovoce.core import priority

set_one, begun = os.setpriority, threading.Event()

def late(which, who, wanted):
    if not begun.is_set():
        begun.set()
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    set_one(which, who, wanted)

os.setpriority = late
priority.give_way(priority.LOW)
threads = [int(one) for one in os.listdir("/proc/self/task")]
print(len(threads), *{os.getpriority(os.PRIO_PROCESS, one) for one in threads})
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a process has one priority")
def test_a_thread_that_is_begun_meanwhile_gives_way_too() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BEGINS_ONE_MEANWHILE],
        capture_output=True, text=True, timeout=60, start_new_session=True, check=True,
    )  # fmt: skip
    assert ran.stdout.split() == ["2", str(LOW)]
