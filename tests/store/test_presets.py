from __future__ import annotations

import pytest

from sottovoce.core.chat_settings import ChatSettings
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.paths import Home
from sottovoce.store import presets
from sottovoce.store.db import Database
from sottovoce.store.presets import Preset


def add(
    database: Database, name: str = "Translator", system: str = "Translate into German.", owner: str = "me"
) -> Preset:
    settings = ChatSettings(temperature=0.2)
    return database.call(
        lambda conn: presets.add(conn, owner, name=name, system=system, settings=settings, now=1.0)
    )


def listed(database: Database, owner: str = "me") -> list[Preset]:
    return database.look(lambda conn: presets.listed(conn, owner))


def test_what_is_kept_is_found_again_by_its_name(database: Database) -> None:
    add(database, "zebra")
    kept = add(database, "  Ada \n Lovelace ")
    assert [preset.name for preset in listed(database)] == ["Ada Lovelace", "zebra"]
    assert listed(database)[0] == kept


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b", "translator"])
def test_a_name_that_cannot_be_one_or_is_taken_is_refused(database: Database, name: str) -> None:
    add(database)
    with pytest.raises(BadValue) as problem:
        add(database, name)
    assert problem.value.field == "name"
    assert problem.value.hint
    assert len(listed(database)) == 1


def test_neither_their_number_nor_their_size_has_no_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadValue) as problem:
        add(database, system="x" * 100_001)
    assert problem.value.field == "system"
    monkeypatch.setattr(presets, "MOST_PRESETS", 2)
    add(database, "one")
    add(database, "two")
    with pytest.raises(BadValue, match="most that are kept"):
        add(database, "three")


def test_one_is_put_anew_and_may_keep_its_name(database: Database) -> None:
    kept = add(database)
    add(database, "other")
    new = ChatSettings(seed=7)
    changed = database.call(
        lambda conn: presets.change(conn, "me", kept.id, name="Translator", system="", settings=new)
    )
    assert (changed.id, changed.system, changed.settings, changed.created) == (kept.id, "", new, 1.0)
    with pytest.raises(BadValue):
        database.call(lambda conn: presets.change(conn, "me", kept.id, name="Other", system="", settings=new))


def test_nobody_reaches_what_another_keeps(database: Database) -> None:
    kept = add(database)
    assert listed(database, "somebody") == []
    add(database, owner="somebody")  # the same name is free there
    with pytest.raises(NotFound):
        database.call(lambda conn: presets.remove(conn, "somebody", kept.id))
    with pytest.raises(NotFound):
        database.call(
            lambda conn: presets.change(
                conn, "somebody", kept.id, name="mine", system="", settings=ChatSettings()
            )
        )
    assert listed(database) == [kept]


def test_deleted_and_replaced_instructions_are_nowhere_on_the_disk(database: Database, home: Home) -> None:
    kept = add(database, system="the secret of the rose garden")
    database.call(
        lambda conn: presets.change(conn, "me", kept.id, name="x", system="plain", settings=ChatSettings())
    )
    database.scrub()
    assert not any(b"rose garden" in file.read_bytes() for file in home.root.rglob("*") if file.is_file())
    database.call(lambda conn: presets.remove(conn, "me", kept.id))
    database.scrub()
    assert listed(database) == []
