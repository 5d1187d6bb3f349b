from __future__ import annotations

import json
from importlib.metadata import version

import pytest
from update_homes import put_model

from sottovoce.core.paths import Home, make_folder, open_home
from sottovoce.models import shelf
from sottovoce.updates.known import folder


@pytest.fixture
def home(tmp_path):
    return open_home(tmp_path / "home")


def write(home: Home, *advisories: dict[str, str], made: str = "2026-11-01") -> None:
    make_folder(folder(home))
    whole = {"version": 1, "made": made, "advisories": list(advisories)}
    (folder(home) / "advisories.json").write_text(json.dumps(whole))


def fault(kind: str, name: str, **more: str) -> dict[str, str]:
    return {"id": "S-1", "kind": kind, "name": name, "severity": "high", "sentence": "It breaks.", **more}


def test_a_library_and_a_model_that_are_affected_are_named(sotto, home):
    put_model(home, "mini", b"")
    digest = shelf.content(home.models / "mini.gguf").sha256
    library = fault("library", "Starlette", link="https://example.org/1")
    write(home, library, fault("model", "m", sha256=digest), fault("library", "nothing-here"))
    told = sotto("advisories")
    assert told.code == 2
    assert f"high: Starlette {version('starlette')}, not mended yet (S-1)" in told.out
    assert "high: m mini, not mended yet" in told.out
    assert "2 of 3 known faults are of something here." in told.out
    said = json.loads(sotto("advisories", "--json").out)
    assert (said["known"], said["made"]) == (3, "2026-11-01")
    assert [(one["name"], one["here"]) for one in said["affected"]] == [
        ("Starlette", version("starlette")),
        ("m", "mini"),
    ]


def test_nothing_affected_ends_well_and_an_old_list_is_told(sotto, home):
    write(home, fault("library", "starlette", fixed="0.1"), made="2020-01-01")
    told = sotto("advisories")
    assert told.code == 0
    assert "0 of 1 known faults" in told.out
    assert "That is old" in told.err


def test_no_list_and_a_damaged_one_are_no_finding(sotto, home):
    none = sotto("advisories")
    assert (none.code, "There is no list of known faults here." in none.err) == (1, True)
    write(home, {"id": "x"})
    bad = sotto("advisories")
    assert (bad.code, "cannot be used" in bad.err) == (1, True)
