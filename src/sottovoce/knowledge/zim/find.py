"""Answer a question with passages of an encyclopaedia: queries, articles, passages, the best of them.

Knows nothing of models: queries that one wrote and likeness by vectors come in as values. Nothing is indexed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sottovoce.core.errors import BadDocument, NotFound
from sottovoce.knowledge import answers
from sottovoce.knowledge.answers import Coverage, Hits
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Found, Passage
from sottovoce.knowledge.search import Results
from sottovoce.knowledge.zim import queries, ranking
from sottovoce.knowledge.zim.archive import Archive
from sottovoce.knowledge.zim.said import Article

HITS = 20
"""Articles taken of each query."""
ARTICLES = 12
"""Articles that are read."""
MOST_OF_ONE = 3
"""Passages of one article."""
LIKENED = 40
"""Passages that are compared by their vectors, which take long to make."""
WRITTEN_COVERED = 0.66
"""The share of a query by the model that one article has to have: it has few words, and none to spare."""

Near = Callable[[str, Sequence[str]], Awaitable[Sequence[float]]]
"""Says how like a question each of some texts is; more is nearer."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Candidate:
    article: Article
    text: str
    """Of the article."""
    passage: Passage
    said: str

    def tokens(self) -> list[str]:
        """Return the words it is found by: those it stands under, and its own."""
        over = (self.article.title, *self.passage.headings)
        return [*(token for one in over for token in ranking.tokens(one)), *ranking.tokens(self.said)]


async def find(
    archive: Archive,
    question: str,
    limit: int,
    *,
    shelf: str = "",
    written: Sequence[str] = (),
    near: Near | None = None,
    told: Told = lambda sentence: None,
) -> Results:
    """Return the passages that say most of what is asked, best first.

    They answer where one article has half of the question, by how rare its words are, or most of a query in
    `written`: those by the model. `told`: what could not be read, sentence by sentence; the rest goes on.
    Raises BadDocument if the whole archive cannot be read any more.
    """
    terms = queries.terms(question)
    counts = await _counts(archive, [term.text for term in terms], told)
    places = await _articles(archive, queries.plan(terms, counts, written), told)
    articles = await _read(archive, list(places)[:ARTICLES], told)
    candidates = await asyncio.to_thread(_candidates, articles)
    if not candidates:
        return Results()
    worth = queries.rarity(terms, counts)
    tokens = await asyncio.to_thread(lambda: [candidate.tokens() for candidate in candidates])
    scores = await asyncio.to_thread(ranking.bm25, tokens, wanted(worth, written))
    order = _order(candidates, scores, list(places))
    if near is not None:
        first = list(order)[:LIKENED]
        order = _liked(order, first, await near(question, [candidates[at].said for at in first]))
    best = list(_spread(candidates, order, limit))
    found = tuple(_found(candidates[at], score, shelf, archive.facts.written) for at, score in best)
    spread = _Spread([set(one) for one in tokens], [one.article.path for one in candidates])
    first = [at for at, _ in best]
    why = spread.coverage(worth, first)
    rest = [spread.coverage(_weights(query), first) for query in written]
    is_found = why.document >= answers.COVERED or any(one.document >= WRITTEN_COVERED for one in rest)
    return Results(found, is_found, why)


async def text_of(archive: Archive, document: str) -> str:
    """Return the text that a `Found` of this document points into. Raises NotFound, BadDocument."""
    article = await archive.article(document)
    return (await asyncio.to_thread(cut, article.reading))[0]


def wanted(worth: Mapping[str, float], written: Sequence[str]) -> dict[str, float]:
    """Return the tokens to look for in passages, with weights; those the model named count less. Pure."""
    weights: dict[str, float] = {}
    named = {text: weight / 2 for query in written for text, weight in _weights(query).items()}
    for texts in (named, worth):
        for text, weight in texts.items():
            for token in ranking.tokens(text):
                weights[token] = max(weights.get(token, 0.0), weight)
    return weights


def _weights(query: str) -> dict[str, float]:
    return {term.text: term.weight for term in queries.terms(query)}


async def _counts(archive: Archive, texts: Sequence[str], told: Told) -> dict[str, int]:
    """Return how many articles have each text; nothing where there is no index, or it is damaged."""
    if not archive.facts.indexed:
        return {}
    try:
        return dict(zip(texts, await archive.estimate(texts), strict=True))
    except BadDocument as problem:
        archive.check_usable()
        told(problem.sentence)
        return {}


async def _articles(archive: Archive, plan: queries.Plan, told: Told) -> dict[str, float]:
    """Return the paths of the articles found, best first; by titles alone where the index is damaged."""
    asked = plan.queries if archive.facts.indexed else ()
    try:
        rows, faults = await archive.search(asked, HITS, titles=plan.titles)
    except BadDocument as problem:
        archive.check_usable()
        told(problem.sentence)
        asked = ()
        rows, faults = await archive.search(asked, HITS, titles=plan.titles)
    for fault in faults:
        told(fault)
    weights = [*(1.0 + 0.5 * len(query.split()) for query in asked), *(1.2 for _ in plan.titles)]
    return queries.merge([[hit.path for hit in row] for row in rows], weights)


async def _read(archive: Archive, paths: Sequence[str], told: Told) -> list[Article]:
    articles: dict[str, Article] = {}
    for path in paths:
        try:
            article = await archive.article(path)
        except (BadDocument, NotFound) as problem:
            archive.check_usable()
            told(problem.sentence)
        else:
            articles.setdefault(article.path, article)
    return list(articles.values())


def _candidates(articles: Sequence[Article]) -> list[_Candidate]:
    return [candidate for article in articles for candidate in _cut(article)]


def _cut(article: Article) -> Iterator[_Candidate]:
    text, passages = cut(article.reading)
    data = text.encode()
    for passage in passages:
        yield _Candidate(article, text, passage, data[passage.start : passage.end].decode())


@dataclass(frozen=True, slots=True)
class _Spread:
    """The words of each passage, and the path of its article."""

    tokens: Sequence[set[str]]
    articles: Sequence[str]

    def coverage(self, worth: Mapping[str, float], best: Sequence[int]) -> Coverage:
        """Return how much of what is asked the best passages have, and their articles.

        What stands nowhere as a whole is counted by its parts, which are terms as well.
        """
        hits = []
        for text, weight in worth.items():
            wanted = set(ranking.tokens(text))
            having = frozenset(at for at, held in enumerate(self.tokens) if wanted and wanted <= held)
            hits.append(Hits(weight if having or not queries.has_parts(text) else 0.0, having))
        numbers = {path: number for number, path in enumerate(dict.fromkeys(self.articles))}
        return answers.coverage(hits, best, {at: numbers[path] for at, path in enumerate(self.articles)}, [])


def _order(
    candidates: Sequence[_Candidate], scores: Sequence[float], places: Sequence[str]
) -> dict[int, float]:
    """Join the order by words with that of the articles. A passage needs a word that was asked for."""
    by_words = sorted((at for at in range(len(candidates)) if scores[at] > 0), key=lambda at: -scores[at])
    joined = queries.merge([by_words], [2.0])
    for at in by_words:
        joined[at] += 1.0 / (10.0 + places.index(candidates[at].article.path))
    return _best_first(joined)


def _liked(order: Mapping[int, float], first: Sequence[int], likeness: Sequence[float]) -> dict[int, float]:
    """Join an order with that of how like the question its first are."""
    like = dict(zip(first, likeness, strict=True))
    added = queries.merge([sorted(like, key=lambda at: -like[at])], [2.0])
    return _best_first({at: score + added.get(at, 0.0) for at, score in order.items()})


def _best_first(scores: Mapping[int, float]) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def _spread(
    candidates: Sequence[_Candidate], order: Mapping[int, float], limit: int
) -> Iterator[tuple[int, float]]:
    """Yield the best, not too many of one article."""
    taken: dict[str, int] = {}
    left = limit
    for at, score in order.items():
        path = candidates[at].article.path
        taken[path] = taken.get(path, 0) + 1
        if left > 0 and taken[path] <= MOST_OF_ONE:
            left -= 1
            yield at, score


def _found(candidate: _Candidate, score: float, shelf: str, written: float | None) -> Found:
    passage = candidate.passage
    return Found(
        shelf,
        candidate.article.key,
        hashlib.sha256(candidate.text.encode()).hexdigest(),
        None,
        passage.headings,
        passage.start,
        passage.end,
        candidate.said,
        score,
        written,
    )
