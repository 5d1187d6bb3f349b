"""Whether a question is about a time after all that a shelf knows."""

from __future__ import annotations

import pytest

from sottovoce.knowledge.age import later

MAY_2024 = 1_714_521_600.0


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is new in 2025?", "2025"),
        ("What happened in 2024?", None),
        ("And in 2024-06?", "2024-06"),
        ("And in 2024-05?", None),
        ("2031年有什么变化？", "2031"),
        ("2024年7月呢？", "2024-07"),
        ("From 2023 to 2026 and 2025", "2026"),
        ("It costs 2,031 euros, 2031.50 in all", None),
        ("Part number 20311", None),
        ("Who won in 1998?", None),
        ("Call 555-2031", None),
        ("", None),
    ],
)
def test_the_latest_time_after_the_newest_document_is_found(question: str, found: str | None) -> None:
    assert later(question, MAY_2024) == found


def test_a_shelf_of_unknown_age_is_never_too_old() -> None:
    assert later("What is new in 2099?", None) is None
