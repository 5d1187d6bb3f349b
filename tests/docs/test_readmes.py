"""The README says the same in both languages: headings, commands, links, and the rows of its tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
OWN = {"README.md", "README.zh.md", "docs/guides/languages.md"}
"""Links that only one of them has."""


def _prose(text: str) -> str:
    return FENCE.sub("", text)


def _headings(text: str) -> list[str]:
    return re.findall(r"^(#+) ", _prose(text), re.MULTILINE)


def _typed(text: str) -> list[str]:
    """Return what a reader types, without what is said beside it."""
    blocks = [body for language, body in FENCE.findall(text) if language in ("sh", "bat", "console")]
    return [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]


def _rows(text: str) -> list[int]:
    return [line.count("|") for line in _prose(text).splitlines() if line.startswith("|")]


def test_both_have_the_same_headings() -> None:
    assert _headings(CHINESE) == _headings(ENGLISH)


def test_both_have_the_same_commands() -> None:
    assert _typed(CHINESE) == _typed(ENGLISH)
    assert sorted(CODE.findall(_prose(CHINESE))) == sorted(CODE.findall(_prose(ENGLISH)))


def test_both_have_the_same_rows() -> None:
    assert _rows(CHINESE) == _rows(ENGLISH)


def test_both_lead_to_the_same_pages_and_to_each_other() -> None:
    english, chinese = LINK.findall(ENGLISH), LINK.findall(CHINESE)
    assert sorted(set(chinese) - OWN) == sorted(set(english) - OWN)
    assert len([link for link in chinese if link not in OWN]) == len(
        [one for one in english if one not in OWN]
    )
    assert "README.zh.md" in english
    assert "README.md" in chinese


@pytest.mark.parametrize(
    ("english", "chinese"), [("# A\n## B\n", "# 甲\n"), ("# A\n", "## 甲\n")], ids=["fewer", "another level"]
)
def test_a_heading_that_is_missing_is_noticed(english: str, chinese: str) -> None:
    assert _headings(english) != _headings(chinese)
