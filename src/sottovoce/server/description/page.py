"""Write the description as one page: HTML without scripts, made of the document and of nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

Part = dict[str, Any]

REF = "#/components/schemas/"
CODE = re.compile(r"`([^`]+)`")
BOUNDS = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} of them"),
    ("maxItems", "at most {} of them"),
    ("pattern", "written as {}"),
)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} {version}: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
</head>
<body>
<a class="skip" href="#first">To the description</a>
<header>
<h1>{title} <small>{version}</small></h1>
{about}
<p class="more"><a href="/openapi.json">The same for tools: openapi.json</a></p>
</header>
<nav aria-label="Places">
{contents}
</nav>
<main id="first">
{rooms}
<section id="shapes">
<h2>Shapes</h2>
<p>What the bodies and answers are made of.</p>
{shapes}
</section>
</main>
</body>
</html>
"""


def render(document: Part, *, style: str) -> str:
    """Return the page. `style` is the address of its style sheet."""
    info = document["info"]
    rooms = [(tag, list(_operations(document, tag["name"]))) for tag in document["tags"]]
    shapes = document["components"]["schemas"]
    return PAGE.format(
        title=escape(info["title"]),
        version=escape(info["version"]),
        style=escape(style),
        about=_paragraphs(info["description"]),
        contents="\n".join(_contents(*room, opened=room is rooms[0]) for room in rooms),
        rooms="\n".join(_room(tag, places, shapes) for tag, places in rooms),
        shapes="\n".join(_shape(name, schema) for name, schema in sorted(shapes.items())),
    )


Place = tuple[str, str, Part]
"""A method, a path, and what the document says of it."""


def _operations(document: Part, tag: str) -> Iterator[Place]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method, path, operation


def _contents(tag: Part, places: list[Place], *, opened: bool) -> str:
    links = "\n".join(
        f'<li><a href="#{operation["operationId"]}">{_method(method)} {_path(path)}</a></li>'
        for method, path, operation in places
    )
    fold = "<details open>" if opened else "<details>"
    return f"{fold}<summary>{escape(tag['name'])}</summary>\n<ul>\n{links}\n</ul></details>"


def _room(tag: Part, places: list[Place], shapes: Part) -> str:
    inside = "\n".join(_place(*place, shapes) for place in places)
    head = f"<h2>{escape(tag['name'])}</h2>\n<p>{_inline(tag['description'])}</p>"
    return f"<section>\n{head}\n{inside}\n</section>"


def _place(method: str, path: str, operation: Part, shapes: Part) -> str:
    parts = [
        f'<article id="{operation["operationId"]}">',
        f"<h3>{_method(method)} {_path(path)}</h3>",
        f'<p class="summary">{_inline(operation["summary"])}</p>',
        _paragraphs(operation["description"]),
    ]
    if "requestBody" in operation:
        parts.append(_body("Takes", operation["requestBody"]["content"], shapes))
    for status, one in operation["responses"].items():
        if status.startswith("2") and "content" in one:
            parts.append(_body("Gives", one["content"], shapes))
    parts.append(_failures(operation["responses"]))
    return "\n".join([*parts, "</article>"])


def _body(word: str, content: Part, shapes: Part) -> str:
    """Say what a body is, its fields behind a fold; where a stream can be had as well, by which name."""
    name = content["application/json"]["schema"].get("$ref", "").removeprefix(REF)
    streams = [
        f" or a stream of <code>{escape(kind)}</code>" for kind in content if kind != "application/json"
    ]
    shape = shapes.get(name, {})
    told = f"<b>{word}</b> <code>{escape(name)}</code>{''.join(streams)} <small>{_count(shape)}</small>"
    return f"<details><summary>{told}</summary>\n{_inside(shape)}</details>"


def _failures(responses: Part) -> str:
    rows = "\n".join(
        f"<dt>{escape(status)}</dt><dd>{_inline(one['description'])}</dd>"
        for status, one in responses.items()
        if not status.startswith("2") and status != "default"
    )
    if not rows:
        return ""
    return f'<details><summary>When it fails</summary>\n<dl class="codes">\n{rows}\n</dl></details>'


# ---- shapes ----


def _shape(name: str, schema: Part) -> str:
    heading = f"<summary><code>{escape(name)}</code> <small>{_count(schema)}</small></summary>"
    return f'<details id="{_anchor(name)}">{heading}\n{_inside(schema)}</details>'


def _inside(schema: Part) -> str:
    required = set(schema.get("required", ()))
    rows = "\n".join(
        _field(name, one, is_required=name in required) for name, one in schema.get("properties", {}).items()
    )
    fields = f'<dl class="fields">\n{rows}\n</dl>' if rows else f"<p>{_kind(schema)}</p>"
    return _paragraphs(schema.get("description", "")) + fields


def _count(schema: Part) -> str:
    number = len(schema.get("properties", {}))
    return "" if not number else f"{number} field{'s' if number > 1 else ''}"


def _field(name: str, schema: Part, *, is_required: bool) -> str:
    notes = [*_bounds(schema)]
    if "default" in schema and schema["default"] is not None:
        notes.append(f"else <code>{escape(_word(schema['default']))}</code>")
    must = ' <em class="must">required</em>' if is_required else ""
    head = f"<dt><code>{escape(name)}</code>{must}</dt>"
    about = f" {_inline(schema['description'])}" if "description" in schema else ""
    return f'{head}<dd><span class="kind">{"; ".join([_kind(schema), *notes])}</span>{about}</dd>'


def _bounds(schema: Part) -> Iterator[str]:
    """Yield what limits a value, also where it may be null besides."""
    for one in (schema, *(other for other in schema.get("anyOf", ()) if other.get("type") != "null")):
        for key, words in BOUNDS:
            if key in one:
                yield words.format(f"<code>{escape(_word(one[key]))}</code>")


def _kind(schema: Part) -> str:
    """Say in words what a value is."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return f'<a href="#{_anchor(name)}"><code>{escape(name)}</code></a>'
    if "const" in schema:
        return f"<code>{escape(_word(schema['const']))}</code>"
    if "enum" in schema:
        return _either(f"<code>{escape(_word(one))}</code>" for one in schema["enum"])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _either(_kind(one) for one in schema[several])
    return _plain(schema)


def _plain(schema: Part) -> str:
    found = schema.get("type")
    if isinstance(found, list):
        return _either(_plain({**schema, "type": one}) for one in found)
    if found == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if found == "object":
        inner = schema.get("additionalProperties")
        return f"object of {_kind(inner)}" if isinstance(inner, dict) and inner else "object"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", None: "anything"}
    return words.get(found, str(found))


def _either(kinds: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(kinds))


# ---- letters ----


def _word(value: object) -> str:
    """Return a value as JSON has it, but a text without its quotes."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _method(method: str) -> str:
    return f'<span class="method {method}">{method.upper()}</span>'


def _path(path: str) -> str:
    """Return a path that may break after each of its parts."""
    return f"<code>{escape(path).replace('/', '/<wbr>')}</code>"


def _anchor(name: str) -> str:
    return "shape-" + re.sub(r"[^\w.-]", "-", name)


def _inline(text: str) -> str:
    return CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{_inline(' '.join(one.split()))}</p>" for one in text.split("\n\n") if one.strip())
