"""Answers that try to do something: shown as text, and nothing comes of them."""

from __future__ import annotations

from itertools import count

import pytest
from payloads import MARK, all_payloads
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAYLOADS = all_payloads()
AFTER = "and that was the last of them"

LOOK = """
() => {
  const problems = [];
  const bad = "script, iframe, frame, object, embed, img, image, video, audio, source, track, link[href], "
    + "base, meta, form, style, portal, foreignObject, animate, set, use, feImage, marquee, dialog[open]";
  for (const answer of document.querySelectorAll("[data-testid=answer-text], [data-testid=question]")) {
    for (const found of answer.querySelectorAll(bad)) problems.push(found.outerHTML.slice(0, 200));
    for (const each of answer.querySelectorAll("*")) {
      for (const { name, value } of each.attributes) {
        if (/^on/i.test(name)) problems.push(`${name}=${value}`);
        if (/^(src|srcset|action|formaction|data|poster|background|ping|xlink:href|srcdoc|id)$/i.test(name))
          problems.push(`${each.localName} ${name}=${value}`);
        if (name === "style" && /url|position|expression|import/i.test(value)) problems.push(value);
      }
    }
    for (const link of answer.querySelectorAll("a, area")) {
      const { protocol, host } = link;
      if (!["http:", "https:", "mailto:"].includes(protocol)) problems.push(link.outerHTML.slice(0, 200));
      if (protocol !== "mailto:" && host === location.host) problems.push(`own: ${link.outerHTML}`);
      if (!/noopener/.test(link.rel) || !/noreferrer/.test(link.rel)) problems.push(`rel: ${link.outerHTML}`);
    }
  }
  return problems;
}
"""


def chat_of(payloads: list[str]) -> dict[str, object]:
    """Return one chat in which each payload was a question and its answer."""
    names = (f"{'m' * 13}{_letters(at)}" for at in count())
    messages, parent = [], None
    for payload in [*payloads, AFTER]:
        for role in ("user", "assistant"):
            name = next(names)
            about = {"model": "echo", "digest": "", "facts": {}, "created": 1_700_000_000.0}
            messages.append(
                {"id": name, "parent": parent, "role": role, "state": "complete", "text": payload, **about}
            )
            parent = name
    chat = {"id": "c" * 16, "title": "<img src=x onerror=self.pwned=1>", "system": "", "model": "echo"}
    times = {"created": 1_700_000_000.0, "changed": 1_700_000_000.0}
    chats = [{**chat, "leaf": parent, **times, "messages": messages}]
    return {"format": "sottovoce-chats", "version": 1, "chats": chats}


def _letters(at: int) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz"[at // 26**place % 26] for place in (2, 1, 0))


def show_all(window, count):
    """Go up until every answer is there; a long chat comes in parts."""
    while window.answers.count() < count:
        before = window.answers.count()
        window.answers.first.scroll_into_view_if_needed()
        window.page.evaluate("document.querySelector('.transcript-earlier')?.click()")
        expect(window.answers).not_to_have_count(before)


def test_there_are_many_of_them():
    assert len(set(PAYLOADS)) > 150


def test_nothing_that_an_answer_says_is_run_or_fetched(start, open_window):
    server = start(chats=chat_of(PAYLOADS))
    window = open_window(server)
    window.enter(server.link)
    window.go(f"/c/{'c' * 16}")
    expect(window.answer_text).to_have_text(AFTER, timeout=60_000)
    show_all(window, len(PAYLOADS) + 1)
    for answer in window.answers.all()[:: max(1, len(PAYLOADS) // 20)]:
        answer.scroll_into_view_if_needed()
    window.page.wait_for_timeout(1_000)
    assert window.page.evaluate(LOOK) == []
    assert not window.page.evaluate(f"'{MARK}' in self")
    assert window.page.url.startswith(server.address)
    expect(window.composer).to_be_visible()


def test_what_is_no_markup_is_shown_as_it_was_written(start, open_window):
    shown = ["<script>self.x=1</script>", "<img src=x onerror=RUN>", "<b>not bold</b>", "&lt; is left"]
    server = start(chats=chat_of(shown))
    window = open_window(server)
    window.enter(server.link)
    window.go(f"/c/{'c' * 16}")
    expect(window.answer_text).to_have_text(AFTER)
    texts = window.page.get_by_test_id("answer-text").all_inner_texts()
    assert [text.strip() for text in texts[:3]] == shown[:3]


def test_nothing_comes_of_it_while_it_is_being_written_either(window):
    nasty = [one for one in PAYLOADS if len(one) < 200 and "\n\n" not in one][::6]
    for at, payload in enumerate(nasty):
        window.ask(f"/slow 5 {payload} end{at}")
        expect(window.answer_text).to_contain_text(f"end{at}")
        expect(window.stop).to_have_count(0)
    assert window.page.evaluate(LOOK) == []
    assert not window.page.evaluate(f"'{MARK}' in self")


def test_the_watch_would_notice(window):
    """The safeguards taken away: what a page does wrong is seen."""
    far = "http://127.0.0.1:9/x.png"
    window.ask("a boat")
    expect(window.answer_text).to_have_text("a boat")
    assert window.page.evaluate(LOOK) == []
    window.page.evaluate(f"new Image().src = '{far}'")
    window.page.evaluate("setTimeout(() => { throw new Error('mine') })")
    window.page.wait_for_timeout(500)
    assert window.outside == [far]
    assert any("Content Security Policy" in error for error in window.errors), window.errors
    assert any("mine" in error for error in window.errors)
    put = "html => document.querySelector('[data-testid=answer-text]').innerHTML = html"
    window.page.evaluate(put, "<a href='/app' title=x>x</a><b onclick=x>x</b><p id=root></p>")
    assert len(window.page.evaluate(LOOK)) == 4
    window.asked.clear()
    window.errors.clear()


def test_the_payloads_would_work_in_a_page_without_safeguards(chromium):
    page = chromium.new_page()
    page.set_content("<p>".join(one for one in PAYLOADS if one.startswith("<img src=x")))
    page.wait_for_timeout(300)
    assert page.evaluate(f"'{MARK}' in self")
    page.close()
