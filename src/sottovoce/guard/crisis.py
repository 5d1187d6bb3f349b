"""The crisis card: whom a person who speaks of suicide or self-harm can call, by region.

Numbers are data with their source, rules/lines.toml. Where none is known, the card names none.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sottovoce.core.countries import OTHERWISE

EUROPEAN_UNION = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
_LOCALE = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z]{4})?[_-]([A-Za-z]{2})\b")


@dataclass(frozen=True, slots=True)
class Line:
    """Whom to call in a region. `number` is "" where no line of its own is known there."""

    region: str
    emergency: str
    number: str
    name_en: str
    name_zh: str
    source: str


def region_of(setting: str, locale: str) -> str:
    """Return the region, as AT: the one that is set, else the locale's, as in de_AT.UTF-8; else ""."""
    found = _LOCALE.match(locale)
    region = (setting.strip() or (found[1] if found else "")).upper()
    return OTHERWISE.get(region, region)


@cache
def lines() -> dict[str, Line]:
    """Return the lines that are known, by region."""
    text = (files("sottovoce.guard") / "rules" / "lines.toml").read_text("utf-8")
    return {
        region: Line(
            region, one["emergency"], one["line"], one["name"]["en"], one["name"]["zh"], one["source"]
        )
        for region, one in tomllib.loads(text).items()
    }


def line_of(region: str) -> Line | None:
    """Return whom to call in a region; None where nothing is known."""
    known = lines()
    return known.get(region) or (known["EU"] if region in EUROPEAN_UNION else None)


def card(region: str, *, chinese: bool) -> str:
    """Return the card's text, a paragraph, in Chinese or in English."""
    line = line_of(region)
    return _chinese(line) if chinese else _english(line)


@cache
def cards() -> frozenset[str]:
    """Return every card that is written, so that one can be told from a text that only says it is one."""
    regions = ("", *lines())
    return frozenset(card(region, chinese=chinese) for region in regions for chinese in (False, True))


def _english(line: Line | None) -> str:
    emergency = f"call {line.emergency} now" if line else "call your local emergency number now"
    talk = (
        f"To talk to somebody at any hour: {line.number} ({line.name_en})."
        if line and line.number
        else "To talk to somebody, look for a crisis line in your country, for example on findahelpline.com."
    )
    return (
        "You matter, and you do not have to be alone with this. If you, or the person you speak of, are in "
        f"danger, {emergency}. {talk} It also helps to tell somebody near you right now. "
        "I am a program on a computer: I cannot call anybody, and I am no substitute for them."
    )


def _chinese(line: Line | None) -> str:
    emergency = f"请立即拨打 {line.emergency}" if line else "请立即拨打当地的紧急电话"
    talk = (
        f"想找人说说话：{line.number}（{line.name_zh}）。"
        if line and line.number
        else "想找人说说话，可以查找所在国家的危机热线，例如 findahelpline.com。"
    )
    return (
        f"你很重要，不必独自承受这一切。如果你或你提到的人正处在危险之中，{emergency}。{talk}"
        "也请马上告诉身边的一个人。我只是电脑上的一个程序，不能替你打电话，也代替不了他们。"
    )
