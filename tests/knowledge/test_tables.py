from __future__ import annotations

import pytest

from sottovoce.knowledge.tables import Table, tables


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Some text.\nNothing else.", []),
        ("a\tb\nc\t1\nd\t2\n", [Table(0, 12, "a\tb\n")]),
        ("Spares\na\tb\nc\t1\nThe end.", [Table(7, 15, "a\tb\n")]),
        ("c\t1\nd\t2", [Table(0, 7, "")]),  # begun in the middle
        ("Anna\tcook\nBen\tpilot\nCem\tclerk", [Table(0, 29, "")]),  # who could tell?
        ("a\tb", [Table(0, 3, "")]),
        ("a\tb\n1\t2\n\nx\ty\n3\t4", [Table(0, 8, "a\tb\n"), Table(9, 16, "x\ty\n")]),
    ],
)
def test_tables_are_told_with_the_row_that_names_their_cells(text: str, found: list[Table]) -> None:
    assert list(tables(text)) == found
