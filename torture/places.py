"""What others can see of a server beside its answers, searched for words that must not be there.

Logs, figures, temporary files, the working folder, what its processes were started with. Whether all
else is private to this user of the machine, and the one state that chats share what it was: decisions/0034.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from sottovoce.core.paths import Home
from torture.serving import Server

Look = Callable[[str], str | None]

ASKED = ("/metrics", "/healthz", "/v1/models", "/api/tags", "/api/ps", "/app/api/queue", "/v1/responses")


def found(
    server: Server, stranger: str, words: Sequence[str], before: Mapping[str, object]
) -> dict[str, str | None]:
    """Return each place and what is wrong there. `before`: the openings when nobody had asked."""

    def searched(data: bytes) -> str | None:
        text = data.decode("latin-1").lower()
        held = sum(word in text for word in words)
        return f"holds the words of {held} users" if held else None

    seen = {f"GET {path}": searched(server.ask(path, key=stranger).raw) for path in ASKED}
    for process in [psutil.Process(server.pid), *server.engines()]:
        told = " ".join([*process.cmdline(), *process.environ().values()])
        seen[f"the arguments and environment of {_role(process, server)}"] = searched(told.encode())
    plain = [server.home.logs, server.folder / "tmp", server.folder / "cwd"]
    for path in [server.folder / "printed", *(path for folder in plain for path in _files(folder))]:
        name = str(path.relative_to(server.folder))
        data = path.read_bytes() if path.is_file() else b""
        seen[f"in {name}"] = searched(name.encode() + data)
    for path in [server.home.root, *server.home.root.rglob("*"), *(server.folder / "tmp").rglob("*")]:
        others = stat.S_IMODE(path.lstat().st_mode) & 0o077
        seen[f"who may read {path.relative_to(server.folder)}"] = "others than its user" if others else None
    for name, opening in openings(server.home).items():
        same = before.get(name) == opening
        seen[f"the opening {name}"] = None if same else "is not what it was before anybody had asked"
    return seen


def openings(home: Home) -> dict[str, object]:
    """Return the tokens and texts of the states that chats of different people begin with."""
    kept = ((path.stem, json.loads(path.read_bytes())) for path in home.kv.glob("opening-*.json"))
    return {name: (facts["tokens"], facts["text"]) for name, facts in kept}


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if not path.is_dir()]


def _role(process: psutil.Process, server: Server) -> str:
    return "the server" if process.pid == server.pid else f"the engine {process.pid}"
