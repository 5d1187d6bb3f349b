"""The reference says what the code says, and leaves nothing out."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from docs import generate

from sottovoce.cli.chat.commands import COMMANDS
from sottovoce.core import errors
from sottovoce.core.errors import SottoError
from sottovoce.core.settings import Settings

page = cache(generate.page)
DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference"


def every_error(kind: type[SottoError] = SottoError) -> list[type[SottoError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in every_error(child))]


ERRORS = [kind for kind in every_error()[1:] if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == page(name), "Next: make docs"


def test_a_page_that_lags_behind_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "page", page)
    for name in generate.PAGES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(page(name), "utf-8")
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    assert generate.stale() == []
    settings = tmp_path / "reference" / "settings.md"
    settings.write_text(settings.read_text("utf-8").replace("4096", "2048"), "utf-8")
    assert generate.stale() == ["reference/settings.md"]


def test_every_command_is_described_and_has_a_help() -> None:
    page = (REFERENCE / "commands.md").read_text("utf-8")
    for name, text in generate.help_texts():
        assert f"\n## {name}\n" in page
        options = text.index("Options:")
        assert len(text[:options].strip().splitlines()) > 1, f"{name} does not say what it does"


def test_every_slash_command_is_described() -> None:
    page = (REFERENCE / "commands.md").read_text("utf-8")
    assert [one.name for one in COMMANDS if f"| `{one.name}" not in page] == []


def test_every_setting_is_described() -> None:
    page = (REFERENCE / "settings.md").read_text("utf-8")
    assert [item.name for item in fields(Settings) if f"| `{item.name}` |" not in page] == []


def test_every_error_code_is_described_once() -> None:
    page = (REFERENCE / "errors.md").read_text("utf-8")
    for kind in ERRORS:
        assert page.count(f"| `{kind.code}` | `{kind.__name__}` | {kind.exit_code} |") == 1


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in ERRORS]
    assert sorted(codes) == sorted(set(codes))


def test_the_drawn_tree_of_errors_is_the_tree_of_classes() -> None:
    drawn = [kind for kind, _ in generate.error_meanings()]
    assert drawn == ERRORS
    stated = re.findall(r"^[├└]── (\w+) .*exit (\d)$", errors.__doc__ or "", re.MULTILINE)
    assert stated == [(kind.__name__, str(kind.exit_code)) for kind in SottoError.__subclasses__()]
