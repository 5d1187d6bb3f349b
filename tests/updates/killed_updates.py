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
from sottovoce.updates import switch  # noqa: E402
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
PROGRAMS = ("0.1", "0.2")


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


class Trials:
    """A home before an update, to be begun with again and again, and the homes that may come of it."""

    def __init__(self, folder: Path, what: str) -> None:
        self.what = what
        self.root = folder / "home"  # one path for all trials: the database knows files by theirs
        self.begin = folder / "begin"
        maker, receiver = Maker(folder), Receiver(self.root)
        self.home = receiver.home
        maker.bring(maker.put_everything(1))
        receiver.apply(maker.stick)
        maker.bring(maker.put_everything(2))
        self.plan = receiver.stage(maker.stick)
        switch.begin(self.home, PROGRAMS[0])
        before = state(self.home)
        if what == "roll-back":
            applied(self.home, self.plan)
        shutil.copytree(self.root, self.begin, symlinks=True, copy_function=copied)
        if what == "roll-back":
            self.wanted = [before, state(self.home)]
        else:
            applied(self.home, self.plan)
            self.wanted = [before, state(self.home)]

    def prepare(self) -> None:
        """Put the home back to its beginning."""
        shutil.rmtree(self.root)
        shutil.copytree(self.begin, self.root, symlinks=True, copy_function=copied)
        if self.what == "settle":
            # Cut off in its very middle, so that there is something to take back.
            in_a_child(lambda: applied(self.home, self.plan), 30)

    def work(self) -> None:
        """Do what is to be killed."""
        does = {"apply": applied, "settle": settled, "roll-back": rolled_back}[self.what]
        does(self.home, self.plan)

    def outcome(self, done: bool) -> dict[str, object]:
        """Settle what is left, and say which home it is: 0 the old one, 1 the new one."""
        started = switch.current(self.home)
        settle(self.home)
        found = state(self.home)
        said: dict[str, object] = {"is": None, "done": done, "again": settle(self.home)}
        said["started"] = started
        if found in self.wanted:
            said["is"] = self.wanted.index(found)
        else:
            said["other"] = [
                key for key, one in found.items() if all(one != home[key] for home in self.wanted)
            ]
        return said


def main() -> None:
    trials = Trials(Path(sys.argv[1]), sys.argv[2])
    at, done = 0, False
    while not done:
        trials.prepare()
        done = in_a_child(trials.work, at)
        print(json.dumps(trials.outcome(done)), flush=True)
        at += 1


if __name__ == "__main__":
    main()
