"""Each promise has a proof that exists; its figures are those of the pages that they are quoted from."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from bench import __main__ as bench
from docs import generate, promises
from docs.promises import Figure, Promise, figures, told, tried
from torture import PARTS

ROOT = Path(__file__).parents[2]
MEASURED = {part for group in bench.TITLES for part in group.parts}


def missing(proof: str) -> list[str]:
    """Return what of a proof is not there."""
    match proof.split():
        case ["python", "-m", "torture", *parts] if parts:
            return [part for part in parts if part not in PARTS]
        case ["python", "-m", "bench", *parts] if parts:
            return [part for part in parts if part not in MEASURED]
        case ["python", "-m", module]:
            return [] if find_spec(module) else [module]
        case ["make", target]:
            return [] if re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.M) else [target]
        case ["sotto", command, *rest]:
            helped = dict(generate.help_texts()).get(f"sotto {command}", "")
            return [word for word in (f"Usage: sotto {command} ", *rest) if word not in helped]
        case [file] if file.startswith("tests/"):
            return [] if has_tests(ROOT / file) else [file]
    return [proof]


def has_tests(file: Path) -> bool:
    if not file.is_file():
        return False
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    made = [node for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, kinds)]
    return any(node.name.startswith("test_") for node in made)


@pytest.mark.parametrize("promise", promises.promises(), ids=lambda one: one.says)
def test_a_promise_has_proofs_that_exist(promise: Promise) -> None:
    assert promise.proofs
    assert [thing for proof in promise.proofs for thing in missing(proof)] == []


def test_every_part_of_the_trials_proves_a_promise() -> None:
    assert {part for one in promises.promises() for part in one.parts} == set(PARTS)


@pytest.mark.parametrize(
    ("proof", "absent"),
    [
        ("python -m torture killing knitting", "knitting"),
        ("python -m bench fit knitting", "knitting"),
        ("python -m bench.knitting", "bench.knitting"),
        ("make knitting", "knitting"),
        ("sotto doctor --knit", "--knit"),
        ("sotto knit", "Usage: sotto knit "),
        ("tests/docs/test_knitting.py", "tests/docs/test_knitting.py"),
        ("tests/browser/library.py", "tests/browser/library.py"),
        ("knit one", "knit one"),
    ],
)
def test_a_proof_that_does_not_exist_is_noticed(proof: str, absent: str) -> None:
    assert missing(proof) == [absent]


TRIALS = """# Hardness

## Nothing is lost

`killing`, the short form, seed 1. a machine, 2026-01-02, commit abc1234.

| what was tried | cases | faults | control: taken away | its faults | seconds | |
|---|---:|---:|---|---:|---:|---|
| a chat | 1,200 | 0 | the sync | 1 of 9 | 63 | held |
| a download | 30 | {faults} | the sync | 1 of 9 | 63 | {verdict} |
| a shared cache | 90 | 4 |  |  | 9 | not promised |
"""
SPEEDS = """| what | median | 95 % interval | to reach | |
|---|---|---|---|---|
| a word | 0.2 s | 0.1 to 0.3 | ≤ 0.1 s | missed |
| the same (A/A) | 1 × | 1 to 1 |  | noise floor |

Machine, 2026-01-01, commit abc1234.
"""


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(promises, "REFERENCE", tmp_path)
    (tmp_path / "torture.md").write_text(TRIALS.format(faults=0, verdict="held"), "utf-8")
    (tmp_path / "speeds.md").write_text(SPEEDS, "utf-8")
    return tmp_path


def test_figures_are_those_of_the_pages(reference: Path) -> None:
    promise = Promise(
        "Nothing is lost.",
        ("python -m torture killing",),
        (
            Figure("torture.md", "a download"),
            Figure("speeds.md", "a word", name="first word"),
            Figure("speeds.md", "the same (A/A)"),
            Figure("speeds.md", "a word", "95 % interval", ""),
        ),
    )
    assert figures(promise).split("<br>") == [
        "`killing`: 1,230 cases, 0 faults ([torture](../reference/torture.md), short form, 2026-01-02)",
        "a download: 30 cases, 0 faults ([torture](../reference/torture.md))",
        "first word: 0.2 s, to reach ≤ 0.1 s: missed",
        "the same (A/A): 1 ×",
        "0.1 to 0.3 ([speeds](../reference/speeds.md), 2026-01-01)",
    ]


def test_a_promise_that_was_broken_says_so(reference: Path) -> None:
    (reference / "torture.md").write_text(TRIALS.format(faults=2, verdict="broken"), "utf-8")
    assert [one.words for one in tried("killing")] == ["`killing`: 1,230 cases, 2 faults, **not held**"]


def test_a_figure_that_is_not_there_is_noticed(reference: Path) -> None:
    with pytest.raises(LookupError, match="has no row 'a sentence'"):
        told(Figure("speeds.md", "a sentence"))
    with pytest.raises(LookupError, match="tells nothing of power"):
        tried("power")
