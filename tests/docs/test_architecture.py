"""The page on the architecture tells the floors, the tree and the functions that there are, in order."""

from __future__ import annotations

import re
import sys
import threading
import tomllib
from importlib import import_module
from inspect import getsourcefile
from pathlib import Path
from types import FrameType

import pytest

from sottovoce.app import open_app
from sottovoce.chat.question import Question
from sottovoce.core.paths import Home

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "sottovoce"
PAGE = (ROOT / "docs" / "concepts" / "architecture.md").read_text("utf-8")

NAMED = re.compile(r"\[`([\w.]+)`\]\(\.\./\.\./((?:src|web)/[\w/.-]+)\)")
STEP = re.compile(r"^\| (\d+) \|(.*)$", re.MULTILINE)
FLOOR = re.compile(r"^([a-z]+(?: \| [a-z]+)*)", re.MULTILINE)

ELSEWHERE = {5, 16}
"""Steps that a chat without shelves does not take, or that come when the answer has long ended."""

NOT_HERE = {"sottovoce.engine.child.main", "sottovoce.guards.around"}
"""The child is another process; the guards are joined before the turn begins."""

MEANWHILE = {"sottovoce.store.chats.write"}
"""What the store's thread does while the words go on."""


def part(heading: str) -> str:
    """Return what stands below a heading."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def missing(text: str) -> list[str]:
    """Return the functions and classes of a text that the file behind them does not have."""
    return [f"{name} in {file}" for name, file in NAMED.findall(text) if not stands(name, ROOT / file)]


def stands(name: str, file: Path) -> bool:
    if file.suffix != ".py":
        made = rf"^export (?:async )?function\*? {name}\b|^  {name}(?:\(| = (?:async )?\()"
        return re.search(made, file.read_text("utf-8"), re.MULTILINE) is not None
    thing: object = import_module(module_of(file))
    for step in name.split("."):
        thing = getattr(thing, step, None)
    while hasattr(thing, "callback"):
        thing = thing.callback
    thing = getattr(thing, "__wrapped__", thing)
    return thing is not None and Path(getsourcefile(thing) or "") == file


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(SOURCES.parent).with_suffix("").parts).removesuffix(".__init__")


def test_every_function_named_is_where_its_link_leads() -> None:
    assert len(NAMED.findall(PAGE)) > 40
    assert missing(PAGE) == []


@pytest.mark.parametrize(
    "text",
    [
        "[`knit`](../../src/sottovoce/chat/turn.py)",
        "[`saved`](../../src/sottovoce/chat/turn.py)",
        "[`Answer.knit`](../../src/sottovoce/chat/writing.py)",
        "[`knit`](../../web/shared/api.ts)",
    ],
)
def test_one_that_is_not_there_is_noticed(text: str) -> None:
    assert len(missing(text)) == 1


def test_every_file_named_exists() -> None:
    named = re.findall(r"\b([a-z_]+(?:/[a-z_]+)*\.py)\b", PAGE)
    places = (SOURCES, SOURCES / "docs", ROOT, ROOT / "docs" / "concepts")
    assert [one for one in named if not any((place / one).exists() for place in places)] == []


def test_the_floors_are_those_that_the_linter_holds() -> None:
    drawn = FLOOR.findall(part("The floors").split("```text\n")[1])
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    held = [sorted(name.removeprefix("sottovoce.") for name in layer.split(" | ")) for layer in layers]
    assert [sorted(floor.split(" | ")) for floor in drawn] == held


def test_the_tree_shows_every_folder() -> None:
    tree = part("The tree")
    there = [path for path in SOURCES.iterdir() if path.name[0] not in "._" and path.name != "tables"]
    names = [f"{path.name}/" if path.is_dir() else path.name for path in there if path.suffix in ("", ".py")]
    assert [name for name in sorted(names) if f"\n  {name} " not in tree] == []


class Trace:
    """Which of our functions were called first, in all threads that begin meanwhile."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith("sottovoce."):
            self.calls.setdefault(f"{module}.{frame.f_code.co_qualname}", len(self.calls))


@pytest.mark.model
async def test_a_question_is_answered_step_by_step(home: Home) -> None:
    steps = {
        int(number): [f"{module_of(ROOT / file)}.{name}" for name, file in NAMED.findall(row)]
        for number, row in STEP.findall(part("One question, from the key press to the stored answer"))
    }
    trace = Trace()
    threading.setprofile(trace)
    try:
        async with open_app(home=home, given={"max_tokens": 4}, environment={}, attach=False) as app:
            trace.calls.clear()
            sys.setprofile(trace)
            events = [event async for event in app.ask(Question("Name three rivers."))]
            sys.setprofile(None)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert events
    named = [name for number, names in steps.items() if number not in ELSEWHERE for name in names]
    called = [name for name in named if name not in NOT_HERE]
    assert [name for name in called if name not in trace.calls] == []
    in_order = [name for name in called if name not in MEANWHILE]
    assert sorted(in_order, key=trace.calls.__getitem__) == in_order
