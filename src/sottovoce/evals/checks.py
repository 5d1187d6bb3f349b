"""What an answer is held against, by name. Pure: an answer in, what is wrong with it out.

Each maker is given what a set says of its check, and returns the test, which says in a few words what is
wrong with an answer; nothing where it holds. No regular expressions: a set may be from somebody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from sottovoce.evals import admitting, given, numbers
from sottovoce.evals.given import Unfit
from sottovoce.evals.plain import HAN, bare, denied, has, places, plain, says, sentences
from sottovoce.evals.plain import length as words_of

Test = Callable[[str], str]
"""Returns what is wrong with an answer, or nothing."""

LETTERS = "ABCD"
LONGEST_NAMING = 20
"""Words until something is named; whoever needs more is rambling, and may hit it by chance."""

_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL | re.IGNORECASE)
_LETTER = re.compile(r"^\(?([A-D])(?:\)|[.:,、。)]|$)")
_CHOSEN = re.compile(
    r"(?:\b(?:answer|option|choice|choose|pick)\b|答案|选项|选择|应选|选)\s*(?:is|are|是|为|:|：)*\s*(?:option|选项)?\s*"
    r"[(（\"']?(?-i:([A-D]))(?![A-Za-z'])",
    re.IGNORECASE,
)


def exact(wanted: object) -> Test:
    """The whole answer is this, but for case, width and punctuation."""
    return one_of([given.text(wanted)])


def one_of(wanted: object) -> Test:
    """The whole answer is one of these, but for case, width and punctuation."""
    values = {plain(value): value for value in given.texts(wanted)}

    def test(answer: str) -> str:
        return "" if plain(answer) in values else f"is not {_listed(values.values())}"

    return test


def names(wanted: object) -> Test:
    """The first two sentences name one of these, soon, and do not deny it."""
    values = given.texts(wanted)

    def test(answer: str) -> str:
        said = sentences(bare(answer))[:2]
        for at, part in enumerate(said):
            text = plain(part)
            ends = [
                end for value in values for start, end in places(value, text) if not denied(text, start, end)
            ]
            if ends:
                words = words_of(" ".join(said[:at])) + words_of(text[: min(ends)])
                return "" if words <= LONGEST_NAMING else "says too much before it names it"
        return f"does not name {_listed(values)}"

    return test


def names_none(wanted: object) -> Test:
    """None of these is named, unless it is denied: "not Sydney"."""
    values = given.texts(wanted)

    def test(answer: str) -> str:
        text = plain(answer)
        return next((f"names {value!r}" for value in values if says(text, value)), "")

    return test


def contains_all(wanted: object) -> Test:
    """Each of these stands in the answer, undenied; of a list within the list one is enough."""
    groups = [given.texts(value) for value in given.several(wanted)]

    def test(answer: str) -> str:
        text = plain(answer)
        missing = [group for group in groups if not any(says(text, value) for value in group)]
        return f"lacks {_listed(missing[0])}" if missing else ""

    return test


def contains_none(wanted: object) -> Test:
    """None of these stands in the answer, denied or not."""
    values = given.texts(wanted)

    def test(answer: str) -> str:
        text = plain(answer)
        return next((f"has {value!r} in it" for value in values if has(text, value)), "")

    return test


def number(wanted: object) -> Test:
    """The number that the answer gives is this, or within so much of it: {value = 3.14, within = 0.01}."""
    table = wanted if isinstance(wanted, Mapping) else {"value": wanted, "within": 0}
    if set(table) != {"value", "within"}:
        raise Unfit("takes a number, or value and within")
    value, within = (given.number(table[name]) for name in ("value", "within"))

    def test(answer: str) -> str:
        found = numbers.answered(answer)
        if found is None:
            return f"gives no number, instead of {value:g}"
        return "" if abs(found - value) <= within + 1e-9 else f"gives {found:g} instead of {value:g}"

    return test


def choice(wanted: object) -> Test:
    """The answer chooses this letter, A to D, and no other."""
    letter = given.text(wanted)
    if letter not in tuple(LETTERS):
        raise Unfit("takes a letter from A to D")

    def test(answer: str) -> str:
        chosen = _chosen(bare(answer))
        if len(chosen) != 1:
            return f"chooses {'nothing' if not chosen else ' and '.join(sorted(chosen))} instead of {letter}"
        return "" if chosen == {letter} else f"chooses {chosen.pop()} instead of {letter}"

    return test


def json_(wanted: object) -> Test:
    """The answer is a JSON object with exactly these keys, and these values: {keys = […], values = {…}}."""
    if not isinstance(wanted, Mapping) or not set(wanted) <= {"keys", "values"} or "keys" not in wanted:
        raise Unfit("takes keys, and perhaps values")
    keys, values = set(given.texts(wanted["keys"])), wanted.get("values", {})
    if not isinstance(values, Mapping) or not set(values) <= keys:
        raise Unfit("takes values only of its keys")

    def test(answer: str) -> str:
        fenced = _FENCED.fullmatch(answer)
        try:
            found = json.loads(fenced[1] if fenced else answer)
        except (ValueError, RecursionError):
            return "is not JSON"
        if not isinstance(found, dict):
            return "is not a JSON object"
        if set(found) != keys:
            return f"has the keys {_listed(found)} instead of {_listed(sorted(keys))}"
        return next(
            (f"has {found[key]!r} as {key}" for key, value in values.items() if not _same(found[key], value)),
            "",
        )

    return test


def lines(wanted: object) -> Test:
    """The answer has so many lines, empty ones not counted."""
    count = given.count(wanted)

    def test(answer: str) -> str:
        found = sum(1 for line in answer.splitlines() if line.strip())
        return "" if found == count else f"has {found} lines instead of {count}"

    return test


def length(wanted: object) -> Test:
    """The answer has at most so many words or characters, or from, to: {words = [3, 10]}."""
    if not isinstance(wanted, Mapping) or len(wanted) != 1 or not set(wanted) <= {"words", "characters"}:
        raise Unfit("takes words or characters")
    ((unit, bounds),) = wanted.items()
    low, high = (
        (1, given.count(bounds)) if not isinstance(bounds, list) else map(given.count, given.pair(bounds))
    )

    def test(answer: str) -> str:
        found = len(plain(answer).split()) if unit == "words" else len(re.sub(r"\W", "", plain(answer)))
        return "" if low <= found <= high else f"has {found} {unit} instead of {low} to {high}"

    return test


def starts_with(wanted: object) -> Test:
    """The answer begins with this, but for case and quotes."""
    value = plain(given.text(wanted))

    def test(answer: str) -> str:
        return "" if (plain(answer) + " ").startswith(_whole(value)) else f"does not begin with {value!r}"

    return test


def ends_with(wanted: object) -> Test:
    """The answer ends with this, but for case and punctuation."""
    value = plain(given.text(wanted))

    def test(answer: str) -> str:
        end = value if re.match(f"[{HAN}]", value) else f" {value}"
        return "" if (" " + plain(answer)).endswith(end) else f"does not end with {value!r}"

    return test


def language(wanted: object) -> Test:
    """The answer is written in this language: en or zh, by its script."""
    code = given.text(wanted)
    if code not in ("en", "zh"):
        raise Unfit("takes en or zh")

    def test(answer: str) -> str:
        letters = [each for each in answer if each.isalpha()]
        han = sum(1 for each in letters if re.match(f"[{HAN}]", each))
        latin = sum(1 for each in letters if each.isascii())
        # A name or two may be written in the other script, and an English word has some five letters.
        good = (
            han * 2 >= latin and han > 0 if code == "zh" else latin >= 10 * han and latin * 2 > len(letters)
        )
        return "" if good else f"is not written in {code}"

    return test


def admits(wanted: object) -> Test:
    """The answer says that it does not know, that the text does not say, or that there is no such thing."""
    if wanted is not True:
        raise Unfit("takes true")

    def test(answer: str) -> str:
        return "" if admitting.admits(answer) else "does not say that it does not know"

    return test


CHECKS: dict[str, Callable[[object], Test]] = {
    "exact": exact,
    "one_of": one_of,
    "names": names,
    "names_none": names_none,
    "contains_all": contains_all,
    "contains_none": contains_none,
    "number": number,
    "choice": choice,
    "json": json_,
    "lines": lines,
    "length": length,
    "starts_with": starts_with,
    "ends_with": ends_with,
    "language": language,
    "admits": admits,
}


def _chosen(answer: str) -> set[str]:
    """Return the letters that an answer chooses: the one it begins with, and those it names as its answer."""
    begins = _LETTER.match(answer.strip())
    marked = {found.upper() for found in _CHOSEN.findall(answer)}
    if begins is None:
        return marked
    other = re.match(r"\s*(?:or|and|or maybe|或|和|或者)\s*\(?([A-D])\b", answer.strip()[begins.end() :])
    return {begins[1], *marked, *([other[1]] if other else [])}


def _same(found: object, wanted: object) -> bool:
    if isinstance(wanted, str):
        return isinstance(found, str) and plain(found) == plain(wanted)
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    return bool(found == wanted)


def _whole(value: str) -> str:
    """Return what a text must begin with: a word with what ends it; a Chinese one may go on."""
    return value if re.search(f"[{HAN}]$", value) else f"{value} "


def _listed(values: Any) -> str:
    return " or ".join(repr(value) for value in values) or "none"
