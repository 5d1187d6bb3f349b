"""One chat as one page of HTML, to be given to others as a file: no scripts, and nothing is fetched.

It says that an AI wrote the answers, which one, and when. All text is escaped, HTML in an answer too; an
image is its words and its address. A pen puts its marks on each answer and on the whole. Pure: knows neither
stores nor files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib import resources

from sottovoce import __version__
from sottovoce.chat.as_html import html_of
from sottovoce.chat.as_words import Words, speaker, words_in
from sottovoce.chat.author import is_by_ai
from sottovoce.chat.grounds import is_chinese, source
from sottovoce.chat.marks import html as html_marks
from sottovoce.chat.marks.pen import PLAIN, Pen
from sottovoce.core import computed, notices
from sottovoce.core.grounds import Cited, read_cited
from sottovoce.core.messages import Role
from sottovoce.guard.labels import AIGC
from sottovoce.store.rows import Chat
from sottovoce.store.shown import Shown

_PAGE = """<!doctype html>
<html lang="{tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="generator" content="Sottovoce {version}">
{aigc}<title>{title}</title>
<style>{style}</style>
</head>
<body{seal}>
<header>
<h1 dir="auto">{title}</h1>
<p>{begun}</p>
<p class="notice">{notice}</p>
</header>
<main>
{articles}
</main>
<footer>{made}</footer>
</body>
</html>
"""


def page_of(chat: Chat, branch: Sequence[Shown], language: str = "en", pen: Pen = PLAIN) -> bytes:
    """Return the page of a branch; see words_in."""
    words = words_in(language)
    page = _page(chat, branch, words, pen, "")
    seal = pen.seal(html_marks.visible(page), chat.changed) if pen.signer is not None else None
    if seal is not None:
        page = _page(chat, branch, words, pen, html_marks.attributes(seal))
    return page.encode("utf-8", "replace")


def _page(chat: Chat, branch: Sequence[Shown], words: Words, pen: Pen, seal: str) -> str:
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    aigc = pen.aigc(chat.id) if any(is_by_ai(one.message) for one in branch) else None
    return _PAGE.format(
        tag=words.tag,
        hash=f"sha256-{digest}",
        version=escape(__version__),
        aigc="" if aigc is None else f'<meta name="{AIGC}" content="{escape(json.dumps(aigc))}">\n',
        title=escape(" ".join(chat.title.split()) or words.untitled),
        style=style,
        seal=seal,
        begun=escape(words.begun.format(day=_day(chat.created))),
        notice=escape(words.notice),
        articles="\n".join(_article(message, words, pen) for message in branch),
        made=escape(words.made.format(version=__version__)),
    )


def _article(shown: Shown, words: Words, pen: Pen) -> str:
    message = shown.message
    day = f"<small>· {_day(message.created)}</small>"
    if message.role is Role.USER:
        text = escape(message.text.strip())
        given = _attached(shown, words)
        return f'<article class="you"><h2>{words.you} {day}</h2>{given}<div dir="auto">{text}</div></article>'
    who, by = speaker(message, words)
    ending = words.endings.get(message.state)
    end = f'<p class="end">{escape(ending)}</p>' if ending else ""
    used = "".join(f'<p class="attached">{escape(one.line)}</p>' for one in computed.kept(message.facts))
    told = "".join(_told(one.text, words) for one in notices.kept(message.facts))
    label = pen.label_of(message)
    labelled = f'<p class="notice" lang="{label.language}">{escape(label.line)}</p>' if label else ""
    mark = html_marks.attributes(pen.record(message))
    kind = "ai" if who == words.ai else "program"
    return (
        f'<article class="{kind}"><h2>{who} · <bdi>{escape(by)}</bdi> {day}</h2>{told}{labelled}'
        f'{used}<div class="answer" dir="auto"{mark}>{html_of(message.text.strip())}</div>'
        f"{_quoted(read_cited(message.facts), words)}{end}</article>"
    )


def _told(notice: str, words: Words) -> str:
    language = "zh-CN" if is_chinese(notice) else "en"
    return f'<p class="attached" lang="{language}">{escape(words.told(notice))}</p>'


def _quoted(cited: Cited, words: Words) -> str:
    """Return what an answer quotes from documents, and how much of it they do not support."""
    lines = [
        f'<p dir="auto">[{one.n}] {escape(source(one))}: “{escape(" ".join(one.quote.split()))}”</p>'
        for one in cited.citations
    ]
    if lines:
        lines.insert(0, f"<p>{escape(words.quoted)}</p>")
    count = sum(not claim.supported for claim in cited.claims)
    if count:
        lines.append(f"<p>{escape(words.unsupported.format(all=len(cited.claims), count=count))}</p>")
    return f'<div class="attached">{"".join(lines)}</div>' if lines else ""


def _attached(shown: Shown, words: Words) -> str:
    names = ", ".join(f"<bdi>{escape(one.name)}</bdi>" for one in shown.attached)
    return f'<p class="attached">{words.attached.format(names=names)}</p>' if names else ""


@cache
def _style() -> str:
    return resources.files("sottovoce.chat").joinpath("as_page.css").read_text("utf-8")


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
