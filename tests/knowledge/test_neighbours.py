"""Passages that stand next to each other become one: exactly what stands there, no larger than allowed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sottovoce.core.grounds import Found
from sottovoce.knowledge import neighbours
from sottovoce.knowledge.chunk import BETWEEN, tokens
from sottovoce.knowledge.neighbours import LONGEST_GAP, MOST, Gap

FIRST, SECOND, THIRD = "Öl ist teuer.", "It is 5 €.", "船进港。"
TEXT = BETWEEN.join([FIRST, SECOND, THIRD])
LONG = 1000


def passage(text: str, start: int, end: int, **other: object) -> Found:
    """Return what stands from one byte of a text to another."""
    found = Found("s", "a.md", "d", None, ("Oil",), start, end, text.encode()[start:end].decode(), 1.0)
    return replace(found, **other)  # type: ignore[arg-type]


def part(said: str, **other: object) -> Found:
    start = TEXT.encode().index(said.encode())
    return passage(TEXT, start, start + len(said.encode()), **other)


def joined(text: str, *passages: Found, longest: float = LONG) -> list[str]:
    """Return what the passages say once they are joined."""
    data = text.encode()
    between = {gap: data[gap.start : gap.end].decode() for gap in neighbours.gaps(passages)}
    found = neighbours.joined(passages, between, longest)  # type: ignore[arg-type]
    for one in found:
        assert data[one.start : one.end] == one.text.encode()
    return [one.text for one in found]


def test_neighbours_become_one_in_the_place_of_the_better():
    alone = replace(part(FIRST), document="b.md")
    assert joined(TEXT, part(SECOND), alone, part(FIRST)) == [f"{FIRST}{BETWEEN}{SECOND}", FIRST]


def test_what_is_one_keeps_the_score_of_the_better():
    between = {Gap("a.md", "d", len(FIRST.encode()), len(FIRST.encode()) + 2): BETWEEN}
    (one,) = neighbours.joined([part(SECOND, score=0.9), part(FIRST, score=0.2)], between, LONG)
    assert (one.score, one.start, one.end) == (0.9, 0, part(SECOND).end)


def test_passages_that_overlap_say_what_they_share_once():
    text = "Größe: 40 m², Öl: 5 €."
    whole, early, late, inner = (passage(text, *span) for span in ((0, 28), (0, 15), (8, 28), (8, 15)))
    assert joined(text, early, late) == [text]
    assert joined(text, whole, late) == joined(text, late, whole) == [text]
    assert joined(text, whole, inner) == joined(text, inner, whole) == [text]


def test_a_heading_between_keeps_them_apart():
    text = f"{FIRST}\n\n# Gas\n\n{SECOND}"
    end = len(FIRST.encode())
    one, other = passage(text, 0, end), passage(text, end + 9, len(text.encode()))
    assert 0 < other.start - one.end <= LONGEST_GAP
    assert joined(text, one, other) == [FIRST, SECOND]


def test_what_stands_between_has_to_be_known():
    assert len(neighbours.joined([part(FIRST), part(SECOND)], {}, LONG)) == 2


def test_pages_headings_documents_and_versions_of_them_stay_apart():
    for other in ({"page": 2}, {"headings": ()}, {"document": "b.md"}, {"digest": "e"}, {"shelf": "t"}):
        assert joined(TEXT, part(FIRST), part(SECOND, **other)) == [FIRST, SECOND]


def test_no_more_than_was_allowed_becomes_one():
    whole = f"{FIRST}{BETWEEN}{SECOND}"
    assert joined(TEXT, part(FIRST), part(SECOND), longest=tokens(whole)) == [whole]
    assert joined(TEXT, part(FIRST), part(SECOND), longest=tokens(whole) - 0.1) == [FIRST, SECOND]
    assert joined(TEXT, part(FIRST), part(SECOND), longest=0) == [FIRST, SECOND]


def test_three_in_any_order_become_one():
    assert joined(TEXT, part(FIRST), part(THIRD), part(SECOND)) == [TEXT]


@st.composite
def found(draw: st.DrawFn) -> tuple[str, list[Found]]:
    """Draw a text, and passages of it in any order: some next to each other, some overlapping."""
    words = draw(st.lists(st.text("aé船# ", min_size=1, max_size=6), min_size=1, max_size=12))
    marks = draw(st.lists(st.sampled_from([" ", "\n\n", "", "\n# A\n"]), min_size=12, max_size=12))
    text, spans = "", []
    for word, mark in zip(words, marks, strict=False):
        start = len(text.encode())
        text += word
        spans.append((start, len(text.encode())))
        text += mark
    wider = [(start, end) for (start, _), (_, end) in pairwise(spans)] or spans
    spans += draw(st.lists(st.sampled_from(wider), max_size=2))
    chosen = draw(st.lists(st.sampled_from(spans), unique=True, max_size=8))
    pages = draw(st.lists(st.sampled_from([None, 1]), min_size=8, max_size=8))
    return text, [passage(text, *span, page=page) for span, page in zip(chosen, pages, strict=False)]


def rest(one: Found, passages: list[Found]) -> bytes:
    """Return what of a passage is in none of those that it was made of."""
    parts = [other for other in passages if one.start <= other.start and other.end <= one.end]
    covered = {at for other in parts for at in range(other.start, other.end)}
    data = one.text.encode()
    return bytes(byte for at, byte in enumerate(data, one.start) if at not in covered)


@settings(deadline=None)
@given(found(), st.integers(0, 12))
def test_whatever_is_joined_is_what_stands_there_and_nothing_is_lost(
    drawn: tuple[str, list[Found]], longest: int
):
    text, passages = drawn
    data = text.encode()
    between = {gap: data[gap.start : gap.end].decode() for gap in neighbours.gaps(passages)}
    result = neighbours.joined(passages, between, longest)
    for one in result:
        assert data[one.start : one.end] == one.text.encode()
        assert one in passages or (tokens(one.text) <= longest and not rest(one, passages).strip())
    for other in passages:
        assert any(
            one.page == other.page and one.start <= other.start and other.end <= one.end for one in result
        )
    assert len(result) >= len(passages) / MOST
    assert neighbours.joined(passages, between, 0) == tuple(passages)
