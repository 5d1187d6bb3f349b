"""What the answers are filled with is what is so here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from sottovoce.core.events import Timings, Usage
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.fit import known
from sottovoce.fit.advise import Verdict
from sottovoce.fit.estimate import Program
from sottovoce.fit.machine import look
from sottovoce.fit.pace import Pace
from sottovoce.help import shelf
from sottovoce.help.facts import Place, gather
from sottovoce.help.phrases import BLANKS, fill
from sottovoce.models.starter import starter
from sottovoce.net.ledger import Ledger
from sottovoce.net.policy import Purpose
from sottovoce.store import chats
from sottovoce.store.db import Database, open_database


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    opened = open_database(home)
    yield opened
    opened.close()


@pytest.fixture
def place(home: Home, database: Database) -> Place:
    return Place(home, Settings(), starter(), database)


@pytest.fixture
def measured(home: Home) -> None:
    costs = {f"{what} {kind}": 2e-12 for kind in ("Q4_K", "Q8_0", "Q4_1") for what in ("once", "few", "each")}
    known.keep(home, known.Measured(known.key_of(look()), Pace(costs), Program()))


def test_of_the_starter_all_is_known_that_the_catalogue_says(place: Place) -> None:
    model = gather(place, ()).model
    assert model is not None
    assert (model.name, model.publisher) == ("SmolLM2-135M-Instruct", "Hugging Face")
    assert (model.licence.id, model.knowledge_until, model.languages) == ("Apache-2.0", "2024-06", ("en",))
    assert model.is_starter


def test_what_left_is_told_from_the_ledger(place: Place) -> None:
    facts = gather(place, {"ledger_last"})
    assert facts.ledger is not None
    assert facts.ledger.empty
    ledger = Ledger(place.home.ledger)
    ledger.begin("first.example", 443, Purpose.DOWNLOAD, "GET")
    ledger.begin("last.example", 443, Purpose.DOWNLOAD, "GET")
    facts = gather(place, {"ledger_last"})
    assert facts.ledger is not None
    assert facts.latest is not None
    assert (facts.ledger.count, facts.latest.host) == (2, "last.example")


def test_a_ledger_that_cannot_be_read_is_told(place: Place) -> None:
    place.home.ledger.mkdir()
    assert gather(place, {"ledger_last"}).ledger is None


@pytest.mark.usefixtures("measured")
def test_what_runs_is_judged_by_what_was_measured(place: Place) -> None:
    facts = gather(place, {"fits", "gpt_oss"})
    assert facts.is_measured
    assert facts.gpt_oss is not None
    sizes = [one.parameters for one in facts.fits]
    assert sizes == sorted(sizes, reverse=True)
    assert all(
        one.verdict is Verdict.RUNS and one.command.startswith("sotto models pull ") for one in facts.fits
    )


def test_what_was_not_measured_is_judged_by_size_alone(place: Place) -> None:
    facts = gather(place, {"fits", "better", "gpt_oss"})
    assert not facts.is_measured
    assert facts.machine is not None
    assert all(one.size < facts.machine.free for one in facts.fits)
    assert not (place.home.root / "machine.json").exists()


def test_for_business_no_model_is_named_that_forbids_it(home: Home, database: Database) -> None:
    place = Place(home, Settings(use="commercial"), starter(), database)
    assert all(one.licence != "Qwen-Research" for one in gather(place, {"fits"}).fits)


async def test_how_quickly_it_writes_is_what_its_answers_took(place: Place, database: Database) -> None:
    assert gather(place, {"tokens_per_second"}).rate is None
    model = place.model
    assert model is not None

    def answered(conn: sqlite3.Connection) -> None:
        chat = chats.start(conn, "me", system="", model=model.name, now=1.0)
        _, answer = chats.ask(
            conn, "me", chat.id, parent=None, text="a", model=model.name, writer=database.writer, now=1.0
        )
        said = {"usage": asdict(Usage(10, 0, 40)), "timings": asdict(Timings(0.1, 1.1, 90.0, 38.5))}
        conn.execute(
            "UPDATE messages SET state = 'complete', digest = ?, facts = ? WHERE id = ?",
            (model.sha256, json.dumps(said), answer),
        )

    await database.run(answered)
    rate = gather(place, {"tokens_per_second"}).rate
    assert rate is not None
    assert (rate.measured, rate.answers) == (38.5, 1)


@pytest.mark.usefixtures("measured")
def test_before_it_answered_its_speed_is_predicted(place: Place) -> None:
    rate = gather(place, {"tokens_per_second"}).rate
    assert rate is not None
    assert rate.measured is None
    assert rate.predicted is not None


def test_where_nothing_can_be_opened_every_answer_comes_all_the_same(tmp_path: Path) -> None:
    place = Place(Home(tmp_path / "nowhere"), Settings(), None, None)
    facts = gather(place, BLANKS)
    assert facts.model is None
    for entry in shelf.entries():
        assert fill(entry, facts, "en")
        assert fill(entry, facts, "zh")
    assert not (tmp_path / "nowhere").exists()


def test_a_catalogue_of_the_persons_own_that_is_broken_spoils_nothing(place: Place) -> None:
    (place.home.root / "catalogue.toml").write_text("[[model]]\nname = 1\n")
    facts = gather(place, BLANKS)
    assert facts.fits == ()
    assert facts.model is not None
    assert facts.model.publisher == ""
