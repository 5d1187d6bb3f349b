"""Describe endpoints as an OpenAPI 3.1 document. What it says is what the nouns and handlers say."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from sottovoce import __version__
from sottovoce.server import problems
from sottovoce.server.caller import Scope
from sottovoce.server.endpoint import Endpoint
from sottovoce.server.sessions import COOKIE
from sottovoce.server.uploads import KINDS

JSON = "application/json"
SCHEMAS = "#/components/schemas/"

ROOMS = {
    "openai_api": (
        "OpenAI",
        "As the original: its clients work when their base URL is this address and /v1.",
    ),
    "anthropic_api": ("Anthropic", "As the original: its clients work with this address as their base URL."),
    "ollama_api": ("Ollama", "As the original, for programs that look for it."),
    "app_api": ("Sottovoce", "What the page, the terminal and the SDK use: chats, and turns that go on."),
}
SERVER = ("The server itself", "Whether it runs, its numbers, its pages, and this description.")

ABOUT = """A private assistant on your own machine, and nothing but your machine.

On this machine no key is needed. From elsewhere, send one as `Authorization: Bearer sk-sotto-…` or as
`x-api-key`; `sotto keys add NAME` makes it. Bodies are JSON. What cannot be honoured is refused by name,
never passed over. Every error says what is wrong and what to do next. Status 429 and 503 say in
`Retry-After` when it is worth asking again."""

MEANINGS = {
    "400": "The request cannot be used as it is.",
    "401": "A key is needed, or the one shown is not valid.",
    "403": "The key shown does not reach this far.",
    "404": "There is no such thing, or it is somebody else's.",
    "413": "More than is taken at once.",
    "415": "The body is not JSON, or no file where one is taken.",
    "429": "Too many are waiting, or the key has used up what it may.",
    "503": "The model is not there yet, or the server is stopping.",
    "default": "Something else went wrong.",
}
LATER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}

PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")

Part = dict[str, object]


def describe(endpoints: Sequence[Endpoint]) -> Part:
    """Return the whole document, ready to be written as JSON."""
    nouns = _Nouns(endpoints)
    paths: dict[str, Part] = {}
    for endpoint in endpoints:
        path = PARAMETER.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, nouns)
    tags = dict.fromkeys(_room(endpoint) for endpoint in endpoints)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sottovoce",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in tags],
        "paths": paths,
        "components": {
            "schemas": nouns.schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A key."},
                "header": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "A key."},
                "browser": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "A browser that was signed in with the link that sotto serve prints.",
                },
            },
        },
    }


class _Nouns:
    """All nouns of these endpoints as schemas, each once. `refs` leads from a noun to its schema."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
        for endpoint in endpoints:
            if endpoint.body is not None:
                wanted[endpoint.body, "validation"] = None
            if endpoint.answer is not None:
                wanted[endpoint.answer, "serialization"] = None
            wanted[endpoint.shape.noun, "serialization"] = None
        refs, found = models_json_schema(list(wanted), ref_template=SCHEMAS + "{model}")
        names = {name: _short(name) for name in found.get("$defs", {})}
        self.refs = {key: _renamed(ref, names) for key, ref in refs.items()}
        self.schemas = {names[name]: _renamed(one, names) for name, one in found.get("$defs", {}).items()}

    def of(self, noun: type[BaseModel], mode: JsonSchemaMode) -> object:
        return self.refs[noun, mode]


def _short(name: str) -> str:
    """Return the name of a noun of which several rooms have one: by its room, not by its module."""
    if not name.startswith("sottovoce__"):
        return name
    *places, last = name.split("__")
    return f"{places[2].removesuffix('_api')}.{last}" if len(places) > 2 else last


def _renamed(schema: object, names: dict[str, str]) -> object:
    if isinstance(schema, dict):
        found = {key: _renamed(value, names) for key, value in schema.items()}
        ref = found.get("$ref")
        if isinstance(ref, str):
            found["$ref"] = SCHEMAS + names[ref.removeprefix(SCHEMAS)]
        return found
    return [_renamed(one, names) for one in schema] if isinstance(schema, list) else schema


def _room(endpoint: Endpoint) -> tuple[str, str]:
    return ROOMS.get(endpoint.handle.__module__.split(".")[2], SERVER)


def _operation(endpoint: Endpoint, nouns: _Nouns) -> Part:
    words = inspect.cleandoc(endpoint.handle.__doc__ or "").partition("\n")[2].strip()
    described: Part = {
        "operationId": "_".join(re.findall(r"\w+", f"{endpoint.method.lower()} {endpoint.path}")),
        "tags": [_room(endpoint)[0]],
        "summary": endpoint.summary.rstrip("."),
        "description": "\n\n".join(filter(None, [words, _who(endpoint.scope)])),
        "responses": _responses(endpoint, nouns),
        "security": _security(endpoint.scope),
    }
    parameters = [_parameter(name, kind) for name, kind in PARAMETER.findall(endpoint.path)]
    if parameters:
        described["parameters"] = parameters
    if endpoint.body is not None:
        content = {JSON: {"schema": nouns.of(endpoint.body, "validation")}}
        described["requestBody"] = {"required": True, "content": content}
    elif endpoint.file:
        file = {"schema": {"type": "string", "format": "binary"}}
        described["requestBody"] = {"required": True, "content": dict.fromkeys(KINDS, file)}
    return described


def _parameter(name: str, kind: str) -> Part:
    schema: Part = {"type": "integer"} if kind == "int" else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _who(scope: Scope | None) -> str:
    if scope is None:
        return "Open to everyone who reaches the server."
    if scope is Scope.PAGE:
        return "For the person at this machine: their signed-in browser and their terminal. No key opens it."
    return f"A key needs the scope `{scope}`; on this machine none is asked for."


def _security(scope: Scope | None) -> list[dict[str, list[str]]]:
    if scope is None:
        return []
    if scope is Scope.PAGE:
        return [{"browser": []}]
    return [{"bearer": []}, {"header": []}, {"browser": []}, {}]


def _responses(endpoint: Endpoint, nouns: _Nouns) -> Part:
    problem = {JSON: {"schema": nouns.of(endpoint.shape.noun, "serialization")}}
    responses: Part = _answer(endpoint, nouns)
    for status in _failing(endpoint):
        responses[status] = {"description": MEANINGS[status], "content": problem}
        if status in ("429", "503"):
            responses[status] |= {"headers": LATER}  # type: ignore[operator]
    return responses


def _answer(endpoint: Endpoint, nouns: _Nouns) -> Part:
    """Return the good answer. Where nothing is said of it, it is a page, a file, a stream or nothing."""
    if endpoint.answer is None:
        return {"2XX": {"description": "Done."}}
    content: Part = {JSON: {"schema": nouns.of(endpoint.answer, "serialization")}}
    if endpoint.body is not None and "stream" in endpoint.body.model_fields:
        lines = endpoint.shape is problems.OLLAMA
        content["application/x-ndjson" if lines else "text/event-stream"] = {"schema": {"type": "string"}}
    return {"200": {"description": "Done.", "content": content}}


def _failing(endpoint: Endpoint) -> list[str]:
    found = []
    if endpoint.body is not None or endpoint.file:
        found += ["400", "413", "415"]
    if endpoint.scope is not None:
        found += ["401", "403", "429", "503"]
    if "{" in endpoint.path:
        found.append("404")
    return [*sorted(found), "default"]
