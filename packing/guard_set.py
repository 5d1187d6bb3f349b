"""Adds requests to the sets of the safeguards: `python -m packing.guard_set FILE LETTER`.

FILE is TOML: `[[item]]` with `kind` (harmful, harmless or crisis), `topic` (a category, privacy, or none for
an ordinary question), `lang` (en or zh) and `text`. LETTER is the batch; what evals/guard_sets.py says of it
decides into which part its items fall. What is there already, in any set, is left out.
"""

from __future__ import annotations

import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sottovoce.evals.guard_sets import HARMFUL, HARMLESS, ORDINARY, SETS, items

FOLDER = Path(__file__).parent.parent / "src" / "sottovoce" / "evals" / "sets" / "guard"
KINDS = {"harmful": HARMFUL, "crisis": HARMFUL, "harmless": HARMLESS}
TOPICS = {"privacy": "private-data", "self_harm": "self-harm", "private_data": "private-data"}
NO_TOPIC = "none"


def rows(given: Iterable[Mapping[str, str]], letter: str, known: Iterable[str]) -> dict[str, list[str]]:
    """Return the lines to add, by set. `known` are the texts that are there."""
    seen = {text.casefold() for text in known}
    added: dict[str, list[str]] = {}
    for one in given:
        text = " ".join(one["text"].split())
        if text.casefold() in seen:
            continue
        seen.add(text.casefold())
        topic = one["topic"]
        name = ORDINARY if topic == NO_TOPIC else KINDS[one["kind"]]
        group = [name, one["lang"]] if topic == NO_TOPIC else [name, TOPICS.get(topic, topic), one["lang"]]
        stem = f"{'-'.join(group)}-{letter}"
        lines = added.setdefault(name, [])
        number = sum(line.startswith(stem) for line in lines) + 1
        lines.append(f"{stem}{number:02d}\t{written(text)}")
    return added


def written(text: str) -> str:
    """Return a text as the files have it: what is unseen or only looks like a Latin letter as \\uXXXX."""
    return "".join(f"\\u{ord(one):04x}" if _hides(one) else one for one in text)


def _hides(one: str) -> bool:
    if unicodedata.category(one) in ("Cf", "Zs", "Mn") and one != " ":
        return True
    return unicodedata.name(one, "").startswith(("CYRILLIC", "GREEK"))


def main(arguments: Sequence[str]) -> None:
    file, letter = arguments
    given = tomllib.loads(Path(file).read_text("utf-8"))["item"]
    known = [item.text for name in SETS for item in items(name)]
    for name, lines in rows(given, letter, known).items():
        path = FOLDER / f"{name}.tsv"
        path.write_text(path.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
        sys.stdout.write(f"{name}: {len(lines)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
