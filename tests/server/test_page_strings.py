"""Everything that the server can tell the page by a code has words in each of the page's languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sottovoce.core.errors import SottoError
from sottovoce.net.policy import Purpose
from sottovoce.server.house import LOADING

ROOT = Path(__file__).parents[2]
STRINGS = {
    language: json.loads((ROOT / "web" / "strings" / f"{language}.json").read_text("utf-8"))
    for language in ("en", "zh")
}
OF_THE_PAGE = {"unreachable", "import_empty", "import_large"}
"""Problems that the page finds by itself."""

IN_THE_SERVERS_WORDS = {"filtered", "other_model", "uncounted", "unsaid"}
"""Notices of answers from elsewhere, which are rare: the page shows the server's sentence, translated."""

NOTICE = re.compile(r'\bNotice\(\s*"(\w+)"')


def codes(kind: type[SottoError] = SottoError) -> Iterator[str]:
    yield kind.code
    for child in kind.__subclasses__():
        yield from codes(child)


def notices() -> set[str]:
    sources = (ROOT / "src" / "sottovoce").rglob("*.py")
    return {code for path in sources for code in NOTICE.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("language", sorted(STRINGS))
def test_every_problem_has_a_title_and_a_next_step(language: str) -> None:
    said = STRINGS[language]
    assert said.get(f"state.{LOADING}"), f"state.{LOADING} is not in {language}.json"
    for code in {*codes(), "unreachable"}:
        assert said.get(f"problem.{code}"), f"problem.{code} is not in {language}.json"
        assert said.get(f"next.{code}"), f"next.{code} is not in {language}.json"


@pytest.mark.parametrize("language", sorted(STRINGS))
def test_no_words_are_kept_for_a_problem_that_is_gone(language: str) -> None:
    known = {*codes(), *OF_THE_PAGE}
    said = {key.partition(".")[2] for key in STRINGS[language] if key.startswith(("problem.", "next."))}
    assert said - known == set()


@pytest.mark.parametrize("language", sorted(STRINGS))
def test_every_notice_and_every_reason_to_leave_has_words(language: str) -> None:
    assert notices()
    for key in [
        *(f"notice.{code}" for code in notices() - IN_THE_SERVERS_WORDS),
        *(f"ledger.{why}" for why in Purpose),
    ]:
        assert STRINGS[language].get(key), f"{key} is not in {language}.json"
