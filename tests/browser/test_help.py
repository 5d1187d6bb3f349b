"""The help on the page: found at once, answered word for word, in the reader's language and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from test_access import faults

pytestmark = pytest.mark.browser


def test_it_is_beside_the_chats_and_answers(window):
    page = window.page
    page.get_by_role("button", name="Help", exact=True).click()
    expect(page).to_have_url(f"{window.address}/help")
    dialog = page.get_by_role("dialog", name="Help")
    dialog.get_by_role("button", name="Can I download ChatGPT?").click()
    head = dialog.get_by_role("heading", name="Can I download ChatGPT?")
    expect(head).to_be_focused()
    expect(dialog).to_contain_text("The models behind ChatGPT belong to OpenAI")
    assert faults(page) == []
    dialog.get_by_role("button", name="All questions").click()
    expect(dialog.get_by_role("button", name="Does it work offline?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_it_takes_other_words_and_says_when_it_has_no_answer(window):
    window.ask("/help")
    dialog = window.page.get_by_role("dialog", name="Help")
    field = dialog.get_by_role("searchbox")
    field.fill("can i use you offline?")
    field.press("Enter")
    expect(dialog.get_by_role("heading", name="Does it work offline?")).to_be_visible()
    expect(dialog).to_contain_text("nothing has left this machine")
    field.fill("没有显卡能运行吗")
    field.press("Enter")
    expect(dialog).to_contain_text("自带的引擎用处理器计算")
    field.fill("How much does a flight to Paris cost?")
    field.press("Enter")
    expect(dialog.get_by_role("heading", name="The help does not answer that.")).to_be_visible()
    near = dialog.locator(".help-questions button")
    expect(near).to_have_count(3)
    near.first.click()
    expect(dialog.get_by_test_id("answer-text")).to_be_visible()


def test_on_a_phone_a_long_command_makes_nothing_wider(start, open_window):
    server = start()
    window = open_window(server, width=390)
    window.enter(server.link)
    window.go("/help")
    dialog = window.page.get_by_role("dialog", name="Help")
    dialog.get_by_role("button", name="Can I download ChatGPT?").click()
    expect(dialog.get_by_test_id("answer-text")).to_be_visible()
    wider = "element => element.scrollWidth - element.clientWidth"
    assert dialog.locator(".dialog-body").evaluate(wider) == 0


def test_it_speaks_chinese_to_a_chinese_reader(start, open_window):
    server = start()
    window = open_window(server, language="zh-CN")
    window.enter(server.link)
    window.page.get_by_role("button", name="帮助", exact=True).click()
    dialog = window.page.get_by_role("dialog", name="帮助")
    dialog.get_by_role("button", name="支持离线使用吗？", exact=True).click()
    expect(dialog).to_contain_text("模型是硬盘上的一个文件")
    assert faults(window.page) == []


def test_a_question_about_the_assistant_is_answered_in_a_chat(window):
    window.ask("Do you need a graphics card?")
    expect(window.answer_text).to_contain_text("No graphics card is needed")
    expect(window.answer_text).to_contain_text("No model wrote this.")
