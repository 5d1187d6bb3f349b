from __future__ import annotations

import pytest

from sottovoce.cli._show import cells
from sottovoce.words.wrapping import NOT_FIRST, NOT_LAST, is_wide, wrap

TEXT = (
    "不给名字则列出目录中的模型。第一次会用专门的模型测量本机，需要几秒钟；"
    "其他程序存放的模型用 `sotto models list` 中的名字（见“列表”）。"
)


@pytest.mark.parametrize("width", range(8, 90))
def test_no_line_is_wider_than_it_may_be_unless_one_word_is(width: int) -> None:
    for line in wrap(TEXT, width, cells):
        assert cells(line) <= width or " " not in line.strip()


@pytest.mark.parametrize("width", range(8, 90))
def test_marks_stay_with_what_they_belong_to(width: int) -> None:
    lines = wrap(TEXT, width, cells)
    assert not [line for line in lines if line[0] in NOT_FIRST or line[-1] in NOT_LAST]


@pytest.mark.parametrize("width", [1, 8, 23, 40, 80, 1000])
def test_nothing_is_lost_but_blanks(width: int) -> None:
    assert "".join(wrap(TEXT, width, cells)).replace(" ", "") == TEXT.replace(" ", "")


def test_a_text_without_words_is_one_empty_line() -> None:
    assert wrap("", 10, cells) == [""]
    assert wrap("   ", 10, cells) == [""]


def test_only_chinese_is_written_without_blanks() -> None:
    assert is_wide("模型")
    assert is_wide("（")
    assert not is_wide("a model — café")
