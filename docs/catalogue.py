"""The page of the models in the catalogue and of what their licences say, from the two files themselves."""

from __future__ import annotations

from collections.abc import Iterator

from docs.tables import table

from sottovoce.models import catalogue, licences
from sottovoce.models.catalogue import Card

COMMERCIAL = {"yes": "yes", "conditions": "yes, under conditions", "no": "no"}


def catalogue_page() -> str:
    cards = catalogue.cards()
    return (
        "# Catalogue\n\n"
        "The models that `sotto models suggest` chooses from. Nothing here was written from memory: each\n"
        "fact has a place and a day where it was read, below. What no place vouches for is listed as not\n"
        "verified. Your own go into `catalogue.toml` in the home folder, in the form of\n"
        "[ours](../../src/sottovoce/models/catalogue.toml).\n\n"
        + table(
            ("name", "model", "for", "parameters", "licence", "context", "not verified"), map(_row, cards)
        )
        + "\n## Licences\n\n"
        "What the texts say, in short; the text itself decides. A licence that is not here is unclear.\n\n"
        + table(("licence", "commercial use", "attribution", "acceptable use"), _licences())
        + "\n## Files and sources\n\n"
        + "\n".join(map(_sources, cards))
    )


def _row(card: Card) -> tuple[str, ...]:
    asks = ", gated" if card.gated else ""
    return (
        f"`{card.name}`", card.title, card.kind, _count(card.parameters), f"{card.licence}{asks}",
        f"{card.context:,}", ", ".join(card.unverified),
    )  # fmt: skip


def _licences() -> Iterator[tuple[str, ...]]:
    for licence in licences.known():
        name = f"[{licence.id}]({licence.text_where})"
        yield name, COMMERCIAL[licence.commercial], licence.attribution, licence.acceptable_use


def _sources(card: Card) -> str:
    lines = [f"### {card.title}\n", f"`{card.repository}`, by {card.publisher}.\n"]
    for file in card.files:
        digests = [f"`{digest}`" for digest in file.digests]
        lines.append(f"- `{file.name}`: {file.packing}, {file.size:,} bytes, SHA-256 {', '.join(digests)}")
    lines += [f"- {', '.join(source.what)}: {source.where}, {source.read}" for source in card.sources]
    return "\n".join(lines) + "\n"


def _count(number: int) -> str:
    return f"{number / 1e9:.1f} B" if number >= 999.5e6 else f"{number / 1e6:.0f} M"
