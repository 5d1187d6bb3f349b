"""A sentence is found again with whatever stands in it, also where it was put together from pieces."""

from __future__ import annotations

import pytest

from sottovoce.words.table import Table, table

SMALL = Table(
    {
        "Nothing was found.": "没有找到。",
        "keep the rest": "保留其余部分",
        "{name} is missing.": "缺少 {name}。",
        "{name} is here.{talk}": "{name} 已就绪。{talk:words}",
        "To talk to it: sotto --model {name}": "与它对话：sotto --model {name}",
        "is cut short": "不完整",
        "is damaged: {reason}": "已损坏：{reason:words}",
        "{name} takes {wanted}, not {value}.": "{name} 需要{wanted:words}，而不是 {value}。",
        "a whole number": "整数",
        "{count} files": "{count} 个文件",
        "connected {times}{last}": "连接过 {times:words}{last:words}",
        "{count} times": "{count} 次",
        ", last {day}": "，最近一次 {day}",
        "hint: {hint}": "提示：{hint:words}",
    }
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Nothing was found.", "没有找到。"),
        ("  Nothing was found.  ", "  没有找到。  "),
        ("\nNothing was found.\n", "\n没有找到。\n"),
        ("/tmp/a b.gguf is missing.", "缺少 /tmp/a b.gguf。"),
        ("x is here. To talk to it: sotto --model x", "x 已就绪。与它对话：sotto --model x"),
        ("x is here.", "x 已就绪。"),
        ("context takes a whole number, not 'x'.", "context 需要整数，而不是 'x'。"),
        ("my model.gguf is cut short.", "my model.gguf 不完整。"),
        ("m.gguf is damaged: 3 files.", "m.gguf 已损坏：3 个文件。"),
        ("Keep the rest.", "保留其余部分。"),
        ("SOTTO_X: context takes a whole number, not 5.5.", "SOTTO_X：context 需要整数，而不是 5.5。"),
        ("a.toml: Nothing was found.", "a.toml：没有找到。"),
        ("connected 3 times, last 2026-01-02", "连接过 3 次，最近一次 2026-01-02"),
        ("connected 3 times", "连接过 3 次"),
        ("hint: sotto kb list", "提示：sotto kb list"),
        ("Nothing was found. X is missing.", "没有找到。缺少 X。"),
        ("Nothing was found. · 3 files", "没有找到。 · 3 个文件"),
        ("3 files, 4 times", "3 个文件、4 次"),
    ],
)
def test_a_text_is_found(english: str, chinese: str) -> None:
    assert SMALL.say(english) == chinese


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("given up: It does not wait any more.", "已放弃：它已不再等待。"),
        ("a1 waits on: Nothing may leave this machine now.", "a1 继续等待：现在不允许任何内容离开本机。"),
        ("Have 2 questions wait no more?", "让 2 个问题不再等待？"),
        ("1 question dropped", "已放弃 1 个问题"),
        ("a.whl is no wheel that can be used: its metadata is too long.",
         "a.whl 不是可用的 wheel 文件：它的元数据太长。"),
    ],
)  # fmt: skip
def test_no_sentence_is_half_in_english(english: str, chinese: str) -> None:
    assert table("zh").say(english) == chinese


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "Why is the sky blue?",
        "nothing was found",
        "is missing",
        "The house, which is old, has three files of paper",
        "3 files, and a story",
        '{"name": "x is missing"}',
        "{name}",
        "已经是中文。",
        "x" * 100_000,
        ": " * 5_000,
        ". A" * 2_000,
        "a, " * 3_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_not_ours_stays_as_it_is(text: str) -> None:
    assert SMALL.say(text) == text


def test_what_fills_a_hole_keeps_its_letters_where_it_is_no_word_of_ours() -> None:
    assert SMALL.say("Nothing was found. is missing.") != "没有找到。"
    assert SMALL.say("whole number is missing.") == "缺少 whole number。"


def test_of_two_that_fit_the_one_is_meant_that_understands_more() -> None:
    both = Table({"{a}, not {b}.": "甲 {a} {b}", "{name} takes {x}, not {y}.": "乙 {name} {x} {y}"})
    assert both.say("k takes one, not two.") == "乙 k one two"


def test_the_same_text_is_looked_for_once() -> None:
    own = Table({"{name} is missing.": "缺少 {name}。"})
    assert own.say("x is missing.") is own.say("x is missing.")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("There is no model named 'nothing'.", "没有名为 'nothing' 的模型。"),
        (
            "x.gguf is damaged: it says that llama.block_count is 9, but there are 4 layers.",
            "x.gguf 已损坏：它说 llama.block_count 是 9，但一共有 4 层。",
        ),
        (
            "It does not run here now: it needs 5.1 GB of memory, 3.2 GB are free. What does: sotto fit",
            "现在无法在本机运行：需要 5.1 GB 内存，目前空闲 3.2 GB。能运行的见：sotto fit",
        ),
        (
            "AMD EPYC, 2 cores (avx2), 12.3 of 16.0 GB of memory free",
            "AMD EPYC，2 核 (avx2)，16.0 GB 内存中有 12.3 GB 空闲",
        ),
        ("qwen:  40% of 93 MB, 3.0 MB/s, 2 min left", "qwen：93 MB 的  40%，3.0 MB/s，还剩 2 分钟"),
        (
            "It is built as llama: 135 million parameters, packed as Q4_1.",
            "它的结构是 llama：135M 参数，量化方式 Q4_1。",
        ),
        ("5 checks, 1 failed, 2 worth a look.", "5 项检查：1 项失败、2 项需要留意。"),
        (
            "temperature takes a number from 0 to 2, not 'x'.",
            "temperature 需要 0 到 2 之间的数字，而不是 'x'。",
        ),
        ("Left out: 3 × not a chat", "略去：3 × 不是对话"),
        ("fork 1: your question, 1 of 2", "第 1 处分叉：你的问题，第 1 个，共 2 个"),
        (
            "offline: nothing has left this machine · /help shows what you can do",
            "离线：没有任何内容离开过本机 · 输入 /help 查看用法",
        ),
        ("'--limit' is a title, and stays", "'--limit' is a title, and stays"),
    ],
)
def test_the_real_table_knows_what_is_put_together_while_it_runs(english: str, chinese: str) -> None:
    assert table("zh").say(english) == chinese
