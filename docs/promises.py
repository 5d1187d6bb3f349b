"""The tables of the page of promises: what is promised, what proves it, and what came of that last.

The promises stand in promises.toml. Each figure is read from the table of a reference page, so that the two
cannot differ.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from bench.guarding import placed
from docs.tables import table

DOCS = Path(__file__).parent
PAGE = DOCS / "concepts" / "promises.md"
REFERENCE = DOCS / "reference"
TORTURE = "torture.md"

TRIED = re.compile(r"^`(\w+)`, the (\w+) form, .*?(\d{4}-\d\d-\d\d), commit", re.MULTILINE)
"""How the page of the trials begins each section below its heading: the part, the form, the day."""
MEASURED = re.compile(r"(\d{4}-\d\d-\d\d), commit \w+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of a table in a reference page, by its first cell, and in it the cell below `column`.

    Without that, the table is one of trials or measurements. `name` is what it is called; None: as the row.
    """

    page: str
    row: str
    column: str = ""
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """`proofs` are commands, and files with tests."""

    says: str
    proofs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def parts(self) -> list[str]:
        """The parts of the trials that prove it."""
        commands = [proof.split() for proof in self.proofs if proof.startswith("python -m torture ")]
        return [part for command in commands for part in command[3:]]


@dataclass(frozen=True, slots=True)
class Told:
    """A figure in words, and where it is from; empty: from nowhere yet."""

    words: str
    source: str = ""


def promises() -> list[Promise]:
    """Return what is promised."""
    return _read("promise")


def not_promised() -> list[Promise]:
    """Return what is not promised, and how far it goes."""
    return _read("not_promised")


def promises_page() -> str:
    """Return the page with its tables as they are to be now."""
    kept = [(one.says, "<br>".join(map(_proof, one.proofs)), figures(one)) for one in promises()]
    others = [(one.says, figures(one)) for one in not_promised()]
    text = placed(
        PAGE.read_text("utf-8"), "promises", table(("promise", "proof", "last figures"), kept).rstrip()
    )
    return placed(text, "not promised", table(("not promised", "how far it goes"), others).rstrip())


def figures(promise: Promise) -> str:
    """Return all figures of a promise, and where they are from. Raises LookupError where one is not there."""
    found = [one for part in promise.parts for one in tried(part)] + list(map(told, promise.figures))
    lines = list[str]()
    for source, those in groupby(found, key=lambda one: one.source):
        lines += [one.words for one in those]
        lines[-1] += f" ({source})" if source else ""
    if not any(one.source for one in found):
        lines.append("the tests: held in every `make test`")
    return "<br>".join(lines)


def told(figure: Figure) -> Told:
    """Return a figure in words. Raises LookupError where it is not there."""
    text = (REFERENCE / figure.page).read_text("utf-8")
    headings, cells = row_in(text, figure)
    if figure.column:
        value = cells[headings.index(figure.column)]
    elif "cases" in headings:
        value = f"{cells[headings.index('cases')]} cases, {cells[headings.index('faults')]} faults"
    else:
        at = headings.index("to reach")
        value = cells[1] + (f", to reach {cells[at]}: {cells[at + 1]}" if cells[at] else "")
    name = figure.row if figure.name is None else figure.name
    days = [] if figure.page == TORTURE else MEASURED.findall(text)
    return Told(f"{name}: {value}" if name else value, ", ".join([_link(figure.page), *days[-1:]]))


def row_in(text: str, figure: Figure) -> tuple[list[str], list[str]]:
    """Return the headings of the first table that has the row, and its cells. Raises LookupError for none."""
    headings, before = list[str](), list[str]()
    for cells in _cells(text):
        if cells[0].startswith("--"):
            headings = before
        elif cells[0] == figure.row and headings:
            return headings, cells
        before = cells
    raise LookupError(f"{figure.page} has no row {figure.row!r}")


def tried(part: str) -> list[Told]:
    """Return what came of a part of the trials, in each form in which it was run whole."""
    text = (REFERENCE / TORTURE).read_text("utf-8")
    found = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        head = TRIED.search(section)
        if head is None or head[1] != part:
            continue
        headings, *rows = [cells for cells in _cells(section) if not cells[0].startswith("--")]
        promised = [cells for cells in rows if cells[-1] != "not promised"]
        cases, faults = (
            sum(int(cells[headings.index(name)].replace(",", "")) for cells in promised)
            for name in ("cases", "faults")
        )
        is_held = promised and all(cells[-1] == "held" for cells in promised)
        words = f"`{part}`: {cases:,} cases, {faults:,} faults{'' if is_held else ', **not held**'}"
        found.append(Told(words, f"{_link(TORTURE)}, {head[2]} form, {head[3]}"))
    if not found:
        raise LookupError(f"{TORTURE} tells nothing of {part}")
    return found


def _link(page: str) -> str:
    return f"[{page.removesuffix('.md')}](../reference/{page})"


def _proof(proof: str) -> str:
    return (
        f"[`{proof.removeprefix('tests/')}`](../../{proof})" if proof.startswith("tests/") else f"`{proof}`"
    )


def _cells(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line[1:].removesuffix("|").split("|")]


@cache
def _read(name: str) -> list[Promise]:
    given = tomllib.loads((DOCS / "promises.toml").read_text("utf-8"))
    return [
        Promise(
            one["says"],
            tuple(one.get("proofs", ())),
            tuple(Figure(**figure) for figure in one.get("figures", ())),
        )
        for one in given[name]
    ]
