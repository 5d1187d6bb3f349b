"""What the rules for personal data find, by kind. `python -m bench.privacy [CORPUS]` writes privacy.md.

An item counts as found when all its letters and digits are within finds, wherever it stands in its text; a
find counts as right when an item is there. With the user's list, the names of a text are the owner's words.
Half of the texts, by the digest of each, is held out: `--missed` lists what is wrong in the other half alone,
so that rules are never written after the texts that they are measured with.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sottovoce.guard.privacy.finding import find
from sottovoce.guard.privacy.found import Find

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "tests" / "guard" / "privacy" / "corpus.toml"
PAGE = ROOT / "docs" / "reference" / "privacy.md"
NAME = "name"


@dataclass(frozen=True, slots=True)
class Item:
    kind: str
    value: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Text:
    lang: str
    text: str
    items: tuple[Item, ...]

    @property
    def held_out(self) -> bool:
        """Whether nobody looks at this text to write rules."""
        return sha256(self.text.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.share:.3f} ({self.count:,} of {self.of:,})" if self.of else "-"


@dataclass(frozen=True, slots=True)
class Measured:
    """`items` with whether each was found, and finds with whether an item is there."""

    items: tuple[tuple[Text, Item, bool], ...]
    finds: tuple[tuple[Text, Find, bool], ...]

    def recall(self, kinds: Iterable[str] = (), *, odd: bool | None = None, lang: str = "") -> Share:
        chosen = [
            found
            for text, item, found in self.items
            if (not kinds or item.kind in kinds) and odd in (None, item.odd) and lang in ("", text.lang)
        ]
        return Share(sum(chosen), len(chosen))

    def precision(self, kinds: Iterable[str] = ()) -> Share:
        chosen = [right for _, one, right in self.finds if not kinds or one.kind in kinds]
        return Share(sum(chosen), len(chosen))

    @property
    def kinds(self) -> list[str]:
        return sorted({item.kind for _, item, _ in self.items})


def read(path: Path) -> list[Text]:
    """Return the texts of a corpus. Raises ValueError where an item does not stand in its text."""
    texts = []
    for raw in tomllib.loads(path.read_text("utf-8"))["text"]:
        items = tuple(Item(one["kind"], one["value"], one.get("odd", False)) for one in raw["items"])
        for item in items:
            if item.value not in raw["text"]:
                raise ValueError(f"{item.value!r} does not stand in its text.")
        texts.append(Text(raw["lang"], raw["text"], items))
    return texts


def measure(texts: Sequence[Text], *, listed: bool = False) -> Measured:
    """Look for what is personal in texts; `listed`: with each text's names as the owner's words."""
    items, finds = [], []
    for text in texts:
        own = [item.value for item in text.items if item.kind == NAME] if listed else []
        found = find(text.text, own)
        hidden = {at for one in found for at in range(one.start, one.end)}
        planted: set[int] = set()
        for item in text.items:
            places = _places(text.text, item.value)
            signs = [at for start in places for at in range(start, start + len(item.value))]
            planted |= set(signs)
            items.append((text, item, all(at in hidden for at in signs if text.text[at].isalnum())))
        finds += [(text, one, any(at in planted for at in range(one.start, one.end))) for one in found]
    return Measured(tuple(items), tuple(finds))


def _places(text: str, value: str) -> list[int]:
    places, at = [], text.find(value)
    while at >= 0:
        places.append(at)
        at = text.find(value, at + 1)
    return places


FIRST = """\
The rules as they were when they first met these texts found 0.922 of all but names and 0.762 of names
(0.999 with the owner's list), at a precision of 0.986. They were then mended with the half that was
looked at, with texts that were written for that, and with what is known of how such things are written."""


def page(texts: Sequence[Text]) -> str:
    """Return the page that says what is found in each half."""
    halves = [
        ("The half held out", [text for text in texts if text.held_out]),
        ("The half looked at", [text for text in texts if not text.held_out]),
    ]
    count = sum(len(text.items) for text in texts)
    return "\n".join(
        [
            "# What is found of personal data",
            "",
            f"Measured by `python -m bench.privacy` on {len(texts):,} texts with {count:,} planted items,",
            "in English and Chinese, that were written without looking at the rules. An item is found when",
            "all of it is; odd forms are those with signs between, full-width digits, look-alike letters,",
            "line breaks and the like.",
            "",
            FIRST,
            "",
            "What to expect of a text that nobody wrote rules after is what the half held out says.",
            "",
            *(line for title, half in halves for line in _half(title, half)),
        ]
    )


def _half(title: str, texts: Sequence[Text]) -> list[str]:
    """Return the part of the page about one half of the texts."""
    alone, with_list = measure(texts), measure(texts, listed=True)
    structured = [kind for kind in alone.kinds if kind != NAME]
    rows = [
        ("all but names", alone.recall(structured), alone.recall(structured, odd=True)),
        ("names", alone.recall([NAME]), alone.recall([NAME], odd=True)),
        ("names, with the owner's list", with_list.recall([NAME]), with_list.recall([NAME], odd=True)),
        *((f"`{kind}`", alone.recall([kind]), alone.recall([kind], odd=True)) for kind in alone.kinds),
        *(
            (f"texts in `{lang}`", alone.recall(lang=lang), alone.recall(odd=True, lang=lang))
            for lang in ("en", "zh")
        ),
    ]
    return [
        f"## {title}: {len(texts):,} texts",
        "",
        "| | recall | recall of odd forms |",
        "|---|---|---|",
        *(f"| {name} | {every} | {odd} |" for name, every, odd in rows),
        "",
        f"Precision, of all that was hidden: {alone.precision()}; of names: {alone.precision([NAME])}.",
        "",
    ]


def missed(measured: Measured) -> str:
    """Return what was not found and what was found wrongly, a line each."""
    lines = [
        f"missed {item.kind} {item.value!r}: {text.text[:60]!r}"
        for text, item, found in measured.items
        if not found
    ]
    for text, one, right in measured.finds:
        if not right:
            around = text.text[max(0, one.start - 20) : one.end + 15]
            lines.append(f"wrong {one.kind} {text.text[one.start : one.end]!r}: {around!r}")
    return "\n".join(lines)


def main() -> None:
    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    texts = read(Path(arguments[0]) if arguments else CORPUS)
    if "--missed" in sys.argv:
        print(missed(measure([text for text in texts if not text.held_out])))
    else:
        PAGE.write_text(page(texts), "utf-8")


if __name__ == "__main__":
    main()
