from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from packing.advisories import LOCK, built, locked

from sottovoce.updates.advisories import affected, parsed

DAY = datetime.date(2026, 11, 27)


def record(**changes: Any) -> dict[str, Any]:
    return {
        "id": "GHSA-1",
        "summary": "A long header\nstops the server",
        "database_specific": {"severity": "MODERATE"},
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "Starlette"},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.9.1"}]},
                    {
                        "type": "ECOSYSTEM",
                        "events": [{"introduced": "1.0"}, {"fixed": "1.2"}, {"introduced": "2.0"}],
                    },
                    {"type": "GIT", "events": [{"introduced": "abc"}]},
                ],
            },
            {"package": {"ecosystem": "npm", "name": "starlette"}, "ranges": []},
        ],
        **changes,
    }


def a_list(folder: Path, *records: dict[str, Any], models: tuple[dict[str, str], ...] = ()) -> bytes:
    folder.mkdir(exist_ok=True)
    for number, one in enumerate(records):
        (folder / f"{number}.json").write_text(json.dumps(one))
    return built(folder, frozenset({"starlette"}), list(models), DAY)


def test_ranges_become_entries_that_find_what_is_installed(tmp_path: Path) -> None:
    found = parsed(a_list(tmp_path / "osv", record()))
    assert found.made == DAY
    assert [(one.since, one.fixed) for one in found.all] == [("", "0.9.1"), ("1.0", "1.2"), ("2.0", "")]
    assert found.all[0].sentence == "A long header stops the server"
    hit = {
        version: bool(affected(found, {"starlette": version}, {}))
        for version in ("0.9", "0.9.1", "1.1", "1.2", "2.1")
    }
    assert hit == {"0.9": True, "0.9.1": False, "1.1": True, "1.2": False, "2.1": True}


def test_what_does_not_concern_us_or_was_withdrawn_is_left_out(tmp_path: Path) -> None:
    other = record(affected=[{"package": {"ecosystem": "PyPI", "name": "other"}, "ranges": []}])
    assert parsed(a_list(tmp_path / "osv", other, record(withdrawn="2026-01-01"))).all == ()


def test_models_are_added_by_hand(tmp_path: Path) -> None:
    model = {
        "id": "M-1",
        "kind": "model",
        "name": "m",
        "severity": "low",
        "sentence": "It lies.",
        "sha256": "a" * 64,
    }
    assert [one.id for one in parsed(a_list(tmp_path / "osv", models=(model,))).all] == ["M-1"]


def test_the_lock_names_our_packages() -> None:
    assert {"starlette", "tuf", "xllamacpp"} <= locked(LOCK)
