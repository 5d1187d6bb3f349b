"""How often the right document is found, over four of Debian's documentation packages.

109 English and 32 Chinese questions in other words than the documents', and 20 that nothing there answers
(bench/knowledge/questions.toml). Plain full text search, ours by words, ours with vectors, and LanceDB's
hybrid search over the same passages and vectors answer the same questions in one run. The rows with
vectors need `python -m bench.minilm bench/knowledge/.corpus/all-MiniLM-L6-v2.gguf` before, and an hour the
first time. The questions of dev.toml and of fresh.toml stand in tables of their own: what they give is told,
not to be reached. The first are for tuning, the others were asked by somebody else and are never tuned on.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.knowledge import corpus, peer, questions, vectors
from bench.knowledge.questions import Quality, Question
from bench.knowledge.shelf import Plain, filled, shelves
from bench.pairs import Row, row
from sottovoce.knowledge import documents, search
from sottovoce.knowledge.search import Nearest, Results
from sottovoce.knowledge.shelf import Shelf

LIMIT = 30
KINDS = {"far": "far", "near": "near", "english": "answerable"}
SECTION = re.compile(r"\d+(\.\d+)+")
OTHER_COLUMNS = (
    "| recall@5 | MRR@10 | far refused | near refused | answerable refused |\n|---|---|---|---|---|---|"
)
_table: list[str] = []
_others: dict[str, list[str]] = {
    "asked for tuning, before looking at the search": [],
    "asked by somebody who had not seen the search": [],
}


async def measure(home: Path, count: int) -> list[Row]:
    asked, others = questions.read(), [questions.read(file) for file in (questions.DEV, questions.FRESH)]
    english = [one for one in asked if one.kind == "english"]
    async with shelves(home) as open_ones:
        shelf, seconds = await filled(open_ones, "english", corpus.ENGLISH)
        plain = Plain(shelf)
        passages = (await shelf.facts()).passages
        print(f"  {passages:,} passages, {passages / seconds:,.0f} a second with reading them")
        base = _said("plain FTS5", english, plain.find)
        words = _said("ours, by words", english, lambda text: _names(_found(shelf, text)))
        _told("plain FTS5", others, "english", plain.find)
        _told(
            "ours, by words",
            others,
            "english",
            lambda text: _names(_found(shelf, text)),
            lambda text: _found(shelf, text),
        )
        rows = [
            _gain("by words", "recall@5", words.recall - base.recall, 0.12),
            _gain("by words", "MRR", words.mrr - base.mrr, 0.09),
            *_refusals("by words", asked, lambda text: _found(shelf, text)),
        ]
        if vectors.is_here():
            rows += await _with_vectors(shelf, asked, others, base)
        else:
            _table.append("| with vectors | not measured: the model is not here | | | |")
            for table in _others.values():
                table.append("| with vectors | not measured: the model is not here | | | | |")
        chinese, _ = await filled(open_ones, "chinese", corpus.CHINESE)
        in_chinese = [one for one in asked if one.kind == "chinese"]
        _said("ours by words, Chinese, the right section", in_chinese, lambda text: _sections(chinese, text))
        right = _said(
            "ours by words, Chinese, the right document",
            [_of_chapter(one) for one in in_chinese],
            lambda text: _chapters(chinese, text),
        )
        _told(
            "ours by words, Chinese, the right section",
            others,
            "chinese",
            lambda text: _sections(chinese, text),
        )
        _told(
            "ours by words, Chinese, the right document",
            [[_of_chapter(one) for one in some] for some in others],
            "chinese",
            lambda text: _chapters(chinese, text),
        )
        rows += [
            row("Chinese questions: recall@5", [right.recall], "", 0.85, at_most=False),
            row("quotes that are not what stands at their bytes", [_wrong_quotes(shelf, english)], "", 0.0),
            row("passages indexed, with reading HTML", [passages / seconds], "/s", 3000.0, at_most=False),
        ]
    return rows


async def _with_vectors(
    shelf: Shelf, asked: Sequence[Question], others: Sequence[Sequence[Question]], base: Quality
) -> list[Row]:
    passages = await asyncio.to_thread(vectors.texts, shelf)
    table = await vectors.embedded(list(passages.values()))
    texts = [one.text for one in itertools.chain(asked, *others)]
    by_text = dict(zip(texts, await vectors.embedded(texts), strict=True))
    numbers = list(passages)
    near = {text: vectors.nearest(table, numbers, vector) for text, vector in by_text.items()}
    english = [one for one in asked if one.kind == "english"]
    both = _said("ours, with vectors", english, lambda text: _names(_found(shelf, text, near[text])))
    _told(
        "ours, with vectors",
        others,
        "english",
        lambda text: _names(_found(shelf, text, near[text])),
        lambda text: _found(shelf, text, near[text]),
    )
    theirs = peer.answers(shelf, passages, table, by_text)
    if theirs:
        _said(f"{peer.RELEASE}, hybrid, the same vectors", english, theirs.__getitem__)
        _told(f"{peer.RELEASE}, hybrid, the same vectors", others, "english", theirs.__getitem__)
    return [
        _gain("with vectors", "recall@5", both.recall - base.recall, 0.22),
        _gain("with vectors", "MRR", both.mrr - base.mrr, 0.20),
        *_refusals("with vectors", asked, lambda text: _found(shelf, text, near[text])),
    ]


def appendix() -> str:
    """Return the tables of quality for the page."""
    head = "\n| over the same questions | recall@5 | MRR@10 | recall@5, held out | MRR@10, held out |\n"
    tables = [[f"\n| {asked} {OTHER_COLUMNS}", *rows] for asked, rows in _others.items()]
    return f"{head}|---|---|---|---|---|\n" + "\n".join(itertools.chain(_table, *tables)) + "\n"


def _found(shelf: Shelf, text: str, nearest: Nearest = ()) -> Results:
    return shelf.file.look(lambda conn: search.search(conn, shelf.name, text, LIMIT, nearest))


def _names(results: Results) -> list[str]:
    return [found.document for found in results.found]


def _section(headings: Sequence[str]) -> str:
    numbers = [found[0] for heading in headings if (found := SECTION.match(heading))]
    return numbers[-1] if numbers else ""


def _sections(shelf: Shelf, text: str) -> list[str]:
    return [_section(found.headings) for found in _found(shelf, text).found]


def _chapters(shelf: Shelf, text: str) -> list[str]:
    return [place.partition(".")[0] for place in _sections(shelf, text)]


def _of_chapter(one: Question) -> Question:
    return replace(one, at=frozenset(place.partition(".")[0] for place in one.at))


def _said(name: str, asked: Sequence[Question], places: Callable[[str], Sequence[str]]) -> Quality:
    whole = questions.quality(asked, places)
    held = questions.quality([one for one in asked if not one.tuning], places)
    _table.append(f"| {name} | {whole.recall:.3f} | {whole.mrr:.3f} | {held.recall:.3f} | {held.mrr:.3f} |")
    print(f"  {_table[-1]}")
    return whole


def _told(
    name: str,
    others: Sequence[Sequence[Question]],
    kind: str,
    places: Callable[[str], Sequence[str]],
    results: Callable[[str], Results] | None = None,
) -> None:
    for table, asked in zip(_others.values(), others, strict=True):
        of_kind = [one for one in asked if one.kind == kind]
        if not of_kind:
            continue
        found = questions.quality(of_kind, places)
        refused = [f"{share:.3f}" for share in _shares(asked, results)] if results else ["", "", ""]
        table.append(f"| {name} | {found.recall:.3f} | {found.mrr:.3f} | {' | '.join(refused)} |")
        print(f"  other questions: {table[-1]}")


def _gain(name: str, what: str, value: float, bar: float) -> Row:
    return row(f"{name}: {what} above plain FTS5", [value], "", bar, at_most=False)


def _refusals(name: str, asked: Sequence[Question], results: Callable[[str], Results]) -> list[Row]:
    """Return how many are said not to be answered; of both halves of the questions."""
    bars = ((0.9, False), (0.5, False), (0.1, True))
    return [
        row(f"{name}: {what} questions refused", [share], "", bar, at_most=at_most)
        for what, share, (bar, at_most) in zip(KINDS.values(), _shares(asked, results), bars, strict=True)
    ]


def _shares(asked: Sequence[Question], results: Callable[[str], Results]) -> list[float]:
    """Return which share of each of KINDS is said not to be answered."""
    return [
        statistics.fmean(not results(one.text).answers for one in asked if one.kind == kind) for kind in KINDS
    ]


def _wrong_quotes(shelf: Shelf, asked: Sequence[Question]) -> float:
    """Return how many of the passages found are not, to the byte, what stands at their place."""
    numbers = {one.name: one.number for one in shelf.file.look(documents.listed)}
    wrong = 0
    for one in asked:
        for found in _found(shelf, one.text).found[:5]:
            number = numbers[found.document]
            text = shelf.file.look(partial(documents.text_of, number=number))
            wrong += text[found.start : found.end] != found.text.encode()
    return float(wrong)
