from __future__ import annotations

from pathlib import Path

import pytest
from docs import speed
from docs.speed import LANGUAGES, Speed

MEASURED = """| what | median | 95 % interval | to reach | |
|---|---|---|---|---|
| words, ours / theirs | 1.25 × | 1.1 to 1.4 | ≥ 1.5 × | missed |
| words again, ours / theirs | 0.98 × | 0.9 to 1.02 |  |  |
| a wait, ours / theirs | 0.05 × | 0.04 to 0.08 | ≤ 0.4 × | met |
| a wait again, ours / theirs | 1.25 × | 1.1 to 1.4 |  |  |
"""


@pytest.mark.parametrize(
    ("row", "seconds", "english", "chinese"),
    [
        ("words, ours / theirs", False, "1.25 × as fast", "1.25 倍"),
        ("words again, ours / theirs", False, "no difference seen: 0.98 × as fast", "看不出差别：0.98 倍"),
        ("a wait, ours / theirs", True, "20 × as fast", "20 倍"),
        ("a wait again, ours / theirs", True, "slower: 0.8 × as fast", "更慢：0.8 倍"),
    ],
)
def test_a_row_says_by_its_interval_who_is_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, seconds: bool, english: str, chinese: str
) -> None:
    (tmp_path / "speeds.md").write_text(MEASURED, "utf-8")
    monkeypatch.setattr(speed, "PAGE", tmp_path / "speeds.md")
    one = Speed("server", row, seconds=seconds)
    assert [speed.verdict(one, language) for language in LANGUAGES.values()] == [english, chinese]


def test_a_row_that_was_not_measured_is_noticed() -> None:
    with pytest.raises(LookupError, match="has no row 'a guess'"):
        speed.verdict(Speed("server", "a guess"), LANGUAGES["en"])


def test_each_row_is_told_in_each_language_beside_a_peer_that_has_a_name() -> None:
    for one in speed.speeds():
        for name, language in LANGUAGES.items():
            assert one.says[name]
            assert one.beside in language.beside
