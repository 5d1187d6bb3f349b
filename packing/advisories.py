"""Build the list of known faults: `python -m packing.advisories FOLDER --to advisories.json`.

FOLDER holds records of the OSV format (https://ossf.github.io/osv-schema/), one JSON file each, as the
database at https://osv.dev exports them for PyPI. Taken is what concerns a package in requirements.lock.
Faults of models are written by hand, in a file of the list's own form. Knows no network.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sottovoce.core.errors import BadValue
from sottovoce.updates.advisories import LIBRARY, VERSION, parsed

LOCK = Path(__file__).parents[1] / "requirements.lock"
PACKAGE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==")
RELEASE = re.compile(r"\d+(?:\.\d+)*")
LONGEST = 300
SEVERITIES = {"LOW": "low", "MODERATE": "medium", "MEDIUM": "medium", "HIGH": "high", "CRITICAL": "critical"}
UNSAID = "high"
"""Of a fault whose weight nobody has said, the worse is assumed."""


def built(folder: Path, packages: frozenset[str], models: list[dict[str, str]], day: datetime.date) -> bytes:
    """Return the list as bytes that parse. Raises BadValue."""
    records = (json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("*.json")))
    rows = [row for record in records for row in _rows(record, packages)]
    whole = {"version": VERSION, "made": day.isoformat(), "advisories": [*rows, *models]}
    data = json.dumps(whole, ensure_ascii=False, indent=1).encode()
    parsed(data)
    return data


def locked(lock: Path) -> frozenset[str]:
    """Return the names of the packages in a lock file."""
    return frozenset(_plain(found[1]) for found in map(PACKAGE.match, lock.read_text().splitlines()) if found)


def _rows(record: dict[str, Any], packages: frozenset[str]) -> Iterator[dict[str, str]]:
    if record.get("withdrawn"):
        return
    for affected in record.get("affected", []):
        package = affected.get("package", {})
        if package.get("ecosystem") != "PyPI" or _plain(str(package.get("name", ""))) not in packages:
            continue
        for since, fixed in _spans(affected):
            yield {
                "id": str(record["id"]),
                "kind": LIBRARY,
                "name": str(package["name"]),
                "severity": _severity(record),
                "sentence": _sentence(record),
                "since": since,
                "fixed": fixed,
                "link": f"https://osv.dev/vulnerability/{record['id']}",
            }


def _spans(affected: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield from which version on, and up to which, as the ranges say. "0" is the first there was."""
    for one in affected.get("ranges", []):
        if one.get("type") != "ECOSYSTEM":
            continue
        since = ""
        for event in one.get("events", []):
            if "introduced" in event:
                since = _number(event["introduced"])
            elif "fixed" in event:
                yield since, _number(event["fixed"])
                since = ""
        if "introduced" in (one.get("events") or [{}])[-1]:
            yield since, ""


def _number(version: str) -> str:
    found = RELEASE.match(str(version))
    return "" if found is None or found[0] == "0" else found[0]


def _severity(record: dict[str, Any]) -> str:
    said = str(record.get("database_specific", {}).get("severity", "")).upper()
    return SEVERITIES.get(said, UNSAID)


def _sentence(record: dict[str, Any]) -> str:
    text = " ".join(str(record.get("summary") or record.get("details") or record["id"]).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--models", type=Path, help="a list of faults of models, in the list's own form")
    given = parser.parse_args()
    models = json.loads(given.models.read_text("utf-8"))["advisories"] if given.models else []
    day = datetime.datetime.now(datetime.UTC).date()
    try:
        data = built(given.folder, locked(LOCK), models, day)
    except BadValue as problem:
        raise SystemExit(problem.sentence) from problem
    given.to.write_bytes(data)
    sys.stderr.write(f"{len(parsed(data).all)} known faults are in {given.to}\n")


if __name__ == "__main__":
    main()
