"""The page's list of promises: each is held by a test that exists, or says why it is not kept."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "web.md"
POINTS = 82

ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w./-]+\.(?:py|test\.ts))(?:::(\w+))?`")


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def missing(text: str) -> list[str]:
    """Return the tests named in a text that are not there."""
    found = []
    for file, name in TEST.findall(text):
        path = ROOT / ("web/tests" if file.endswith(".ts") else "tests") / file
        if not path.is_file() or (name and name not in functions(path)):
            found.append(f"{file}::{name}")
    return found


def test_every_point_stands_there_once() -> None:
    assert [int(number) for number, *_ in ROW.findall(PAGE.read_text("utf-8"))] == list(range(1, POINTS + 1))


@pytest.mark.parametrize(("number", "what", "kept", "how"), ROW.findall(PAGE.read_text("utf-8")))
def test_each_is_held_by_a_test_or_says_why_not(number: str, what: str, kept: str, how: str) -> None:
    assert kept in ("yes", "in part", "no", "later"), what
    if kept in ("yes", "in part"):
        assert TEST.search(how), f"{number} names no test"
    assert missing(how) == []


def test_a_test_that_does_not_exist_is_noticed() -> None:
    assert missing("`docs/test_web_points.py::test_nothing`") == ["docs/test_web_points.py::test_nothing"]
    assert missing("`docs/test_none.py`") == ["docs/test_none.py::"]
