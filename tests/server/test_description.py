"""The API describes itself: for tools as OpenAPI, for people as a page that loads nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from typing import Any, Literal

import httpx2
import jsonschema
import pytest
import schemathesis
from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.responses import Response

from sottovoce import __version__
from sottovoce.server import problems
from sottovoce.server.asgi import endpoints
from sottovoce.server.caller import Scope
from sottovoce.server.description import describe, pages
from sottovoce.server.description.page import render
from sottovoce.server.endpoint import Endpoint, Visit
from sottovoce.server.house import House

BLOCKS = {"dt", "dd", "p", "li", "small"}
VOID = {"meta", "link", "wbr", "br"}


class Fruit(BaseModel):
    """What grows on a `tree`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=20, description="As people call it & <love> it.")
    colour: Literal["red", "green"] | None = None
    weight: float = Field(1.5, ge=0, le=9)
    inner: list[Fruit] = Field(default_factory=list, max_length=3)


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    fruit: Fruit
    stream: bool = False


class Given(BaseModel):
    fruits: dict[str, Fruit]
    kind: Literal["basket"] = "basket"


async def pick(visit: Visit[Wish]) -> Given:
    """Pick a fruit.

    It is ripe, or `nearly` so.
    """
    return Given(fruits={"one": visit.body.fruit})


async def look(visit: Visit[None]) -> Given:
    """Look at one fruit."""
    return Given(fruits={})


async def eat(visit: Visit[None]) -> Response:
    """Eat it."""
    return Response(status_code=204)


PLACES = (
    Endpoint("POST", "/fruits", pick, Scope.CHAT, problems.OPENAI, Wish, Given, computes=True),
    Endpoint("GET", "/fruits/{id}", look, Scope.PAGE, problems.OURS, answer=Given),
    Endpoint("DELETE", "/fruits/{id}", eat, Scope.MODELS, problems.ANTHROPIC),
    Endpoint("POST", "/api/fruits", pick, Scope.CHAT, problems.OLLAMA, Wish, Given),
    Endpoint("GET", "/files/{path:path}", look, None, answer=Given),
)


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads(json.dumps(describe((*PLACES, *pages(PLACES)))))


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    routes = [place.route(house) for place in (*PLACES, *pages(PLACES))]
    transport = httpx2.ASGITransport(Starlette(routes=routes))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


def refs(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref" and isinstance(inner, str):
                yield inner
            yield from refs(inner)
    elif isinstance(value, list):
        for one in value:
            yield from refs(one)


# ---- for tools ----


def test_tools_can_use_the_document(document: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(document)
    found = {one.ok().label for one in schema.get_all_operations()}
    assert found >= {"POST /fruits", "GET /fruits/{id}", "DELETE /fruits/{id}", "GET /openapi.json"}
    assert schema.specification.version == "3.1.0"


def test_every_schema_is_one_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas) >= {"Wish", "Given", "OurProblem", "OpenAIProblem", "OllamaProblem"}
    # One noun that is asked otherwise than answered: answered, it always has all its fields.
    assert {name for name in schemas if name.startswith("Fruit")} == {"Fruit-Input", "Fruit-Output"}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert {ref.removeprefix("#/components/schemas/") for ref in refs(document)} <= set(schemas)
    assert '"$defs"' not in json.dumps(document)


def test_a_place_is_described_with_all_that_it_takes_and_gives(document: dict[str, Any]) -> None:
    place = document["paths"]["/fruits"]["post"]
    assert place["summary"] == "Pick a fruit"
    assert place["description"].startswith("It is ripe, or `nearly` so.")
    assert "`chat`" in place["description"]
    body = place["requestBody"]
    assert body == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wish"}}},
    }
    assert set(place["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    assert set(place["responses"]) == {"200", "400", "401", "403", "413", "415", "429", "503", "default"}
    assert document["info"]["version"] == __version__


def test_lines_of_json_are_described_as_such(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/fruits"]["post"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", "application/x-ndjson"}


@pytest.mark.parametrize(
    ("path", "method", "noun"),
    [
        ("/fruits", "post", "OpenAIProblem"),
        ("/fruits/{id}", "get", "OurProblem"),
        ("/fruits/{id}", "delete", "AnthropicProblem"),
        ("/api/fruits", "post", "OllamaProblem"),
    ],
)
def test_problems_are_described_in_the_protocols_shape(
    document: dict[str, Any], path: str, method: str, noun: str
) -> None:
    responses = document["paths"][path][method]["responses"]
    assert {ref for status, one in responses.items() if not status.startswith("2") for ref in refs(one)} == {
        f"#/components/schemas/{noun}"
    }


def test_a_part_of_the_path_is_a_parameter(document: dict[str, Any]) -> None:
    (one,) = document["paths"]["/fruits/{id}"]["get"]["parameters"]
    assert (one["name"], one["in"], one["required"]) == ("id", "path", True)
    assert "/files/{path}" in document["paths"]


def test_who_may_ask_is_said(document: dict[str, Any]) -> None:
    def allowed(path: str, method: str) -> list[str]:
        return [name for one in document["paths"][path][method]["security"] for name in one]

    assert allowed("/fruits", "post") == ["bearer", "header", "browser"]
    assert allowed("/fruits/{id}", "get") == ["browser"]
    assert allowed("/docs", "get") == []
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header", "browser"}


def test_every_place_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = Counter(one["operationId"] for path in document["paths"].values() for one in path.values())
    assert set(names.values()) == {1}


async def test_the_document_is_served(http: httpx2.AsyncClient, document: dict[str, Any]) -> None:
    response = await http.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == document


# ---- for people ----


class Reading(HTMLParser):
    """Reads a page strictly: what opens must close, and in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert tag not in ("script", "style", "iframe", "object", "form"), tag
        assert not [name for name in given if name == "style" or name.startswith("on")], given
        if tag in BLOCKS:
            self.words += " "
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        self.loaded += [given[name] for name in ("src", "srcset") if name in given]
        if tag == "link":
            self.loaded.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


async def page_of(http: httpx2.AsyncClient) -> Reading:
    response = await http.get("/docs")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = Reading()
    page.feed(response.text)
    page.close()
    return page


async def test_the_page_is_well_formed_and_loads_its_own_style_alone(http: httpx2.AsyncClient) -> None:
    page = await page_of(http)
    assert page.open == []
    assert page.loaded == ["data:,", "/docs/docs.css"]
    assert len(set(page.ids)) == len(page.ids)
    assert {link for link in page.links if link.startswith("#")} <= {f"#{one}" for one in page.ids}
    outside = [link for link in page.links if not link.startswith("#")]
    assert outside == ["/openapi.json"]


async def test_the_style_asks_nothing_of_the_network(http: httpx2.AsyncClient) -> None:
    response = await http.get("/docs/docs.css")
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert "url(" not in response.text
    assert "@import" not in response.text
    assert "prefers-color-scheme: dark" in response.text


async def test_the_page_says_all_of_the_document(http: httpx2.AsyncClient, document: dict[str, Any]) -> None:
    words = (await page_of(http)).words
    for path, methods in document["paths"].items():
        assert path in words
        for operation in methods.values():
            assert operation["summary"] in words
    for name, schema in document["components"]["schemas"].items():
        assert name in words
        for field in schema.get("properties", {}):
            assert field in words


async def test_a_field_is_told_in_words(http: httpx2.AsyncClient) -> None:
    words = " ".join((await page_of(http)).words.split())
    assert "What grows on a tree." in words
    assert "name required text; at most 20 characters As people call it & <love> it." in words
    assert "colour red or green or null" in words
    assert "weight number; at least 0; at most 9; else 1.5" in words
    assert "inner list of Fruit-Input; at most 3 of them" in words
    assert "fruits required object of Fruit-Output" in words
    assert "Takes Wish 2 fields fruit required Fruit-Input" in words
    assert "Gives Given or a stream of text/event-stream 2 fields fruits required" in words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "anything"),
        ({"type": "integer", "minimum": 1}, "whole number; at least 1"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"type": "boolean", "default": False}, "true or false; else false"),
        ({"const": 7}, "7"),
        ({"enum": ["a", None, ""]}, 'a or null or ""'),
        (
            {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
            "text or null; at most 5 characters",
        ),
        (
            {"oneOf": [{"type": "array"}, {"type": "object", "additionalProperties": {}}]},
            "list of anything or object",
        ),
    ],
)
def test_every_kind_of_value_has_words(schema: dict[str, Any], words: str) -> None:
    document = {
        "info": {"title": "T", "version": "1", "description": ""},
        "tags": [],
        "paths": {},
        "components": {"schemas": {"N": {"properties": {"x": schema}}}},
    }
    text = re.sub(r"<[^>]+>", "", render(document, style=""))
    assert f"x{words}" in text.replace("&quot;", '"')


# ---- the whole server ----


def taken(document: dict[str, Any]) -> dict[str, Any]:
    """Return every schema that a request's body can be made of."""
    schemas = document["components"]["schemas"]
    found: dict[str, Any] = {}
    todo = [
        ref
        for path in document["paths"].values()
        for one in path.values()
        for ref in refs(one.get("requestBody"))
    ]
    while todo:
        name = todo.pop().removeprefix("#/components/schemas/")
        if name not in found:
            found[name] = schemas[name]
            todo += refs(schemas[name])
    return found


def test_no_body_has_fields_that_are_passed_over_in_silence() -> None:
    """A noun that ignores what it does not know says nothing of other fields in its schema."""
    nouns = taken(describe(endpoints()))
    assert len(nouns) > 20
    silent = [
        name for name, one in nouns.items() if "properties" in one and "additionalProperties" not in one
    ]
    assert silent == []


def test_every_place_says_what_it_does_and_takes_a_body_only_where_one_is_sent() -> None:
    for place in endpoints():
        assert place.summary.endswith("."), place.path
        assert place.body is None or place.method in ("POST", "PATCH", "PUT", "DELETE"), place.path


def test_the_whole_server_is_described_in_a_way_tools_can_use() -> None:
    document = json.loads(json.dumps(describe(endpoints())))
    schema = schemathesis.openapi.from_dict(document)
    for one in schema.get_all_operations():
        assert one.ok()
    page = Reading()
    page.feed(render(document, style="/docs/docs.css"))
    assert page.open == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
