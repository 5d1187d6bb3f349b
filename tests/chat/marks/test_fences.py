"""Code that has no end ends with its answer: no mark, and nothing of what follows, stands in it."""

from __future__ import annotations

from collections.abc import Callable

import marked
import pytest
from markdown_it import MarkdownIt

from sottovoce.chat.as_html import closed
from sottovoce.chat.marks import copying
from sottovoce.chat.marks.verifying import Finding, verdicts
from sottovoce.core.messages import State
from sottovoce.guard.provenance import ANSWER

Exported = Callable[..., bytes]
HERE = frozenset([marked.SIGNER.public])

CUT = {
    "in its code": "Here it is:\n\n```python\ndef flow(year):\n    return",
    "before a line": "```",
    "behind its language": "So:\n```python",
    "a longer fence": "````md\n```\nnot closed",
    "waves": "~~~\na",
    "in a list": "- one\n\n  ```\n  code",
    "in a quote": "> ```\n> code",
}
WHOLE = {"closed": "```\na\n```", "code without a fence": "a\n\n    b", "words": "a ``` b", "nothing": ""}


def code_in(text: str) -> list[str]:
    return [token.content for token in MarkdownIt("commonmark").parse(text) if token.type == "fence"]


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_no_mark_and_no_later_answer_stands_in_code_that_was_cut(exported: Exported, text: str) -> None:
    answers = [marked.message(text, state=State.STOPPED), marked.message("Boats go there.")]
    file = exported("md", answers)
    code = code_in(file.decode())
    assert len(code) == 1
    assert "sottovoce:" not in code[0]
    assert "Boats" not in code[0]
    found = verdicts(file, "file.md", HERE)
    assert {one.finding for one in found} == {Finding.UNCHANGED}
    assert len([one for one in found if one.record and one.record.kind == ANSWER]) == 2


def test_a_copy_ends_its_code_as_well() -> None:
    copy = copying.as_markdown(marked.message(CUT["in its code"], state=State.STOPPED), marked.pen())
    assert "sottovoce:" not in code_in(copy)[0]
    assert [one.finding for one in verdicts(copy.encode(), "x", HERE)] == [Finding.UNCHANGED]


def test_what_has_no_mark_and_what_a_person_asks_ends_its_code_as_well(exported: Exported) -> None:
    unsigned = marked.message(CUT["in its code"], facts={}, state=State.STOPPED)
    text = exported("md", [unsigned, marked.message("Yes.")]).decode()
    assert "Yes." not in code_in(text)[0]


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_what_is_whole_stays_as_it_is(text: str) -> None:
    assert closed(text) == text
