"""What the licences of models allow and ask for, in plain words, and whether a use is among it.

The facts stand in licences.toml, each with where it was read. Opens no file, and does not know who accepted
what (see records). It is no legal advice: the text itself decides, and each licence says where that is.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from sottovoce.core.errors import LicenceRefused
from sottovoce.engine.header import Header, shown

FACTS = Path(__file__).with_name("licences.toml")

YES, CONDITIONS, NO, UNCLEAR = "yes", "conditions", "no", "unclear"
COMMERCIAL = {
    YES: "Commercial use: yes.",
    CONDITIONS: "Commercial use: yes, under conditions.",
    NO: "Commercial use: no.",
    UNCLEAR: "Commercial use: not known here.",
}
AND = " and "
"""Between the licences of a repository that names several."""

OTHER = "other"
"""How they say that it is none of the well-known ones, and not which."""

SAYS_NOTHING = frozenset(("", "unknown", "none", "no-licence", "no-license"))
"""How files and repositories say that they name no licence."""

STRICTNESS = (YES, CONDITIONS, UNCLEAR, NO)


@dataclass(frozen=True, slots=True)
class Licence:
    """`commercial` is yes, conditions, no or unclear. An empty sentence: the text says nothing of it.

    `sources` are pairs of where something was read and on which day. `dispute` tells who says otherwise.
    """

    id: str
    name: str
    commercial: str
    attribution: str = ""
    acceptable_use: str = ""
    conditions: tuple[str, ...] = ()
    text_where: str = ""
    aliases: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    dispute: str = ""


@cache
def known() -> tuple[Licence, ...]:
    """Return the licences whose terms are told here."""
    with FACTS.open("rb") as file:
        rows = tomllib.load(file)["licence"]
    return tuple(
        Licence(
            **{key: row[key] for key in ("id", "name", "commercial", "attribution", "acceptable_use")},
            conditions=tuple(row["conditions"]),
            text_where=row["text_where"],
            aliases=tuple(row["aliases"]),
            sources=tuple((source["where"], source["read"]) for source in row["source"]),
        )
        for row in rows
    )


def of(name: str) -> Licence:
    """Return the licence that a file or a repository names. One that is not known here is unclear.

    Several, joined by `AND`, are clear where each of them allows commercial use: then all they ask for holds.
    """
    said, plainly = _folded(name), shown(name.strip())
    for licence in known():
        if said in _names(licence):
            return licence
    if said == OTHER or said in SAYS_NOTHING:
        return Licence("unknown", "a licence that is not named", UNCLEAR)
    several = name.split(AND)
    if len(several) == 1:
        return Licence(plainly, f"{plainly}, which is not known here", UNCLEAR)
    each = [of(one) for one in several]
    if all(one.commercial in (YES, CONDITIONS) for one in each):
        return _together(each)
    return Licence(plainly, f"{plainly}, and which of them counts is not known here", UNCLEAR)


def in_header(header: Header) -> str:
    """Return the licence that a file names for itself; empty: none. Beside `other` stands which."""
    said = header.text("general.license") or ""
    return header.text("general.license.name") or said if _folded(said) in ("", OTHER) else said


@dataclass(frozen=True, slots=True)
class Ruling:
    """What counts. `spelt` as whoever said it writes it; empty: nobody did. `dispute`: see Licence."""

    spelt: str
    dispute: str = ""

    @property
    def licence(self) -> Licence:
        return replace(of(self.spelt), dispute=self.dispute)


def ruled(elsewhere: str, header: str) -> Ruling:
    """Return what counts of what is said of a file elsewhere, and what it says itself: the stricter.

    Of two that are equally strict both hold, where both let it be used.
    """
    said = [one for one in (elsewhere, header) if _folded(one) not in SAYS_NOTHING]
    if len(said) < 2 or _ids(elsewhere) == _ids(header):
        return Ruling(said[0] if said else "")
    dispute = (
        f"Where it comes from its licence is called {shown(elsewhere)}, in the file itself {shown(header)}: "
        "the stricter counts."
    )
    ranks = [STRICTNESS.index(of(one).commercial) for one in said]
    if ranks[0] != ranks[1]:
        return Ruling(said[ranks.index(max(ranks))], dispute)
    each = {of(part).id: part for one in said for part in one.split(AND)}
    return Ruling(elsewhere if of(elsewhere).commercial == NO else AND.join(each.values()), dispute)


def plain(licence: Licence, gated: bool | None = None) -> list[str]:
    """Return what a person should know before saying yes, a sentence or two a line."""
    lines = [f"Licence: {licence.name}.", COMMERCIAL[licence.commercial]]
    if licence.dispute:
        lines.insert(1, licence.dispute)
    if licence.commercial == UNCLEAR:
        lines.append("What it asks for: not known here. Read it where the model came from.")
    else:
        lines.append(f"Attribution: {licence.attribution or 'nothing was found about it.'}")
        use = licence.acceptable_use or "the licence has no list of forbidden uses."
        lines.append(f"Acceptable use: {use}")
        lines += [f"Also: {condition}" for condition in licence.conditions]
    if gated is not None:
        asks = "its publisher asks for your agreement on the model's page first." if gated else "no."
        lines.append(f"Gated: {asks}")
    if licence.text_where:
        lines.append(f"The whole text: {licence.text_where}")
    return lines


def digest(lines: Sequence[str]) -> str:
    """Return the SHA-256 of the words that were shown to a person who accepted them."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def allows(licence: Licence, use: str) -> None:
    """Raise LicenceRefused where `use` is commercial and the licence forbids that, or leaves it unclear."""
    if use != "commercial" or licence.commercial in (YES, CONDITIONS):
        return
    dispute = f" {licence.dispute}" if licence.dispute else ""
    if licence.commercial == NO:
        raise LicenceRefused(
            f"{licence.name} forbids commercial use, and the setting use is commercial.{dispute}",
            hint="sotto models suggest names others; if your use is private: sotto settings set use private",
        )
    raise LicenceRefused(
        f"Whether this model may be used commercially is not clear: it has {licence.name}.{dispute}",
        hint="If you know its licence: sotto models add FILE --licence apache-2.0; "
        "if your use is private: sotto settings set use private",
    )


def _together(each: Sequence[Licence]) -> Licence:
    """Return several licences as one that asks for all that any of them does."""

    def said(what: Callable[[Licence], str]) -> str:
        return " ".join(f"{one.name}: {what(one)}" for one in each if what(one))

    return Licence(
        id=AND.join(one.id for one in each),
        name=AND.join(one.name for one in each),
        commercial=CONDITIONS if any(one.commercial == CONDITIONS for one in each) else YES,
        attribution=said(lambda one: one.attribution),
        acceptable_use=said(lambda one: one.acceptable_use),
        conditions=tuple(f"{one.name}: {condition}" for one in each for condition in one.conditions),
        text_where=", ".join(one.text_where for one in each),
    )


def _ids(said: str) -> frozenset[str]:
    return frozenset(of(one).id for one in said.split(AND))


def _names(licence: Licence) -> frozenset[str]:
    return frozenset(map(_folded, (licence.id, licence.name, *licence.aliases)))


def _folded(name: str) -> str:
    return "-".join(name.lower().replace("_", "-").split())
