"""Kills the real program while it asks elsewhere, and looks what is in the chat once it has run again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / name) for name in ("store", "processes")]

from kill import Killer, Program, Run  # noqa: E402  (found only on the path above)

from sottovoce.chat.elsewhere.finishing import SENT_AGAIN  # noqa: E402
from sottovoce.chat.elsewhere.sending import ELSEWHERE  # noqa: E402
from sottovoce.core import notices, settings  # noqa: E402
from sottovoce.core.messages import Role, State  # noqa: E402
from sottovoce.core.paths import Home, open_home  # noqa: E402
from sottovoce.hybrid import upstreams  # noqa: E402
from sottovoce.hybrid.upstream import Upstream  # noqa: E402
from sottovoce.net.address import Where  # noqa: E402
from sottovoce.store import chats, waiting  # noqa: E402
from sottovoce.store.db import open_database  # noqa: E402

PROGRAM = "from sottovoce.cli.main import main\nmain()"
MODULES = (
    "sottovoce.cli._finishing", "sottovoce.cli._asking_there", "sottovoce.cli.later", "sottovoce.cli.ask",
    "sottovoce.app", "sottovoce.chat.elsewhere.drafting", "httpx2", "rich.console",
)  # fmt: skip
FINISH = ("later", "run")
ASK = ("ask", "--there", "cellar", "--yes-send", "I am Anna Berger: is the sea blue?")
ENVIRONMENT = {"SOTTO_ENGINE": "echo", "SOTTO_NETWORK": "ask"}


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a home after a kill and another run. `better`: answers to each question said yes to."""

    better: tuple[int, ...]
    waiting: int
    sent: int
    untold: int
    """Answers whose question was sent twice, and that do not say so."""

    @property
    def is_right(self) -> bool:
        return self.waiting == 0 and self.untold == 0 and set(self.better) <= {1}


class Recorder:
    """The model elsewhere, as a process: see coming_and_going.py."""

    def __init__(self, record: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._record = record
        script = str(Path(__file__).with_name("coming_and_going.py"))
        self._process = subprocess.Popen(
            [sys.executable, "-S", script, str(self.port), str(record)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def tell(self, word: str) -> None:
        """Have it `come` or `go`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{word}\n")
        stdin.flush()
        assert stdout.readline() == f"{word}\n"

    def taken(self) -> Counter[str]:
        """Return by which name questions came since the last look, and how often."""
        found = Counter(self._record.read_text().split()) if self._record.exists() else Counter[str]()
        self._record.unlink(missing_ok=True)
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Trials:
    """Homes in which the program is killed. `before` is one that knows the place, and `asked` one where a
    question waits for it."""

    def __init__(self, folder: Path, program: Program, recorder: Recorder) -> None:
        self._folder, self._program, self._recorder = folder, program, recorder
        self.before, self.asked = folder / "before", folder / "asked"
        home = open_home(self.before)
        settings.store(home, "network", "ask")
        url = f"http://127.0.0.1:{recorder.port}/v1"
        upstreams.add(home, Upstream("cellar", url, "large", Where.INSIDE))
        open_database(home).close()
        shutil.copytree(self.before, self.asked)
        self._program.run(ASK, SOTTO_HOME=str(self.asked))

    def changes(self, words: Sequence[str]) -> int:
        """Return how many changes to its home the program makes by itself."""
        home = self._copied(words)
        return self._with(home).count(words, home)

    def killed_at(self, words: Sequence[str], k: int, *, torn: bool = False) -> tuple[Run, Found]:
        """Kill it before its k-th change to its home, and run it again."""
        home = self._copied(words)
        return self._after(home, self._with(home).run_until_kill(words, home, k, torn=torn))

    def killed_after(self, words: Sequence[str], seconds: float) -> tuple[Run, Found]:
        home = self._copied(words)
        return self._after(home, self._with(home).run_for(words, seconds))

    def _copied(self, words: Sequence[str]) -> Path:
        home = self._folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.asked if words == FINISH else self.before, home)
        self._recorder.tell("come" if words == FINISH else "go")
        self._recorder.taken()
        return home

    def _with(self, home: Path) -> Program:
        return Program(self._program.loaded, {**self._program.env, "SOTTO_HOME": str(home)})

    def _after(self, home: Path, run: Run) -> tuple[Run, Found]:
        self._recorder.tell("come")
        self._with(home).run(FINISH)
        return run, found(Home(home), self._recorder.taken())


def found(home: Home, sent: Counter[str]) -> Found:
    """Look what is in a home. A question counts as said yes to once an answer to it has begun."""
    with closing(open_database(home)) as database:
        names = [chat.id for chat in database.look(lambda conn: chats.listed(conn, "me"))]
        said = [database.look(lambda conn, name=name: chats.messages(conn, "me", name)) for name in names]
        left = len(database.look(waiting.everyones))
    better, untold = [], 0
    for messages in said:
        for question in (one for one in messages if one.role is Role.USER):
            answers = [one for one in messages if one.parent == question.id]
            whole = [one for one in answers if ELSEWHERE in one.facts and one.state is State.COMPLETE]
            better += [len(whole)] if answers else []
            told = [one.code for answer in whole for one in notices.kept(answer.facts)]
            untold += max(sent.values(), default=0) > 1 and SENT_AGAIN not in told
    return Found(tuple(better), left, sum(sent.values()), untold)


@contextmanager
def trials(folder: Path, killer: Killer) -> Iterator[Trials]:
    """Load the program and start the place."""
    recorder = Recorder(folder / "record")
    try:
        with killer.load(PROGRAM, MODULES, **ENVIRONMENT) as program:
            yield Trials(folder, program, recorder)
    finally:
        recorder.close()
