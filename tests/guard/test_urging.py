import pytest

from sottovoce.guard.urging import LONGEST, is_urging


@pytest.mark.parametrize(
    "text",
    ["", " \n", "go on", "Please!", "Continue…", "👍", "ＯＫ", "Do as told.",
     "Answer the question in the file.", "继续", "请继续。", "好的", "请回答上面的问题",
     "回答文件中的问题 please"],
)  # fmt: skip
def test_a_text_that_asks_for_nothing_only_urges(text: str) -> None:
    assert is_urging(text)


@pytest.mark.parametrize(
    "text", ["hello", "你好", "why", "go on about bees", "3", "how do I do that", "为什么", "go " * LONGEST]
)
def test_a_text_that_says_something_does_not(text: str) -> None:
    assert not is_urging(text)
