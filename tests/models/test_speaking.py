"""Which languages a model speaks, and the command for one that speaks another: from the catalogue alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gguf_samples import language_model

from sottovoce.core.paths import Home
from sottovoce.models import catalogue, shelf
from sottovoce.models.catalogue import Card, speaks
from sottovoce.models.fitting import to_get
from sottovoce.models.shelf import KnownFile
from sottovoce.models.speaking import Way, way_to
from sottovoce.store.db import Database, open_database

CARD = """
[[model]]
name = "{name}"
kind = "{kind}"
repository = "someone/{name}"
licence = "{licence}"
languages = [{languages}]
parameters = {parameters}

[[model.file]]
name = "{name}.gguf"
packing = "Q4_K_M"
size = {size}
sha256 = "{sha256}"
"""
DIGEST = "a" * 64
TOO_LARGE = 1 << 49
ROOMY = 64 << 30
"""Bytes that are to be had beside what is free here."""

Cards = Callable[..., tuple[Card, ...]]


def card(name: str, languages: str = '"fi"', **facts: object) -> str:
    said = {"kind": "chat", "licence": "MIT", "parameters": 10, "size": 1000, "sha256": "b" * 64, **facts}
    return CARD.format(name=name, languages=languages, **said)


@pytest.fixture
def cards(tmp_path: Path) -> Cards:
    def read(*texts: str) -> tuple[Card, ...]:
        path = tmp_path / "cards.toml"
        path.write_text("".join(texts), "utf-8")
        return catalogue.read(path)

    return read


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    opened = open_database(home)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("languages", "code", "does"),
    [((), "zh", True), (("mul",), "zh", True), (("en", "zh"), "zh", True), (("en",), "zh", False)],
)
def test_what_a_card_lists_is_spoken_and_where_none_does_nothing_is_denied(
    languages: tuple[str, ...], code: str, does: bool
) -> None:
    assert speaks(languages, code) is does


def test_the_largest_that_fits_and_speaks_it_is_named(home: Home, database: Database, cards: Cards) -> None:
    known = cards(
        card("small", parameters=10),
        card("middle", '"mul"', parameters=20),
        card("huge", parameters=30, size=TOO_LARGE),
        card("other", '"en"', parameters=25),
        card("unknown", "", parameters=26),
        card("vectors", kind="embedding", parameters=27),
    )
    assert way_to(home, database, known, "fi", "private") == Way("sotto models pull middle", False)


def test_where_nothing_was_measured_none_is_named_that_a_slow_laptop_writes_too_slowly(
    home: Home, database: Database, cards: Cards
) -> None:
    quick, slow = 3_900_000_000, 19_000_000_000
    known = cards(card("four", parameters=4, size=quick), card("mixture", parameters=30, size=slow))
    assert way_to(home, database, known, "fi", "private", ROOMY) == Way("sotto models pull four", False)
    only = cards(card("mixture", parameters=30, size=slow), card("larger", parameters=70, size=2 * slow))
    assert way_to(home, database, only, "fi", "private", ROOMY) == Way("sotto models pull mixture", False)


def test_in_chinese_a_model_for_a_laptop_is_named(home: Home, database: Database) -> None:
    way = way_to(home, database, catalogue.cards(), "zh", "private", ROOMY)
    assert way is not None
    named = catalogue.find(way.command.rpartition(" ")[2])
    assert named is not None
    assert 3e9 < named.parameters < 9e9


def test_what_may_not_be_used_so_is_not_named(home: Home, database: Database, cards: Cards) -> None:
    known = cards(card("research", licence="CC-BY-NC-4.0", parameters=30), card("free", parameters=10))
    assert way_to(home, database, known, "fi", "commercial") == Way("sotto models pull free", False)


def test_there_may_be_none(home: Home, database: Database, cards: Cards) -> None:
    known = cards(card("huge", size=TOO_LARGE), card("other", '"en"'))
    assert way_to(home, database, known, "fi", "private") is None


async def test_one_that_is_here_is_used_and_not_got_again(
    home: Home, database: Database, cards: Cards
) -> None:
    path = language_model().write(home.models / "mine.gguf")
    found = path.stat()
    known = KnownFile(path, found.st_size, found.st_mtime_ns, found.st_ino, DIGEST)
    await database.run(lambda conn: shelf.remember(conn, known))
    both = cards(card("larger", parameters=20), card("here", sha256=DIGEST))
    assert way_to(home, database, both, "fi", "private") == Way("sotto --model mine", True)
    assert way_to(home, database, both[:1], "fi", "private") == Way("sotto models pull larger", False)


def test_its_name_then_stands_for_the_largest_packing_that_is_quick(cards: Cards) -> None:
    packings = {"Q2_K": 1_500_000_000, "Q4_K_M": 2_500_000_000, "Q8_0": 4_300_000_000}
    more = [
        f'[[model.file]]\nname = "{name}.gguf"\npacking = "{name}"\nsize = {size}\n'
        for name, size in packings.items()
    ]
    (four,) = cards(card("four", size=8_000_000_000), *more)
    assert to_get(four, None, ROOMY).packing == "Q4_K_M"
    assert to_get(replace(four, files=four.files[-1:]), None, ROOMY).packing == "Q8_0"
