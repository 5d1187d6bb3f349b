"""A Word document (DOCX) that is being written: paragraphs, tables, and the marks of what an AI wrote.

That something in it was generated is also a custom property, to be seen under the document's properties.
Knows nothing of chats; docx.py reads the marks again.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from sottovoce.chat.marks.docx import MARKS, PREFIX
from sottovoce.chat.marks.docx_parts import PARTS, STYLES
from sottovoce.chat.marks.words import CODE, EMPHASIS, STRONG, STRUCK, Block, Run
from sottovoce.guard.provenance import Record, written

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a number."""

_STYLED = {STRONG: "<w:b/>", EMPHASIS: "<w:i/>", STRUCK: "<w:strike/>", CODE: '<w:rStyle w:val="Code"/>'}
_KINDS = {"li": "ListParagraph", "code": "CodeBlock", "quote": "Quote"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Document:
    """A document that is being written: its body piece by piece, then `bytes`."""

    title: str
    language: str
    properties: dict[str, str] = field(default_factory=dict)
    _body: list[str] = field(default_factory=list)
    _records: list[Record] = field(default_factory=list)

    def paragraph(self, text: str, style: str = "") -> None:
        self._body.append(_paragraph((Run(text),), style))

    def blocks(self, blocks: Sequence[Block], record: Record | None = None) -> None:
        """Write the blocks of an answer; with its record, if it has one."""
        with_mark = self._marked(record)
        self._body.append(with_mark[0])
        self._body += _written(blocks)
        self._body.append(with_mark[1])

    def seal(self, record: Record) -> None:
        """Put the record of all that is written so far into the document."""
        begin, end = self._marked(record)
        self._body.insert(0, begin)
        self._body.append(end)

    def _marked(self, record: Record | None) -> tuple[str, str]:
        if record is None:
            return "", ""
        self._records.append(record)
        number = len(self._records)
        name = quoteattr(f"{PREFIX}{record.id}")
        begin = f'<w:bookmarkStart w:id="{number}" w:name={name}/>'
        return begin, f'<w:bookmarkEnd w:id="{number}"/>'

    def bytes(self) -> bytes:
        """Return the file. The same document has the same bytes."""
        marks = "".join(
            f"<mark id={quoteattr(one.id)}>{escape(written(one))}</mark>" for one in self._records
        )
        custom = "".join(
            f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name={quoteattr(name)}>'
            f"<vt:lpwstr>{_escaped(value)}</vt:lpwstr></property>"
            for pid, (name, value) in enumerate(self.properties.items(), 2)
        )
        fill = {
            "title": _escaped(self.title),
            "language": _escaped(self.language),
            "body": "".join(self._body),
            "custom": custom,
            "marks": f'<marks xmlns="{MARKS}">{marks}</marks>',
            "styles": STYLES,
        }
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in PARTS.items():
                text = _PLACE.sub(lambda place: fill[place[1]], part)
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
        return packed.getvalue()


def _written(blocks: Sequence[Block]) -> Iterator[str]:
    at = 0
    while at < len(blocks):
        block = blocks[at]
        if block.kind == "cell":
            end = at
            while end < len(blocks) and blocks[end].kind == "cell" and blocks[end].table == block.table:
                end += 1
            yield _table(blocks[at:end])
            at = end
            continue
        style = f"Heading{block.kind[1]}" if block.kind[0] == "h" else _KINDS.get(block.kind, "")
        yield _paragraph(block.runs, style, block.level if block.kind in ("li", "quote") else 0)
        at += 1


def _table(cells: Sequence[Block]) -> str:
    rows: dict[int, list[Block]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    most = max(len(row) for row in rows.values())
    columns = '<w:gridCol w:w="1800"/>' * most
    said = "".join(
        "<w:tr>"
        + "".join(f"<w:tc><w:tcPr/>{_paragraph(cell.runs)}</w:tc>" for cell in row)
        + "<w:tc><w:tcPr/><w:p/></w:tc>" * (most - len(row))
        + "</w:tr>"
        for row in rows.values()
    )
    about = '<w:tblPr><w:tblStyle w:val="TableGrid"/></w:tblPr>'
    return f"<w:tbl>{about}<w:tblGrid>{columns}</w:tblGrid>{said}</w:tbl><w:p/>"


def _paragraph(runs: Iterable[Run], style: str = "", level: int = 0) -> str:
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    about += f'<w:ind w:left="{360 * level}"/>' if level else ""
    about = f"<w:pPr>{about}</w:pPr>" if about else ""
    return f"<w:p>{about}{''.join(_run(run) for run in runs)}</w:p>"


def _run(run: Run) -> str:
    styles = "".join(_STYLED[style] for style in (CODE, STRONG, EMPHASIS, STRUCK) if style in run.styles)
    about = f"<w:rPr>{styles}</w:rPr>" if styles else ""
    lines = [f'<w:t xml:space="preserve">{_escaped(line)}</w:t>' for line in run.text.split("\n")]
    return f"<w:r>{about}{'<w:br/>'.join(lines)}</w:r>"


def _escaped(text: str) -> str:
    return escape(_UNWRITABLE.sub(" ", text))
