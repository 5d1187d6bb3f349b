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
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources

from sottovoce import __version__
from sottovoce.chat.as_html import html_of
from sottovoce.chat.grounds import source
from sottovoce.chat.marks import html as html_marks
from sottovoce.chat.marks.pen import PLAIN, Pen
from sottovoce.core import computed, notices
from sottovoce.core.grounds import HELPED, NOT_ON_SHELF, QUOTES, Cited, read_cited
from sottovoce.core.messages import Role, State
from sottovoce.guard.labels import AIGC
from sottovoce.store.rows import Chat
from sottovoce.store.shown import Shown


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says itself, in one language."""

    tag: str
    untitled: str
    begun: str
    notice: str
    you: str
    ai: str
    unknown: str
    attached: str
    documents: str
    computed: str
    helped: str
    """Who answered, where no model did."""
    quoted: str
    unsupported: str
    made: str
    endings: dict[State, str]


WORDS = {
    "en": Words(
        tag="en",
        untitled="Chat",
        begun="Begun {day}.",
        notice="What stands under “AI” was written by artificial intelligence: a language model. "
        "It may be wrong; check what matters.",
        you="You",
        ai="AI",
        unknown="unknown model",
        attached="Attached: {names}",
        documents="from documents, by no model",
        computed="computed, by no model",
        helped="from the help, by no model",
        quoted="Quoted from documents:",
        unsupported="Of {all} sentences, {count} are supported by no passage.",
        made="Saved from Sottovoce {version}.",
        endings={
            State.STOPPED: "This answer was stopped.",
            State.INTERRUPTED: "This answer was interrupted.",
            State.WRITING: "This answer was still being written.",
            State.FAILED: "This answer failed.",
        },
    ),
    "zh": Words(
        tag="zh-CN",
        untitled="对话",
        begun="开始于 {day}。",
        notice="标有“AI”的内容由人工智能（语言模型）生成，可能有误，重要信息请自行核实。",
        you="用户",
        ai="AI",
        unknown="未知模型",
        attached="附件：{names}",
        documents="出自文件，未用模型",
        computed="由精确工具计算，未用模型",
        helped="出自帮助，未用模型",
        quoted="引自文件：",
        unsupported="{all} 句中有 {count} 句没有段落支持。",
        made="由 Sottovoce {version} 导出。",
        endings={
            State.STOPPED: "这个回答被停止了。",
            State.INTERRUPTED: "这个回答被中断了。",
            State.WRITING: "导出时这个回答还没有写完。",
            State.FAILED: "这个回答失败了。",
        },
    ),
}

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
    """Return the page of a branch. A language that is not among WORDS is English."""
    words = WORDS.get(language, WORDS["en"])
    page = _page(chat, branch, words, pen, "")
    seal = pen.seal(html_marks.visible(page), chat.changed) if pen.signer is not None else None
    if seal is not None:
        page = _page(chat, branch, words, pen, html_marks.attributes(seal))
    return page.encode("utf-8", "replace")


def _page(chat: Chat, branch: Sequence[Shown], words: Words, pen: Pen, seal: str) -> str:
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    aigc = pen.aigc(chat.id)
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
    model = escape(message.model or _by_nobody(message.facts.get("reason"), words))
    ending = words.endings.get(message.state)
    end = f'<p class="end">{escape(ending)}</p>' if ending else ""
    used = "".join(f'<p class="attached">{escape(one.line)}</p>' for one in computed.kept(message.facts))
    told = "".join(
        f'<p class="attached" lang="en">{escape(one.text)}</p>' for one in notices.kept(message.facts)
    )
    label = pen.label_of(message)
    labelled = f'<p class="notice" lang="{label.language}">{escape(label.line)}</p>' if label else ""
    mark = html_marks.attributes(pen.record(message))
    return (
        f'<article class="ai"><h2>{words.ai} · <bdi>{model}</bdi> {day}</h2>{labelled}'
        f'{used}<div class="answer" dir="auto"{mark}>{html_of(message.text.strip())}</div>'
        f"{_quoted(read_cited(message.facts), words)}{told}{end}</article>"
    )


def _by_nobody(reason: object, words: Words) -> str:
    """Return who gave an answer that names no model."""
    if reason == computed.REASON:
        return words.computed
    if reason == HELPED:
        return words.helped
    return words.documents if reason in (NOT_ON_SHELF, QUOTES) else words.unknown


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
