"""Whether a question is about a time after all that a shelf knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sottovoce.core.grounds import day_of
from sottovoce.knowledge import documents, mounts
from sottovoce.knowledge.age import later, newest
from sottovoce.knowledge.document import Passage
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.file import ShelfFile
from sottovoce.knowledge.zim.header import Identity
from sottovoce.knowledge.zim.mount import Mount

MAY_2024 = 1_714_521_600.0
NOVEMBER_2026 = 1_795_737_600.0


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
        ("Who sits in room 2031?", None),
        ("Is form No. 2031 needed?", None),
        ("What does Windows 2025 cost?", None),
        ("How many rooms were there in 2031?", "2031"),
        ("第2031号文件说什么？", None),
        ("What changes next year?", "2027"),
        ("What is planned this year?", "2026"),
        ("And next month?", "2026-12"),
        ("明年有什么变化？", "2027"),
        ("后年呢？", "2028"),
        ("下个月放假吗？", "2026-12"),
        ("How did last year go?", None),
        ("What does every next yearly report say?", None),
        ("", None),
    ],
)
def test_the_latest_time_after_the_newest_document_is_found(question: str, found: str | None) -> None:
    assert later(question, MAY_2024, NOVEMBER_2026) == found


def test_a_month_after_december_is_of_the_next_year() -> None:
    assert later("next month", MAY_2024, NOVEMBER_2026 + 30 * 86_400) == "2027-01"


def test_this_year_is_not_later_than_a_shelf_of_this_year() -> None:
    assert later("What is planned this year?", NOVEMBER_2026, NOVEMBER_2026) is None


def test_a_shelf_of_unknown_age_is_never_too_old() -> None:
    assert later("What is new in 2099?", None, NOVEMBER_2026) is None


def test_the_newest_source_may_be_a_document_or_an_encyclopaedia(tmp_path: Path) -> None:
    file = ShelfFile(tmp_path / "shelf")
    assert file.look(newest) is None
    rules = Document(0, None, "/r.md", "r.md", "", "d", 1, 1, MAY_2024, None, 0, 2.0)
    file.call(lambda conn: documents.put(conn, rules, "text", [Passage(0, 4)]))
    assert file.look(newest) == MAY_2024
    unread = replace(rules, path="/x.md", name="x.md", written=9e9, problem="It cannot be read.")
    file.call(lambda conn: documents.put(conn, unread, "", []))
    assert file.look(newest) == MAY_2024
    encyclopaedia = Mount(
        tmp_path / "w.zim", Identity("u", 1, 1), "W", "eng", date(2026, 5, 2), 1, indexed=True, checked=1.0
    )
    file.call(lambda conn: mounts.put(conn, encyclopaedia))
    assert day_of(file.look(newest)) == "2026-05-02"
    file.close()
