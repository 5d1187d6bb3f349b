"""Well-known open models: where each is, how large, under which licence, and where all that was read.

Ours stand in catalogue.toml; a person adds more in a file of the same form in the home folder. Knows
nothing of this machine, nor which of the files are here.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sottovoce.core.errors import BadCatalogue
from sottovoce.core.paths import Home, move_away
from sottovoce.fit.facts import ShapeFacts

KINDS = ("chat", "reasoning", "code", "vision", "embedding", "rerank", "guard")
OURS = Path(__file__).with_name("catalogue.toml")

_ENTRY = "\n[[model]]\n"
"""Begins an entry."""

MANY = "mul"
"""In a card's languages: it claims many, and does not say which."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_REPOSITORY = re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", re.ASCII)
_FILE = re.compile(r"[\w-][\w .+-]{0,200}\.gguf", re.ASCII)
_LARGEST = 1 << 50
_SHAPE = {
    "layers", "width", "heads", "kv_heads", "head_length", "feed_forward", "vocabulary", "experts",
    "experts_used", "expert_feed_forward", "window", "window_pattern", "dense_layers", "shared_feed_forward",
    "feed_forward_matrices",
}  # fmt: skip
_SHAPE_NEEDED = ("layers", "width", "heads", "kv_heads", "head_length", "feed_forward", "vocabulary")
_SHAPE_USUAL = {"feed_forward_matrices": 3}
_LONGEST = 1 << 24
_SHAPE_BOUNDS = {
    **dict.fromkeys(_SHAPE_NEEDED, (1, _LONGEST)), "layers": (1, 512), "experts": (0, 1024),
    "experts_used": (0, 1024), "feed_forward_matrices": (2, 3),
}  # fmt: skip
"""What a shape may say; a model is drawn up by it, and would be drawn up for ever."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the facts named in `what` were read, and on which day."""

    what: tuple[str, ...]
    where: str
    read: str


@dataclass(frozen=True, slots=True)
class CardFile:
    """One packing of a model. `parts` are the names of its files, several where it is split.

    `size` is that of all parts. `sha256` is that of a file in one part; None: split, or not known.
    """

    name: str
    parts: tuple[str, ...]
    packing: str
    size: int
    sha256: str | None
    part_sizes: tuple[int, ...] = ()
    part_sha256: tuple[str, ...] = ()

    @property
    def is_beside(self) -> bool:
        """Whether this goes with the model, to let it see, and is not the model itself."""
        return self.name.lower().startswith("mmproj")

    @property
    def digests(self) -> tuple[str, ...]:
        """Return what is known of the content of its parts, in their order."""
        return self.part_sha256 or ((self.sha256,) if self.sha256 else ())


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model. None, or empty: not known. `gated`: its publisher asks for a yes first.

    `parameters` counts all of them, `active_parameters` those that each token needs in a mixture. `replaces`:
    the handles of older models that its publisher meant it to follow.
    """

    name: str
    title: str
    publisher: str
    kind: str
    repository: str
    licence: str
    files: tuple[CardFile, ...]
    parameters: int = 0
    active_parameters: int = 0
    context: int = 0
    shape: ShapeFacts | None = None
    gated: bool | None = None
    outputs: str = ""
    languages: tuple[str, ...] = ()
    can: tuple[str, ...] = ()
    knowledge_until: str = ""
    replaces: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def models(self) -> tuple[CardFile, ...]:
        """Return the files that are the model itself, the smallest first."""
        return tuple(sorted((file for file in self.files if not file.is_beside), key=lambda file: file.size))


def cards(home: Home | None = None) -> tuple[Card, ...]:
    """Return our cards and the home's own, which win over ours of the same name. Raises BadCatalogue."""
    if home is None or not own_file(home).exists():
        return _ours()
    added = read(own_file(home))
    names = {card.name for card in added}
    return (*(card for card in _ours() if card.name not in names), *added)


def own_file(home: Home) -> Path:
    """Return where a person's own cards stand."""
    return home.root / "catalogue.toml"


def find(name: str, home: Home | None = None) -> Card | None:
    """Return the card with this handle, however it is capitalised."""
    return next((card for card in cards(home) if card.name == name.lower()), None)


def about(card: Card, text: str) -> bool:
    """Tell whether every word of a text is in what names and describes a card, however capitalised."""
    known = " ".join(
        (
            card.name, card.title, card.publisher, card.kind, card.repository, card.licence, *card.languages,
            *card.can,
        )
    ).lower()  # fmt: skip
    return all(word in known for word in text.lower().split())


def with_content(digest: str, among: Iterable[Card]) -> tuple[Card, CardFile] | None:
    """Return the card and file that have this SHA-256, be it of one part."""
    for card in among:
        for file in card.files:
            if digest in file.digests:
                return card, file
    return None


def of_content(digest: str, home: Home | None = None) -> tuple[Card, CardFile] | None:
    """Return what `with_content` finds among all cards; of ours, only the one that has it is read."""
    if _ours.cache_info().currsize or (home is not None and own_file(home).exists()):
        return with_content(digest, cards(home))
    text = OURS.read_text("utf-8")
    at = text.find(f'"{digest}"')
    if at < 0:
        return None
    start, end = text.rfind(_ENTRY, 0, at), text.find(_ENTRY, at)
    return with_content(digest, _cards(OURS, text[start : end if end >= 0 else len(text)]))


def speaks(languages: Sequence[str], code: str) -> bool:
    """Tell whether a model speaks a language; of one whose languages nobody knows, that it does."""
    return not languages or MANY in languages or code in languages


def newer(card: Card, among: Iterable[Card]) -> Card | None:
    """Return the card of the model that follows this one, None where none is known."""
    return next((one for one in among if card.name in one.replaces), None)


def command(card: Card, file: CardFile | None = None) -> str:
    """Return the command that gets a model, in this packing where one is named."""
    what = card.name if file is None else shlex.quote(f"hf:{card.repository}:{file.name}")
    return f"sotto models pull {what}"


def read(path: Path) -> tuple[Card, ...]:
    """Read a file of cards. Raises BadCatalogue naming the model whose entry is wrong."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as problem:
        raise _bad(path, f"cannot be read: {problem}") from problem
    except OSError as problem:
        raise _bad(path, f"cannot be read: {problem.strerror}") from problem
    return _cards(path, text)


def _cards(path: Path, text: str) -> tuple[Card, ...]:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise _bad(path, f"cannot be read: {problem}") from problem
    top = _Row(path, "the file", table)
    found = tuple(_card(_Row(path, _called(number, row), row)) for number, row in top.rows("model"))
    top.end()
    names = [card.name for card in found]
    for name in names:
        if names.count(name) > 1:
            raise _bad(path, f"{name} stands in it twice")
    return found


@cache
def _ours() -> tuple[Card, ...]:
    return read(OURS)


def _called(number: int, row: dict[str, Any]) -> str:
    name = row.get("name")
    return name if isinstance(name, str) and _HANDLE.fullmatch(name) else f"model {number}"


def _card(row: _Row) -> Card:
    name = row.text("name", form=_HANDLE)
    repository = row.text("repository", form=_REPOSITORY)
    context = row.count("context", 0)
    shape = row.row("shape")
    card = Card(
        name=name,
        title=row.text("title", name),
        publisher=row.text("publisher", repository.partition("/")[0]),
        kind=row.choice("kind", KINDS),
        repository=repository,
        licence=row.text("licence"),
        files=tuple(_file(_Row(row.path, row.name, part)) for _, part in row.rows("file")),
        parameters=row.count("parameters", 0),
        active_parameters=row.count("active_parameters", 0),
        context=context,
        shape=None if shape is None else _shape(shape, context),
        gated=row.flag("gated"),
        outputs=row.text("outputs", ""),
        languages=row.words("languages"),
        can=row.words("can"),
        knowledge_until=row.text("knowledge_until", ""),
        replaces=row.words("replaces"),
        unverified=row.words("unverified"),
        sources=tuple(_source(_Row(row.path, row.name, part)) for _, part in row.rows("source")),
    )
    row.end()
    if not card.models:
        raise row.wrong("file", "names none that is a model")
    return card


def _file(row: _Row) -> CardFile:
    parts = row.words("parts") or (row.text("name"),)
    sizes = row.counts("part_sizes")
    digests = row.words("part_sha256")
    file = CardFile(
        name=parts[0],
        parts=parts,
        packing=row.text("packing"),
        size=row.count("size"),
        sha256=row.text("sha256", "") or None,
        part_sizes=sizes,
        part_sha256=digests,
    )
    row.end()
    for part in parts:
        if not _FILE.fullmatch(part):
            raise row.wrong("file", f"{part[:80]!r} is no name of a .gguf file")
    if not all(_SHA256.fullmatch(digest) for digest in file.digests):
        raise row.wrong("sha256", "is no SHA-256 in hexadecimal digits")
    if {len(sizes), len(digests)} - {0, len(parts)} or (sizes and sum(sizes) != file.size):
        raise row.wrong("part_sizes", "and the other lists do not go with the parts and the size")
    return file


def _shape(row: _Row, context: int) -> ShapeFacts:
    numbers = {
        key: row.count(key, None if key in _SHAPE_NEEDED else _SHAPE_USUAL.get(key, 0))
        for key in sorted(_SHAPE)
    }
    tied, causal = row.flag("tied"), row.flag("causal")
    row.end()
    for key, (least, most) in {**dict.fromkeys(_SHAPE, (0, _LONGEST)), **_SHAPE_BOUNDS}.items():
        if not least <= numbers[key] <= most:
            raise row.wrong(key, f"is from {least:,} to {most:,}, not {numbers[key]:,}")
    return ShapeFacts(**numbers, tied=tied is not False, causal=causal is not False, context=context)


def _source(row: _Row) -> Source:
    source = Source(row.words("what"), row.text("where"), row.text("read"))
    row.end()
    return source


class _Row:
    """One table of the file, of which each value is taken once; what is left over is a mistake."""

    def __init__(self, path: Path, name: str, table: dict[str, Any]) -> None:
        self.path = path
        self.name = name
        self._left = dict(table)

    def wrong(self, key: str, reason: str) -> BadCatalogue:
        return _bad(self.path, f"{self.name}: {key} {reason}")

    def text(self, key: str, otherwise: str | None = None, form: re.Pattern[str] | None = None) -> str:
        value = self._take(key, otherwise)
        if not isinstance(value, str) or len(value) > 2000 or not value.isprintable():
            raise self.wrong(key, "takes a text on one line")
        if form is not None and not form.fullmatch(value):
            raise self.wrong(key, f"cannot be {value[:80]!r}")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self.wrong(key, f"is one of {', '.join(choices)}, not {value[:80]!r}")
        return value

    def count(self, key: str, otherwise: int | None = None) -> int:
        return self._count(key, self._take(key, otherwise))

    def flag(self, key: str) -> bool | None:
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "is true or false")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.wrong(key, "takes a list of texts")
        return tuple(value)

    def counts(self, key: str) -> tuple[int, ...]:
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "takes a list of numbers")
        return tuple(self._count(key, one) for one in value)

    def rows(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.wrong(key, f"is written as [[{key}]]")
        return list(enumerate(value, 1))

    def row(self, key: str) -> _Row | None:
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(key, "takes a table")
        return _Row(self.path, self.name, value)

    def end(self) -> None:
        for key in self._left:
            raise self.wrong(repr(key[:80]), "is nothing that is known of a model")

    def _count(self, key: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
            raise self.wrong(key, "takes a whole number")
        return value

    def _take(self, key: str, otherwise: object) -> object:
        value = self._left.pop(key, otherwise)
        if value is None:
            raise self.wrong(key, "is missing")
        return value


def _bad(path: Path, reason: str) -> BadCatalogue:
    return BadCatalogue(
        f"{path}: {reason}.", hint=f"Mend that entry, or move the file away: {move_away(path)}"
    )
