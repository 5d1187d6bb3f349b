"""Kill an update before each thing that it does to the disk, settle what is left, and say as JSON what it is.

Run as a program: one process that has loaded everything forks a child for each trial. Arguments: a folder,
and which of apply, settle and roll-back is to be killed. A trial's number says before which event it dies.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("updates", "engine", "models")]

from update_homes import Maker, Receiver, state  # noqa: E402

from sottovoce.core.messages import OWNER  # noqa: E402
from sottovoce.core.paths import Home  # noqa: E402
from sottovoce.store.db import open_database  # noqa: E402
from sottovoce.updates.applying import apply, roll_back  # noqa: E402
from sottovoce.updates.plan import Plan  # noqa: E402
from sottovoce.updates.settling import alone, settle  # noqa: E402

DOES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "sqlite3.connect"}


class Deadline:
    """Kills this process before the n-th thing that it does to the disk. A hook cannot be taken out."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.counted = 0
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.left is None or event not in DOES:
            return
        if self.counted == self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        self.counted += 1


deadline = Deadline()


def applied(home: Home, plan: Plan) -> None:
    with closing(open_database(home)) as database, alone(home):
        deadline.counted = 0
        apply(home, database, plan, OWNER, list)


def rolled_back(home: Home, plan: Plan) -> None:
    with closing(open_database(home)) as database, alone(home):
        deadline.counted = 0
        roll_back(home, database, list)


def settled(home: Home, plan: Plan) -> None:
    settle(home)


def in_a_child(work: Callable[[], None], at: int | None) -> bool:
    """Do something in a process of its own that dies at an event; tell whether it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            deadline.left = at
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a child failed")
    return not os.WIFSIGNALED(status)


def copied(source: str, target: str) -> str:
    """Copy a file; only the name of one that is never written in place: a model is known by its place too."""
    if ".db" not in Path(source).name:
        os.link(source, target)
        return target
    return str(shutil.copy2(source, target))


def main() -> None:
    folder, what = Path(sys.argv[1]), sys.argv[2]
    maker = Maker(folder)
    root = folder / "home"  # one path for all trials: the database knows files by theirs
    receiver = Receiver(root)
    maker.bring(maker.put_everything(1))
    receiver.apply(maker.stick)
    maker.bring(maker.put_everything(2))
    plan = receiver.stage(maker.stick)
    if what == "roll-back":
        old = state(receiver.home)
        applied(receiver.home, plan)
    begin = shutil.copytree(root, folder / "begin", symlinks=True, copy_function=copied)
    before = state(receiver.home)
    if what == "roll-back":
        wanted, work = [old, before], rolled_back
    else:
        applied(receiver.home, plan)
        wanted, work = [before, state(receiver.home)], applied
    at = 0
    while True:
        shutil.rmtree(root)
        shutil.copytree(begin, root, symlinks=True, copy_function=copied)
        if what == "settle":
            # Cut off in its very middle, so that there is something to take back.
            in_a_child(lambda: applied(receiver.home, plan), 30)
            done = in_a_child(lambda: settled(receiver.home, plan), at)
        else:
            done = in_a_child(lambda: work(receiver.home, plan), at)
        settle(receiver.home)
        found = state(receiver.home)
        again = settle(receiver.home)
        said = {"is": wanted.index(found) if found in wanted else None, "again": again, "at": at}
        if said["is"] is None:
            said["other"] = [key for key, value in found.items() if all(value != one[key] for one in wanted)]
        print(json.dumps(said), flush=True)
        if done:
            return
        at += 1


if __name__ == "__main__":
    main()
