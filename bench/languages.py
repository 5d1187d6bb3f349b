"""How surely languages are told: python -m bench.languages [FOLDER] prints language.md's tables.

On the sets of tests/guard, with no model: which questions are recognised, which answers are held back, and
how long that takes. FOLDER holds sentences by others, one a line, a file for each language named by its code.
"""

from __future__ import annotations

import statistics
import sys
import time
import tomllib
from pathlib import Path

from sottovoce.guard.hearing import Hearing, Strayed
from sottovoce.guard.language import recognise
from sottovoce.guard.wanted import may_be_signs, wanted

SETS = Path(__file__).parent.parent / "tests" / "guard"
ROUNDS = 5

Questions = list[tuple[str, str]]


def main() -> None:
    begun = time.perf_counter()
    recognise("wie koche ich ein ei")
    first = time.perf_counter() - begun
    twelve, two = load("languages"), load("english_chinese")
    held = of(twelve, "held") + of(two, "held")
    rows = [
        ("12 languages, all", of(twelve)),
        ("12 languages, held out", of(twelve, "held")),
        ("English, all", [one for one in of(twelve) + of(two) if one[0] == "en"]),
        ("Chinese, all", [one for one in of(twelve) + of(two) if one[0] == "zh"]),
        (
            "English and Chinese, held out",
            [one for one in held if one[0] in ("en", "zh")],
        ),
    ]
    print("| questions | number | recognised | surely taken for another |\n| --- | --- | --- | --- |")
    for name, questions in rows:
        found = [(code, recognise(question)) for code, question in questions]
        right = sum(one.code == code for code, one in found)
        sure = sum(one.is_certain and one.code != code for code, one in found)
        print(f"| {name} | {len(found)} | {right} ({right / len(found):.1%}) | {sure} |")
    print(f"\nfirst time {first * 1e3:.0f} ms, then {each(of(twelve)) * 1e6:.0f} µs a question")
    answers(twelve)
    if len(sys.argv) > 1:
        by_others(Path(sys.argv[1]))


def by_others(folder: Path) -> None:
    """Print how sentences by others are recognised, and how many are cut as answers in their own language."""
    print("\n| sentences by others | recognised | surely taken for another | cut as answers |")
    print("| --- | --- | --- | --- |")
    for path in sorted(folder.glob("*.txt")):
        code = path.stem
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
        found = [recognise(line) for line in lines]
        right = sum(one.code == code for one in found) / len(lines)
        sure = sum(one.is_certain and one.code != code for one in found)
        cut = sum(through(Hearing(code), line) is not None for line in lines)
        print(f"| {code} ({len(lines):,}) | {right:.1%} | {sure} | {cut} |")


def answers(twelve: dict[str, dict[str, list[str]]]) -> None:
    """Print what becomes of good answers, and of answers in another language than that of the question."""
    table = tomllib.loads((SETS / "answers.toml").read_text("utf-8"))
    good = [heard(question, answer) for question, answer in table["good"]]
    print(f"\n{sum(one is not None for one in good)} of {len(good)} good answers held back or cut")
    seen = pairs = 0
    for code, question in of(twelve):
        if wanted(question) != code:
            continue
        for other, begun in table["begun"].items():
            if other != code:
                pairs += len(begun)
                seen += sum(heard(question, answer) != "" for answer in begun)
    print(f"{seen} of {pairs} answers in another language seen, whole or in part")


def heard(question: str, answer: str) -> str | None:
    """Return what was shown of an answer that was cut; None for one that came whole."""
    code = wanted(question)
    if code is None:
        return None
    return through(Hearing(code, may_be_signs=may_be_signs(question)), answer)


def through(hearing: Hearing, answer: str) -> str | None:
    """Return what was shown of an answer before it was cut; None for one that came whole."""
    shown = ""
    for piece in [answer[at : at + 3] for at in range(0, len(answer), 3)]:
        found = hearing.feed(piece)
        if isinstance(found, Strayed):
            return shown
        shown += found
    return shown if isinstance(hearing.end(), Strayed) else None


def each(questions: Questions) -> float:
    """Return the seconds that a question takes, the median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _, question in questions:
            recognise(question)
        times.append((time.perf_counter() - begun) / len(questions))
    return statistics.median(times)


def load(name: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((SETS / f"{name}.toml").read_text("utf-8"))


def of(table: dict[str, dict[str, list[str]]], part: str = "") -> Questions:
    """Return the questions with their languages; of one part, or all."""
    return [
        (code, question)
        for code, parts in table.items()
        for name, questions in parts.items()
        for question in questions
        if part in ("", name)
    ]


if __name__ == "__main__":
    main()
