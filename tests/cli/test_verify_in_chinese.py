"""`sotto verify` for a reader of Chinese: every line in it, and what is quoted as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ANSWER = "The river is long. Its echoes from countless hills are cut short, and nothing was found. It ends."
ENGLISH = re.compile(r"[A-Za-z]+(?: [A-Za-z]+){2,}")


@pytest.fixture
def export(sotto: Any, tmp_path: Path) -> Path:
    file = tmp_path / "chat.md"
    assert sotto("ask", ANSWER).code == 0
    assert sotto("chats", "export", "--all", "--to", file).code == 0
    return file


def told(sotto: Any, monkeypatch: pytest.MonkeyPatch, *arguments: object) -> str:
    monkeypatch.setenv("SOTTO_LANG", "zh")
    return str(sotto("verify", *arguments).out)


def test_an_unchanged_file(sotto: Any, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = told(sotto, monkeypatch, export).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("未改动      ") and "（由这里签名）" in line for line in lines)
    assert not any(map(ENGLISH.search, lines))


def test_a_quotation_keeps_its_words(sotto: Any, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export.write_text(export.read_text().replace("countless", "many"))
    out = told(sotto, monkeypatch, export)
    quoted = "Its echoes from many hills are cut short, and nothing was found."
    assert f"第 2 句：现在是 “{quoted}”" in out
    assert out.startswith("有改动      这已不是")
    assert not ENGLISH.search(out.replace(quoted, ""))


def test_a_cut_file(sotto: Any, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export.write_text(export.read_text().replace(" It ends.", ""))
    assert "句：末尾缺少内容" in told(sotto, monkeypatch, export)


def test_a_key_that_is_not_known(
    sotto: Any, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "theirs.pub"
    key.write_text(sotto("verify", "--public-key").out)
    monkeypatch.setenv("SOTTO_HOME", str(tmp_path / "another"))
    unknown, given = (told(sotto, monkeypatch, *more, export) for more in ((), ("--key", key)))
    assert "在这里未知；任何人都能创建密钥" in unknown
    assert "的持有者签名）" in given
    assert not ENGLISH.search(unknown + given)


def test_a_file_without_a_mark(sotto: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.md"
    file.write_text("I wrote this.")
    assert not ENGLISH.search(told(sotto, monkeypatch, file))


@pytest.mark.parametrize(
    ("name", "content"), [("a.docx", b"PK\x03\x04"), ("a.json", b'{"a":'), ("a.html", b"\xff")]
)
def test_a_damaged_file_is_told_in_chinese(
    sotto: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    monkeypatch.setenv("SOTTO_LANG", "zh")
    done = sotto("verify", file)
    assert not ENGLISH.search((done.out + done.err).replace(str(file), "").replace("sotto chats export", ""))
