"""Print what deserves a second look: long files and functions, silenced checks, broad excepts.

For a person to judge. Knows no limits and never fails.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("src", "tests", "bench", "torture", "docs", "packing", "hatch_build.py")
SHOWN = 10
SILENCED = re.compile(r"#\s*(noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?|pragma:\s*no cover)")
BROAD = {"Exception", "BaseException"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root, its text and its syntax tree."""

    name: str
    text: str
    tree: ast.Module


def main() -> None:
    sources = list(read(PLACES))
    show("Longest files (lines)", ((s.text.count("\n"), s.name) for s in sources))
    functions = [(s, f) for s in sources for f in ast.walk(s.tree) if isinstance(f, Function)]
    show("Longest functions (lines)", ((length(f), where(s, f)) for s, f in functions))
    show("Most parameters", ((parameters(f), where(s, f)) for s, f in functions))
    show("Silenced checks", ((n, kind) for kind, n in silenced(sources).items()), total=True)
    show("Broad excepts (line)", ((line, name) for name, line in broad_excepts(sources)), order=None)


def read(places: Iterable[str]) -> Iterator[Source]:
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            text = file.read_text("utf-8")
            yield Source(str(file.relative_to(ROOT)), text, ast.parse(text))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    """Count what a caller may give; self and cls are not given by anybody."""
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"])) + bool(given.vararg) + bool(given.kwarg)


def where(source: Source, function: Function) -> str:
    return f"{source.name}:{function.lineno} {function.name}"


def silenced(sources: Iterable[Source]) -> Counter[str]:
    """Count by kind. Reads comments only, so that a regular expression is not taken for one."""
    found: Counter[str] = Counter()
    for source in sources:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT:
                found.update(match.group(1).strip() for match in SILENCED.finditer(token.string))
    return found


def broad_excepts(sources: Iterable[Source]) -> Iterator[tuple[str, int]]:
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and is_broad(node.type):
                yield source.name, node.lineno


def is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in BROAD for name in names)


def show(
    title: str, rows: Iterable[tuple[int, str]], *, total: bool = False, order: int | None = SHOWN
) -> None:
    found = list(rows)
    print(title if not total else f"{title}: {sum(n for n, _ in found)}")
    for number, name in sorted(found, reverse=True)[:order] if order else found:
        print(f"  {number:5} {name}")
    if not found:
        print("      - none")
    print()


if __name__ == "__main__":
    main()
