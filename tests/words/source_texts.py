"""The texts that the program shows, read from its source: what `words` has to have in Chinese.

A text is a literal, or an f-string with its holes named after what fills them. What is written as a choice,
`f"{n} file{'' if n == 1 else 's'}"`, becomes a text for each way it can come out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import product

MOST_WAYS = 16
"""A text that can come out in more ways than these is one text with a hole."""


def texts(expression: ast.expr) -> list[str]:
    """Return every text that this expression, written with literals, can come out as."""
    match expression:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return _joined([_part(part) for part in parts])
        case ast.IfExp(body=body, orelse=orelse):
            return _each([body, orelse])
        case ast.BoolOp(values=values):
            return _each(values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = texts(left), texts(right)
            return _joined([sides[0] or [_hole(left)], sides[1] or [_hole(right)]]) if any(sides) else []
    return []


def _each(choices: Iterable[ast.expr]) -> list[str]:
    each = [(texts(choice), choice) for choice in choices]
    if not any(found for found, _ in each):
        return []
    return [text for found, choice in each for text in found or [_hole(choice)]]


def _joined(parts: list[list[str]]) -> list[str]:
    ways = 1
    for part in parts:
        ways *= max(1, len(part))
    if ways > MOST_WAYS:
        parts = [part if len(part) == 1 else ["{words}"] for part in parts]
    return [_numbered("".join(chosen)) for chosen in product(*parts)]


def _part(part: ast.expr) -> list[str]:
    if isinstance(part, ast.FormattedValue):
        inner = (
            []
            if isinstance(part.value, ast.Constant) and not isinstance(part.value.value, str)
            else texts(part.value)
        )
        return inner if inner and part.format_spec is None else [_hole(part.value)]
    return texts(part)


def _hole(expression: ast.expr) -> str:
    """Return a hole named after what fills it."""
    match expression:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return f"{{{name.strip('_').lower()}}}"
        case ast.Call(func=ast.Name(id="len"), args=[counted]):
            return _hole(counted)
        case ast.Call(func=ast.Name(id=name), args=args):
            inner = _hole(args[0]) if name in {"one_line", "str", "repr", "amount", "int"} and args else ""
            return inner or f"{{{name.strip('_')}}}"
        case ast.Call(func=ast.Attribute(value=value, attr=name)):
            return "{list}" if name == "join" else _hole(value)
        case ast.Subscript(value=value) | ast.BoolOp(values=[value, *_]) | ast.IfExp(body=value):
            return _hole(value)
        case ast.BinOp(left=left, right=right):
            return _hole(right) if isinstance(left, ast.Constant) else _hole(left)
    return "{it}"


HOLE = re.compile(r"(?<!\{)\{([a-z_0-9]+)\}(?!\})")


def _numbered(text: str) -> str:
    """Tell holes of one name apart."""
    seen: dict[str, int] = {}

    def name(found: re.Match[str]) -> str:
        base = found[1].rstrip("0123456789") or found[1]
        seen[base] = seen.get(base, 0) + 1
        return f"{{{base}{seen[base] if seen[base] > 1 else ''}}}"

    return HOLE.sub(name, text)


def headings(tree: ast.Module) -> Iterator[str]:
    """Yield the headings of each table that is printed, where they are written out."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="table"), args=[ast.Tuple(elts=parts) | ast.List(elts=parts), *_]
            ):
                for part in parts:
                    yield from filter(str.strip, texts(part))


LOGS = {"debug", "info", "exception", "log"}
LOG = {"LOG", "log", "logger", "logging", "_log", "LOGGER"}
SPEAKS_NOT = {
    "execute", "executemany", "compile", "TypeVar", "NamedTuple", "split", "_words", "_table",
    "_pairs", "_counted", "Path", "Kind", "metadata", "Counter", "Gauge", "Histogram",
    "RuntimeError", "ValueError", "TypeError", "AssertionError", "PermissionError",
    "RemoteProtocolError", "AttributeError", "EOFError", "KeyError", "NotImplementedError", "css",
    "css_first", "header", "Message", "fromkeys", "build_request", "removeprefix", "removesuffix",
    "strftime", "startswith", "endswith", "encode", "getLogger", "partition", "fullmatch",
    "b64encode", "from_dict",
}  # fmt: skip
"""Calls whose texts no person reads."""

SQL = re.compile(r"\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA|BEGIN|WITH|DROP)\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{2,}[,;:.)”’]*(?: |\n)+\S|[a-z]\.$|\{[a-z0-9_]+\} [a-z]{2,}|[a-z]{2,} \{")
KEYWORDS_OF_NO_WORDS = {
    "detail",
    "name",
    "metavar",
    "encoding",
    "style",
    "purpose",
    "metadata",
    "title",
    "param_hint",
}


def shown(tree: ast.Module, errors: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield each text of a module that a person may read, with its line."""
    parents: dict[ast.AST, ast.AST] = {
        child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
    }
    skipped = _docstrings(tree)

    def visit(node: ast.AST) -> Iterator[tuple[str, int]]:
        if node in skipped or (isinstance(node, ast.AnnAssign) and node.value is None):
            return
        found = texts(node) if isinstance(node, ast.expr) else []
        if not found:
            for child in ast.iter_child_nodes(node):
                yield from visit(child)
            return
        told = _told(node, parents, errors)
        if told is None:
            return
        for text in found:
            if not CHINESE.search(text) and (told or (WORDS.search(text) and not SQL.match(text))):
                yield text, node.lineno
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call | ast.Subscript | ast.List | ast.Tuple | ast.Dict):
                yield from visit(inner)

    for child in tree.body:
        yield from visit(child)


def _told(node: ast.AST, parents: dict[ast.AST, ast.AST], errors: frozenset[str]) -> bool | None:
    """Say whether a person reads this text: True for an error's, None for one that nobody reads."""
    below, above = node, parents.get(node)
    is_error = False
    while above is not None and not isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
        match above:
            case ast.keyword(arg="hint"):
                is_error = True
            case ast.Assign(targets=[ast.Name(id="EXAMPLES")]):
                return None
            case ast.keyword(arg=arg) if arg in KEYWORDS_OF_NO_WORDS:
                return None
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                if name in errors and below in above.args[:1]:
                    is_error = True
                elif name in SPEAKS_NOT | LOGS or _logs(above.func):
                    return None
            case ast.Compare() | ast.Subscript() | ast.Assert():
                return None
            case ast.arg() | ast.AnnAssign() if below is above.annotation:
                return None
        below, above = above, parents.get(above)
    return is_error


def _logs(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and getattr(called.value, "id", "") in LOG


def _docstrings(tree: ast.Module) -> set[ast.AST]:
    """Return what documents a module, a class, a function or the name above it."""
    bodies = [node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]
    lines = [line for body in bodies for line in body if isinstance(line, ast.Expr)]
    return {line.value for line in lines if isinstance(line.value, ast.Constant)}
