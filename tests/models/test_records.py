from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from gguf_samples import language_model

from sottovoce.core.paths import Home
from sottovoce.models import records, shelf
from sottovoce.models.catalogue import own_file
from sottovoce.models.records import Acceptance, Record
from sottovoce.store.db import Database, open_database

FILE = Path("/home/me/models/tiny.gguf")
RECORD = Record(FILE, "tiny", "a" * 64, "hf:me/tiny", "Apache-2.0", "me/tiny", 1000.0)
YES = Acceptance("a" * 64, "Llama-3.2", "b" * 64, "shown here", "tiny", "hf:me/tiny", "private", 1000.0, "me")


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    with closing(open_database(home)) as database:
        yield database


def test_a_model_is_remembered_with_where_it_came_from(database: Database) -> None:
    assert database.look(lambda conn: records.of(conn, FILE)) is None
    database.call(lambda conn: records.note_model(conn, RECORD))
    assert database.look(lambda conn: records.of(conn, FILE)) == RECORD
    assert database.look(records.every) == {FILE: RECORD}


def test_use_is_remembered_and_the_rest_stays(database: Database) -> None:
    database.call(lambda conn: records.note_model(conn, RECORD))
    database.call(lambda conn: records.note_used(conn, FILE, 2000.0))
    assert database.look(lambda conn: records.of(conn, FILE)) == replace(RECORD, used=2000.0)


def test_a_file_that_came_by_hand_is_remembered_once_it_is_used(database: Database) -> None:
    database.call(lambda conn: records.note_used(conn, FILE, 2000.0))
    seen = database.look(lambda conn: records.of(conn, FILE))
    assert seen == Record(FILE, "tiny", "", "", "", "", 2000.0, 2000.0)


def test_adding_the_same_content_again_keeps_when_it_was_used(database: Database) -> None:
    database.call(lambda conn: records.note_model(conn, RECORD))
    database.call(lambda conn: records.note_used(conn, FILE, 2000.0))
    database.call(lambda conn: records.note_model(conn, replace(RECORD, source="elsewhere")))
    assert database.look(records.every)[FILE] == replace(RECORD, source="elsewhere", used=2000.0)
    database.call(lambda conn: records.note_model(conn, replace(RECORD, sha256="c" * 64)))
    assert database.look(records.every)[FILE].used is None


def test_what_was_accepted_stays_on_record_when_the_file_goes(database: Database) -> None:
    known = shelf.KnownFile(FILE, 1, 2, 3, "a" * 64)
    database.call(lambda conn: records.note_model(conn, RECORD))
    database.call(lambda conn: shelf.remember(conn, known, 1.0))
    database.call(lambda conn: records.accept(conn, YES))
    database.call(lambda conn: records.forget(conn, FILE))
    assert database.look(records.every) == {}
    assert database.look(lambda conn: shelf.known(conn, FILE)) is None
    assert database.look(records.acceptances) == [YES]


def test_every_yes_is_kept_in_its_order(database: Database) -> None:
    both = [YES, replace(YES, licence="Gemma", use="commercial", accepted=500.0)]
    for one in both:
        database.call(lambda conn, one=one: records.accept(conn, one))  # type: ignore[misc]
    assert database.look(records.acceptances) == both


@pytest.mark.parametrize(
    ("licence", "text", "accepted"),
    [("Llama-3.2", "b", True), ("Llama-3.2", "c", False), ("Gemma", "b", False)],
)
def test_only_the_very_words_that_were_shown_are_accepted(
    database: Database, licence: str, text: str, accepted: bool
) -> None:
    database.call(lambda conn: records.accept(conn, YES))
    assert database.look(lambda conn: records.accepted_for(conn, licence, text * 64)) is accepted


def test_a_file_that_is_another_by_now_goes_by_the_stricter_of_its_own_licence_and_the_one_on_record(
    database: Database, home: Home
) -> None:
    path = language_model().write(home.models / "m.gguf")
    known = shelf.content(path)
    database.call(lambda conn: shelf.remember(conn, known))
    database.call(
        lambda conn: records.note_model(
            conn, Record(path, "m", known.sha256, "hf:me/m", "MIT", "me/m", 1000.0)
        )
    )
    assert database.look(lambda conn: records.licence_for(conn, home, shelf.resolve("m", home))) == "MIT"
    language_model().set("general.license", "string", "cc-by-nc-4.0").write(path)
    model = shelf.resolve("m", home)
    assert database.look(lambda conn: records.licence_for(conn, home, model)) == "cc-by-nc-4.0"


def test_another_file_in_the_place_of_one_does_not_inherit_its_licence(
    database: Database, home: Home
) -> None:
    path = language_model().drop("general.license").write(home.models / "m.gguf")
    known = shelf.content(path)
    own_file(home).write_text(
        "[[model]]\nname = 'm'\ntitle = 'M'\npublisher = 'me'\nkind = 'chat'\nrepository = 'a/b'\n"
        f"licence = 'Apache-2.0'\n[[model.file]]\nname = 'm.gguf'\npacking = 'F32'\nsize = {known.size}\n"
        f"sha256 = '{known.sha256}'\n"
    )
    database.call(lambda conn: shelf.remember(conn, known))
    model = shelf.resolve("m", home)
    assert database.look(lambda conn: records.licence_for(conn, home, model)) == "Apache-2.0"
    path.write_bytes(path.read_bytes() + b"other")
    assert database.look(lambda conn: records.licence_for(conn, home, model)) == "unknown"
