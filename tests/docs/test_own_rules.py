"""The rules that the guide shows can be used as they stand there."""

from __future__ import annotations

from pathlib import Path

from sottovoce.guard.own import OwnRules
from sottovoce.guard.own_file import read

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "safeguards.md"


def test_the_rules_that_the_guide_shows_are_good() -> None:
    shown = read(GUIDE.read_bytes().split(b"```toml\n")[1].split(b"```")[0])
    assert isinstance(shown, OwnRules), str(shown)
    assert [rule.name for rule in shown.rules] == ["falcon", "opening-hours", "staff-numbers", "medicine"]
    assert [rule.name for rule in shown.met("are you open today", "question")] == ["opening-hours"]
    assert [rule.name for rule in shown.met("it is P123456", "answer")] == ["staff-numbers"]
