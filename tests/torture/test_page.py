from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from torture import page
from torture.result import Result, Row, Tried


def found(*faults: str) -> page.Found:
    row = Row("killed", Tried(1200, faults, 61.0), "the sync", Tried(9, ("case 1: lost",), 2.0))
    result = Result("Nothing is lost.", (row,), "The echo engine stands for the model.")
    return page.Found("killing", False, 7, "a machine", "abc1234", "2026-01-02", 61.4, result)


def test_the_page_is_what_was_found() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page()


def test_a_result_stands_on_the_page_until_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(page, "PAGE", tmp_path / "torture.md")
    page.keep(found())
    text = page.PAGE.read_text(encoding="utf-8")
    assert "## Nothing is lost." in text
    assert "| killed | 1,200 | 0 | the sync | 1 of 9 | 63 | held |" in text
    assert "seed 7. a machine, 2026-01-02, commit abc1234, 61 s in all." in text
    page.keep(found("case 5: a message is lost"))
    text = page.PAGE.read_text(encoding="utf-8")
    assert "| killed | 1,200 | 1 | the sync | 1 of 9 | 63 | broken |" in text
    assert "- killed: case 5: a message is lost" in text
    assert "held" not in text.partition("## Nothing")[2]


def test_what_is_not_promised_is_told_without_its_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(page, "PAGE", tmp_path / "torture.md")
    kept = found()
    shown = Row("a shared cache", Tried(90, ("case 5: a word",), 9.0), "", Tried(0, (), 0.0), promised=False)
    page.keep(replace(kept, result=replace(kept.result, rows=(*kept.result.rows, shown))))
    text = page.PAGE.read_text(encoding="utf-8")
    assert "| a shared cache | 90 | 1 |  |  | 9 | not promised |" in text
    assert "case 5" not in text
