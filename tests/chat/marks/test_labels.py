"""Labels in exports, read back by readers none of ours: zipfile and ElementTree, html.parser, json."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree

import marked
import pytest

from sottovoce.guard.labels import KEYS, LABELS

Exported = Callable[..., bytes]
VT = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "meta" and about.get("name"):
            self.metas[str(about["name"])] = about.get("content") or ""

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def read(kind: str, file: bytes) -> tuple[str, dict[str, str] | None]:
    """Return what a file shows, and its AIGC field."""
    if kind == "json":
        value = json.loads(file)
        return "\n".join(str(one.get("label")) for one in value["chats"][0]["messages"]), value.get("AIGC")
    if kind == "html":
        page = Page(file.decode())
        return "\n".join(page.said), json.loads(page.metas["AIGC"]) if "AIGC" in page.metas else None
    if kind == "docx":
        with zipfile.ZipFile(BytesIO(file)) as archive:
            custom = ElementTree.fromstring(archive.read("docProps/custom.xml"))
            document = ElementTree.fromstring(archive.read("word/document.xml"))
        properties = {one.get("name"): one.findtext(f"{VT}lpwstr") for one in custom}
        assert properties["AI-generated"] == "true"
        aigc = properties.get("AIGC")
        return "\n".join(one.text or "" for one in document.iter(f"{WORD}t")), json.loads(
            aigc
        ) if aigc else None
    text = file.decode()
    front = text.split("---\n")[1] if text.startswith("---\n") else ""
    return text, json.loads(front.removeprefix("AIGC: ")) if front else None


@pytest.mark.parametrize("labels", ["none", "eu", "cn"])
@pytest.mark.parametrize("kind", ["md", "html", "json", "docx"])
def test_every_answer_of_a_model_is_labelled_and_nothing_else_is(
    exported: Exported, kind: str, labels: str
) -> None:
    answers = [
        marked.message("Yes."),
        marked.message("Quoted.", model="", digest="", facts={"reason": "quotes", "made": "here"}),
        marked.message("No."),
    ]
    said, aigc = read(kind, exported(kind, answers, marked.pen(labels)))
    for name, label in LABELS.items():
        assert said.count(label.line) == (2 if name == labels else 0)
    assert (aigc is not None) == (labels == "cn")


@pytest.mark.parametrize("kind", ["md", "html", "json", "docx"])
def test_the_chinese_label_has_all_seven_keys(exported: Exported, kind: str) -> None:
    _, aigc = read(kind, exported(kind, pen=marked.pen("cn")))
    assert aigc is not None
    assert tuple(aigc) == KEYS
    assert aigc["Label"] == "1"
    assert aigc["ContentProducer"] == "sottovoce 1.2.3"
    assert aigc["ProduceID"]


def test_a_labelled_export_can_be_imported_again(exported: Exported, home: object, database: object) -> None:
    from sottovoce.chat import archive
    from sottovoce.store.db import Database

    assert isinstance(database, Database)
    file = exported("json", pen=marked.pen("cn"))
    report = archive.import_open(database, "somebody", BytesIO(file), "chats.json", 2e9)
    assert (report.chats, report.messages, dict(report.skipped), dict(report.mended)) == (1, 6, {}, {})
