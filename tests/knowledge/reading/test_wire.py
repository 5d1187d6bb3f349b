"""What the child says is believed only as far as it can be true."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sottovoce.knowledge.document import Block
from sottovoce.knowledge.reading.paper import Paper, Rows
from sottovoce.knowledge.reading.refusal import Refusal
from sottovoce.knowledge.reading.wire import LONGEST_BLOCK, End, Lie, Limits, heard

END = {"title": "t", "written": None, "pages": None, "notes": [], "worn": False}


def line(said: Any) -> bytes:
    return json.dumps(said).encode() + b"\n"


def test_what_a_paper_sends_is_heard() -> None:
    sent: list[bytes] = []
    paper = Paper(sent.append, Limits())
    paper.heading("  A \n title ", 2, 3)
    paper.text("\n text ")
    paper.code("  x = 1\n\n")
    rows = Rows(paper)
    rows.add(["a\tb", "c\nd", ""])
    rows.add(["", ""])
    rows.add(["1", "2"])
    rows.end()
    paper.note("n")
    end = heard(paper.finish(worn=True))
    assert heard(sent[0]) == [
        Block("heading", "A title", 2, 3),
        Block("text", "text"),
        Block("code", "  x = 1"),
        Block("table", "a b\tc d\n1\t2"),
    ]
    assert end == End("", None, None, ("n",), True)


def test_a_block_without_end_is_cut_at_a_line_or_a_sentence() -> None:
    sent: list[bytes] = []
    paper = Paper(sent.append, Limits())
    paper.text("A sentence of some length. " * 10_000)
    paper.finish()
    blocks = [block for one in sent for block in heard(one)]  # type: ignore[union-attr]
    assert all(len(block.text) <= LONGEST_BLOCK and block.text.endswith("length.") for block in blocks)
    assert sum(block.text.count("sentence") for block in blocks) == 10_000


def test_many_small_blocks_do_not_make_a_long_line() -> None:
    sent: list[bytes] = []
    paper = Paper(sent.append, Limits())
    for _ in range(10_000):
        paper.text("a")
    paper.finish()
    assert max(map(len, sent)) < 100_000


def test_more_text_than_the_limit_is_refused() -> None:
    paper = Paper(lambda _: None, Limits(text=1_000_000))

    def write() -> None:
        for _ in range(100):
            paper.text("x" * 40_000)

    with pytest.raises(Refusal) as caught:
        write()
    assert caught.value.reason == "long"


@pytest.mark.parametrize(
    "said",
    [
        b"no json\n",
        b"[" * 100_000,
        line({"blocks": [["image", "x", 0, None]]}),
        line({"blocks": [["text", "", 0, None]]}),
        line({"blocks": [["text", "a\0", 0, None]]}),
        line({"blocks": [["text", "\ud800", 0, None]]}),
        line({"blocks": [["text", "x" * (LONGEST_BLOCK + 1), 0, None]]}),
        line({"blocks": [["text", "x", 99, None]]}),
        line({"blocks": [["text", "x", 0, "1"]]}),
        line({"blocks": [["text", "x", 0, -1]]}),
        line({"blocks": 7}),
        line({"refused": "anything", "what": "", "detail": ""}),
        line({"end": {**END, "written": "today"}}),
        line({"end": {**END, "written": float("nan")}}),
        line({"end": {**END, "title": 7}}),
        line({"end": {**END, "pages": 1.5}}),
        line({"neither": 1}),
    ],
)
def test_what_no_reader_says_is_a_lie(said: bytes) -> None:
    with pytest.raises(Lie):
        heard(said)
