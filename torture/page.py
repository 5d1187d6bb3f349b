"""The page of what was found: from results, as they stand in results.json, to Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torture import PARTS
from torture.result import Result, Row, Tried

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "torture.md"
RESULTS = ROOT / "torture" / "results.json"

HEAD = """# Hardness

What the program must survive, done to it. Written by `make torture` (the short form) and `make torture-long`.
For every promise something is tried many times, and each time the program must have kept it. Each has a
control: the same with a safeguard taken away, which must find faults, else the trial could show nothing.
Cases are real runs of the program's own code; what stands for the model in them is said below each table.

Single parts, for example `python -m torture {first}`: {parts}. `--resume` goes on
with a run that was stopped. Each part says in its docstring what it does: see `torture/`.
"""
SHOWN = 5
"""Faults of a row that are told."""


@dataclass(frozen=True, slots=True)
class Found:
    """A part's result, and of what. `seconds` are those of all of it, the last time it was begun."""

    part: str
    long: bool
    seed: int
    machine: str
    commit: str
    date: str
    seconds: float
    result: Result


def keep(found: Found) -> None:
    """Put a result in the place of the last of the same part and form, and write the page anew."""
    key = f"{found.part}, {'long' if found.long else 'short'}"
    kept = {**_kept(), key: asdict(found)}
    text = json.dumps(dict(sorted(kept.items())), indent=1)
    # Where the sources lie on this machine is nobody's business.
    RESULTS.write_text(text.replace(str(ROOT), ".") + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the page of all results that are kept."""
    found = [_found(one) for one in _kept().values()]
    found.sort(key=lambda one: (PARTS.index(one.part), one.long))
    parts = ", ".join(f"`{part}`" for part in PARTS)
    return "\n".join([HEAD.format(parts=parts, first=PARTS[0]), *map(_section, found)])


def _section(found: Found) -> str:
    head = "| what was tried | cases | faults | control: taken away | its faults | seconds | |"
    rows = "\n".join(_line(row) for row in found.result.rows)
    notes = f"\n{found.result.notes}\n" if found.result.notes else ""
    form = "the long form" if found.long else "the short form"
    where = f"{found.machine}, {found.date}, commit {found.commit}"
    return f"""## {found.result.promise}

`{found.part}`, {form}, seed {found.seed}. {where}, {found.seconds:.0f} s in all.

{head}
|---|---:|---:|---|---:|---:|---|
{rows}
{_faults(found.result)}{notes}"""


def _line(row: Row) -> str:
    tried, control = row.tried, row.control
    seconds = tried.seconds + control.seconds
    found = f"{len(control.faults):,} of {control.cases:,}" if row.promised else ""
    shown = f"{found} | {seconds:.0f} | {row.verdict} |"
    return f"| {row.what} | {tried.cases:,} | {len(tried.faults):,} | {row.without} | {shown}"


def _faults(result: Result) -> str:
    rows = [row for row in result.rows if row.promised]
    told = [f"- {row.what}: {fault}" for row in rows for fault in row.tried.faults[:SHOWN]]
    return "\n" + "\n".join(told) + "\n" if told else ""


def _kept() -> Mapping[str, dict[str, Any]]:
    said = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else "{}"
    kept: dict[str, dict[str, Any]] = json.loads(said)
    return kept


def _found(said: dict[str, Any]) -> Found:
    rows = tuple(
        Row(
            row["what"],
            _tried(row["tried"]),
            row["without"],
            _tried(row["control"]),
            row.get("promised", True),
        )
        for row in said["result"]["rows"]
    )
    result = Result(said["result"]["promise"], rows, said["result"]["notes"])
    return Found(**{**said, "result": result})


def _tried(said: dict[str, Any]) -> Tried:
    return Tried(said["cases"], tuple(said["faults"]), said["seconds"])
