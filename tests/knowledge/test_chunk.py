"""A document's blocks become one text, and that is cut along its structure."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sottovoce.knowledge.chunk import BETWEEN, PASSAGE, WHOLE, cut, tokens
from sottovoce.knowledge.document import Block, Reading

SENTENCE = "The harbour master keeps a list of every boat that came in. "
CHINESE = "港务长记下每一艘进港的船。"


def quoted(*blocks: Block) -> list[str]:
    """Return what the passages of some blocks say."""
    text, passages = cut(Reading(blocks))
    data = text.encode()
    return [data[one.start : one.end].decode() for one in passages]


def rows(count: int) -> str:
    return "\n".join(f"boat {at}\tberth {at * 7}\tcaptain number {at}" for at in range(count))


def test_a_passage_knows_its_headings_page_and_place():
    text, passages = cut(
        Reading(
            (
                Block("heading", "Boats", 1),
                Block("heading", "Sails", 2, page=3),
                Block("text", "A jib is triangular. Größe: 40 m².", page=3),
                Block("heading", "Oars", 2, page=4),
                Block("text", "Two will do.", page=4),
            )
        )
    )
    assert [(one.headings, one.page) for one in passages] == [(("Boats", "Sails"), 3), (("Boats", "Oars"), 4)]
    assert text.encode()[passages[0].start : passages[0].end].decode() == "A jib is triangular. Größe: 40 m²."


def test_short_paragraphs_of_a_section_share_a_passage_and_sections_do_not():
    first, second = quoted(
        Block("heading", "A", 1), Block("text", "One."), Block("text", "Two."),
        Block("heading", "B", 1), Block("text", "Three."),
    )  # fmt: skip
    assert (first, second) == (f"One.{BETWEEN}Two.", "Three.")


def test_pages_do_not_share_a_passage():
    assert len(quoted(Block("text", "One.", page=1), Block("text", "Two.", page=2))) == 2


def test_a_term_stands_with_its_meaning():
    said = quoted(Block("text", SENTENCE * 10), Block("text", "fsync (boolean)"), Block("text", SENTENCE * 8))
    assert said[1].startswith("fsync (boolean)")


@pytest.mark.parametrize("kind", ["table", "code"])
def test_a_table_or_code_is_whole_up_to_a_bound_and_then_cut_between_lines(kind):
    whole = rows(30)
    assert PASSAGE < tokens(whole) < WHOLE
    assert quoted(Block(kind, whole)) == [whole]
    long = rows(300)
    parts = quoted(Block(kind, long))
    assert len(parts) > 5
    assert [line for part in parts for line in part.splitlines()] == long.splitlines()


def test_the_indent_of_code_is_kept():
    code = "\n".join(f"    if boats[{at}]:\n        moor({at})" for at in range(200))
    assert all(part.startswith("    ") for part in quoted(Block("code", code)))


@pytest.mark.parametrize(("sentence", "end"), [(SENTENCE, "."), (CHINESE, "。")])
def test_a_long_paragraph_is_cut_between_sentences(sentence, end):
    parts = quoted(Block("text", sentence * 60))
    assert len(parts) > 2
    assert all(part.endswith(end) and tokens(part) <= PASSAGE for part in parts)
    sizes = [tokens(part) for part in parts]
    assert min(sizes) > max(sizes) / 3, "a crumb is left over"


@pytest.mark.parametrize("text", ["x" * 9000, "字" * 3000, "😀" * 1000, "word " * 3000])
def test_text_without_sentences_is_cut_all_the_same(text):
    parts = quoted(Block("text", text))
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert max(map(tokens, parts)) <= PASSAGE + 1


def test_a_document_of_headings_only_still_has_passages():
    said = quoted(Block("heading", "Menu", 1), Block("heading", "Soup", 2), Block("heading", "Fish", 2))
    assert said == ["Menu", "Soup", "Fish"]
    assert quoted() == []
    assert quoted(Block("text", "  \n ")) == []


def test_what_utf8_cannot_hold_is_left_out():
    assert quoted(Block("text", "one \ud800 two")) == ["one ? two"]


@pytest.mark.parametrize(
    ("text", "about"), [("word " * 100, 125), ("字" * 100, 100), ("слово " * 100, 300), ("", 0)]
)
def test_tokens_are_estimated(text, about):
    assert tokens(text) == pytest.approx(about, rel=0.15)


BLOCKS = st.lists(
    st.builds(
        Block,
        st.sampled_from(["heading", "text", "table", "code"]),
        st.one_of(
            st.text(alphabet="aб字😀 .。\n\t", max_size=60),
            st.integers(1, 400).map(lambda count: SENTENCE * (count // 8) + CHINESE * (count % 8)),
            st.integers(1, 90).map(rows),
        ),
        st.integers(1, 4),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=8,
)


@settings(max_examples=120, deadline=None)
@given(BLOCKS)
def test_passages_lie_in_order_and_cover_everything_but_headings(blocks):
    text, passages = cut(Reading(tuple(blocks)))
    data = text.encode()
    at = 0
    left = []
    for passage in passages:
        assert at <= passage.start < passage.end <= len(data)
        assert data[passage.start : passage.end].decode().strip()
        left.append(data[at : passage.start].decode())
        at = passage.end
    left.append(data[at:].decode())
    lines = {part.strip() for gap in left for line in gap.splitlines() for part in [line] if part.strip()}
    headings = {line.strip() for one in blocks if one.kind == "heading" for line in one.text.splitlines()}
    assert lines <= headings
