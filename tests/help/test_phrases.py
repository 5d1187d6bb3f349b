"""Blanks are filled with sentences, in both languages, whatever is known and whatever is not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sottovoce.core.settings import NETWORK, Settings
from sottovoce.fit.accelerators import Accelerator
from sottovoce.fit.advise import Interval, Verdict
from sottovoce.fit.machine import Machine
from sottovoce.help import phrases, shelf
from sottovoce.help.facts import About, Choice, Facts, Rate
from sottovoce.help.phrases import BLANKS, fill, phrase, sentences
from sottovoce.help.shelf import LANGUAGES, Entry, Language
from sottovoce.models import licences
from sottovoce.net.ledger import Departure, Summary

NOTHING = Facts(Settings(), Path("/home/ada/sotto"))
MACHINE = Machine("A processor", 2, 25_000_000_000, 20_000_000_000, ("avx2",), ())
STARTER = About(
    "Small", licences.of("Apache-2.0"), 98_000_000, True, "Somebody", 134_000_000,
    "Apache-2.0 says nothing about outputs.", ("en",), "2024-06",
)  # fmt: skip
LARGE = Choice("Large 8B", 5_000_000_000, "MIT", "sotto models pull large-8b", 8_000_000_000, Verdict.RUNS)
OSS = Choice(
    "gpt-oss 20B", 12_100_000_000, "Apache-2.0", "sotto models pull gpt-oss-20b", 21 * 10**9, Verdict.TIGHT
)
LEFT = Departure("a", 1_795_737_600.0, "hub.example", 443, "download", "GET")
ALL = replace(
    NOTHING,
    model=STARTER,
    machine=MACHINE,
    is_measured=True,
    fits=(LARGE,),
    gpt_oss=OSS,
    rate=Rate(37.4, 12),
    ledger=Summary(1, LEFT.at, 0),
    latest=LEFT,
)
OFTEN = replace(ALL, ledger=Summary(3, LEFT.at, 0))
NEVER = replace(ALL, ledger=Summary(0, None, 0), latest=None)
TORN = replace(ALL, ledger=Summary(1, LEFT.at, 2))


@pytest.mark.parametrize("facts", [NOTHING, ALL], ids=["nothing is known", "all is known"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", shelf.entries(), ids=lambda entry: entry.id)
def test_every_answer_can_be_filled(entry: Entry, language: Language, facts: Facts) -> None:
    text = fill(entry, facts, language)
    assert not re.search(r"[{}]|\bNone\b|  ", text)
    assert text.count("`") % 2 == 0
    assert text[-1] in "*.`。"


@pytest.mark.parametrize("blank", sorted(BLANKS))
def test_a_blank_is_used(blank: str) -> None:
    assert any(blank in entry.en.blanks for entry in shelf.entries())


def test_every_sentence_says_the_same_in_both_languages() -> None:
    other = {"billions": "yi", "month": "number"}
    for blank, said in sentences().items():
        for which, words in said.items():
            assert set(words) == set(LANGUAGES), (blank, which)
            en, zh = (set(re.findall(r"\{(\w+)\}", words[language])) for language in LANGUAGES)
            assert {other.get(name, name) for name in en} == zh, (blank, which)


def test_every_sentence_belongs_to_a_blank() -> None:
    assert set(sentences()) - {"spoken"} == {*phrases.CHOOSE, "fits"}


@pytest.mark.parametrize(
    ("blank", "facts", "en", "zh"),
    [
        ("model_facts", ALL, "a small starter made by Somebody", "由 Somebody 制作的小入门模型"),
        ("model_facts", NOTHING, "No model can be used right now", "没有可用的模型"),
        ("knowledge_until", ALL, "ends in June 2024", "截止到 2024 年 6 月"),
        ("knowledge_until", NOTHING, "is not known here", "不知道"),
        ("languages", ALL, "Small was made for English.", "Small 是为英语制作的。"),
        ("commercial", ALL, "Commercial use: yes.", "商业使用：允许。"),
        ("commercial", NOTHING, "not known here", "不清楚"),
        ("outputs", ALL, "says nothing about what it writes", "没有规定"),
        ("tokens_per_second", ALL, "wrote 37 tokens a second (the median of its", "每秒写了 37 个词元"),
        ("tokens_per_second", NOTHING, "not known yet", "还不知道"),
        ("better", ALL, "Large 8B (5.0 GB): `sotto models pull large-8b`", "Large 8B（5.0 GB）"),
        ("better", replace(ALL, fits=()), "No larger model", "没有更大的模型"),
        ("better", NOTHING, "`sotto fit` measures", "`sotto fit` 用几秒钟"),
        ("gpt_oss", ALL, "only just fits", "勉强"),
        ("fits", replace(ALL, is_measured=False), "By size alone", "只按大小看"),
        ("memory", ALL, "2 processor cores and 25.0 GB of memory, 20.0 GB", "2 个处理器核心和 25.0 GB 内存"),
        ("gpu", ALL, "No graphics card", "没有看到显卡"),
        ("ledger_last", ALL, "one connection, on 2026-11-2", "一次连接"),
        ("ledger_last", OFTEN, "3 connections, the last on", "3 次连接"),
        ("ledger_last", NEVER, "nothing has left", "没有任何东西"),
        ("ledger_last", TORN, "cannot be said", "不能说"),
        ("ledger_last", NOTHING, "cannot be read", "无法读取"),
        ("window", ALL, "at most 4,096 tokens", "4,096 个词元"),
        ("window", replace(ALL, settings=Settings(context=0)), "as the model can take", "模型的上限"),
        ("port", ALL, "7886", "7886"),
        ("home", ALL, "/home/ada/sotto", "/home/ada/sotto"),
    ],
)  # fmt: skip
def test_a_blank_says_what_is_so(blank: str, facts: Facts, en: str, zh: str) -> None:
    assert en in phrase(blank, facts, "en")
    assert zh in phrase(blank, facts, "zh")


@pytest.mark.parametrize("network", NETWORK)
def test_every_setting_of_the_network_has_its_sentence(network: str) -> None:
    facts = replace(NOTHING, settings=Settings(network=network))
    assert network in phrase("network", facts, "en")
    assert network in phrase("network", facts, "zh")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_sentence(verdict: Verdict) -> None:
    for is_measured in (True, False):
        facts = replace(ALL, gpt_oss=replace(OSS, verdict=verdict), is_measured=is_measured)
        assert "gpt-oss 20B (12.1 GB)" in phrase("gpt_oss", facts, "en")


def test_a_model_that_is_predicted_and_one_that_answered_once() -> None:
    once = replace(ALL, rate=Rate(8.25, 1))
    assert "wrote 8.2 tokens a second in its last answer" in phrase("tokens_per_second", once, "en")
    predicted = replace(ALL, rate=Rate(predicted=Interval(9.8, 12.0, 15.2)))
    assert "write 9.8 to 15 tokens" in phrase("tokens_per_second", predicted, "en")


def test_a_model_that_nobody_knows_is_called_so() -> None:
    unknown = replace(ALL, model=About("mine", licences.of(""), 10**9, languages=("en, tlh",)))
    assert "who made it is not known here" in phrase("model_facts", unknown, "en")
    assert "made for en, tlh" in phrase("languages", unknown, "en")
    known = replace(STARTER, name="Q4", is_starter=False, parameters=4_020_000_000, knowledge_until="2025")
    assert "made by Somebody, with 4.0 billion parameters" in phrase(
        "model_facts", replace(ALL, model=known), "en"
    )
    assert "40 亿个参数" in phrase("model_facts", replace(ALL, model=known), "zh")
    assert "ends in 2025," in phrase("knowledge_until", replace(ALL, model=known), "en")
    many = replace(STARTER, languages=("en", "zh", "tlh"))
    assert "English, Chinese and tlh" in phrase("languages", replace(ALL, model=many), "en")


def test_the_cards_that_are_seen_are_named() -> None:
    cards = (Accelerator("NVIDIA", "H100", 80_000_000_000), Accelerator("Intel", "UHD"))
    facts = replace(ALL, machine=replace(MACHINE, accelerators=cards))
    assert "NVIDIA H100 (80.0 GB) and Intel UHD" in phrase("gpu", facts, "en")


def test_braces_in_a_name_stay_what_they_are() -> None:
    odd = replace(ALL, model=replace(STARTER, name="a{model}b", is_starter=False, publisher=""))
    assert "a{model}b" in phrase("model_facts", odd, "en")
