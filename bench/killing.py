"""Kill an update at its system calls, with strace: `python -m bench.killing [apply | settle | roll-back]`.

For each kind of call that can change a disk, the program dies on entering the first of them, the second, and
so on to the last; calls are counted for each thread. Each time the next program settles what is left, and the
home must be the old one or the new one. The tests do the same at what Python does.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("updates", "engine", "models")]

from killed_updates import Trials  # noqa: E402  (found only on the path above)

CALLS = (
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "openat", "write",
    "pwrite64", "fsync", "fdatasync", "ftruncate", "fchmod", "close",
)  # fmt: skip


def killed_at(trials: Trials, call: str, at: int) -> bool:
    """Do the work in a process that dies at a call; tell whether it came to its end."""
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
        code = 1
        try:
            trials.work()
            code = 0
        finally:
            os._exit(code)
    os.waitpid(child, os.WUNTRACED)
    inject = f"inject={call}:signal=KILL:when={at}"
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", inject, "-p", str(child)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as tracer:
        while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
            if tracer.poll() is not None:
                raise SystemExit("strace cannot attach to a process here. Next: run it as root")
            time.sleep(0.001)
        os.kill(child, signal.SIGCONT)
        _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("the work failed by itself")
    return os.WIFEXITED(status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", default="apply", choices=["apply", "settle", "roll-back"])
    parser.add_argument("--step", type=int, default=1, help="every N-th call only")
    given = parser.parse_args()
    if shutil.which("strace") is None:
        raise SystemExit("strace is not installed. Next: apt install strace")
    found: Counter[object] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(Path(folder), given.what)
        for call in CALLS:
            at, done = 1, False
            while not done:
                trials.prepare()
                done = killed_at(trials, call, at)
                outcome = trials.outcome(done)
                found[outcome["is"]] += 1
                if outcome["is"] is None:
                    print(f"neither: {call} {at}: {outcome}", flush=True)
                at += given.step
            told = f"old {found[0]}, new {found[1]}, neither {found[None]}"
            print(f"{call}: {at - 1} calls; so far {told}", flush=True)
    if found[None]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
