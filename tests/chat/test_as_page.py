"""A chat as one page for others: what it says of itself, and that nothing in it can run, fetch or hide."""

from __future__ import annotations

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sottovoce.chat import as_html, as_words
from sottovoce.chat.as_page import page_of
from sottovoce.core.messages import Role, State
from sottovoce.store.attachments import Listed
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.shown import Shown

CHAT = Chat("c" * 16, "me", "Boats & <b>sails</b>", "", "echo", None, 1_700_000_000.0, 1_700_000_000.0)
OURS = {
    "charset",
    "http-equiv",
    "content",
    "name",
    "lang",
    "dir",
    "class",
    "href",
    "title",
    "target",
    "rel",
    "start",
}
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4", "h5", "h6", "p"),
    *(
        "main",
        "article",
        "small",
        "bdi",
        "div",
        "footer",
        "a",
        "em",
        "strong",
        "s",
        "code",
        "pre",
        "br",
        "hr",
    ),
    *("ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"),
}


def said(role: Role, text: str, attached: tuple[str, ...] = (), **more: Any) -> Shown:
    about = {"state": State.COMPLETE, "model": "echo" if role is Role.ASSISTANT else "", **more}
    message = StoredMessage(
        number=1, id="m", chat=CHAT.id, parent=None, role=role, text=text, digest="", facts={},
        created=1_700_000_000.0, **about,
    )  # fmt: skip
    return Shown(message, ("m",), tuple(Listed(at, name, 9) for at, name in enumerate(attached, 1)))


def page(*texts: str, language: str = "en") -> str:
    branch = [said(role, text) for text in texts for role in (Role.USER, Role.ASSISTANT)]
    return page_of(CHAT, branch, language).decode()


class Seen(HTMLParser):
    """What a browser would make of a page: its elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def payloads() -> list[str]:
    place = Path(__file__).parents[1] / "browser" / "payloads.py"
    spec = importlib.util.spec_from_file_location("payloads", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[str] = module.all_payloads()
    return found


def test_it_says_that_an_ai_wrote_it_which_one_and_when() -> None:
    html = page("Why?")
    assert "written by artificial intelligence" in html
    assert "AI · <bdi>echo</bdi> <small>· 2023-11-14 22:13 UTC</small>" in html
    assert "人工智能" in page("Why?", language="zh")
    assert 'lang="zh-CN"' in page("Why?", language="zh")
    assert 'lang="en"' in page("Why?", language="xx")


@pytest.mark.parametrize("language", as_words.WORDS)
@pytest.mark.parametrize("state", [State.STOPPED, State.INTERRUPTED, State.FAILED, State.WRITING])
def test_it_says_how_an_answer_ended(state: State, language: str) -> None:
    html = page_of(CHAT, [said(Role.ASSISTANT, "half", state=state)], language).decode()
    assert as_words.WORDS[language].endings[state] in html


def test_an_answer_is_set_and_a_question_stands_as_it_was_typed() -> None:
    html = page("*a*\n  b", "# Top\n\n| x | y |\n|---|--:|\n| 1 | **2** |")
    assert '<div dir="auto">*a*\n  b</div>' in html
    assert "<h3>Top</h3>" in html
    assert '<td class="right"><strong>2</strong></td>' in html
    assert "<title>Boats &amp; &lt;b&gt;sails&lt;/b&gt;</title>" in html


def test_links_lead_only_to_places_named_whole_and_images_are_words() -> None:
    html = page("[a](http://x.example/) [b](/app) [c](javascript:x) ![d](http://x.example/p.png) ![](y.png)")
    links = [attrs for tag, attrs in Seen(html).elements if tag == "a"]
    assert [link["href"] for link in links] == ["http://x.example/"]
    assert links[0]["rel"] == "noopener noreferrer"
    assert "d (http://x.example/p.png)" in html


def test_nothing_hostile_comes_through() -> None:
    every = payloads()
    assert len(every) > 150
    for payload in every:
        for tag, attrs in Seen(page(payload)).elements:
            assert tag in ELEMENTS, payload
            assert set(attrs) <= OURS, payload
            assert not re.match(r"\s*(?!https?:|mailto:)", attrs.get("href") or "http:"), payload
            assert attrs.get("http-equiv") in (None, "Content-Security-Policy", "x-dns-prefetch-control")


def test_a_hostile_title_and_model_are_words() -> None:
    chat = Chat("c" * 16, "me", "</title><script>x</script>", "", "m", None, 0.0, 0.0)
    html = page_of(chat, [said(Role.ASSISTANT, "x", model="<img src=x>")]).decode()
    assert not {"script", "img"} & {tag for tag, _ in Seen(html).elements}


def test_the_policy_allows_the_style_that_is_there_and_nothing_else() -> None:
    import base64
    import hashlib

    html = page("Why?")
    style = re.search("<style>(.*)</style>", html, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html
    assert "url(" not in html
    assert "@import" not in html


def test_a_very_long_answer_is_shown_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_html, "MOST_MARKDOWN", 10)
    assert '<div class="plain">**very** long &lt;b&gt;</div>' in page("**very** long <b>")


def test_half_a_character_does_not_break_it() -> None:
    assert page_of(CHAT, [said(Role.ASSISTANT, "a \ud83d b")])


def test_what_is_attached_is_named_and_a_name_is_no_html() -> None:
    html = page_of(CHAT, [said(Role.USER, "", ("notes.txt", "<b>.txt"))]).decode()
    assert "Attached: <bdi>notes.txt</bdi>, <bdi>&lt;b&gt;.txt</bdi>" in html
    assert "Attached" not in page("why")
