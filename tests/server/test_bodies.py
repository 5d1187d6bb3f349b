"""Whatever arrives as a body becomes a noun, or a sentence that says why not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator
from starlette.requests import Request
from starlette.types import Message

from sottovoce.core.errors import BadText, BadValue, Crowded, SottoError, TooLarge, Unsupported, WrongKind
from sottovoce.server import bodies
from sottovoce.server.answering import Gone
from sottovoce.server.bodies import MOST_OF_ONE, Intake, load, parse, read, written


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TextPart(Strict):
    type: Literal["text"]
    text: str
    cache: Literal["short"] | None = None


class ImagePart(Strict):
    type: Literal["image"]
    image: dict[str, str]


Part = Annotated[
    Annotated[TextPart, Tag("text")] | Annotated[ImagePart, Tag("image")],
    Discriminator(lambda value: value.get("type") if isinstance(value, dict) else None),
]


class Said(Strict):
    role: Literal["user", "assistant"]
    content: str | list[Part]


class Asked(Strict):
    model: str
    messages: list[Said] = Field(min_length=1)
    temperature: float = Field(1.0, ge=0, le=2)
    stop: str | list[str] | None = None
    bias: dict[str, int] = Field(default_factory=dict)


class Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


GOOD = b'{"model": "m", "messages": [{"role": "user", "content": "hi"}]}'


def request(chunks: Sequence[bytes], headers: dict[str, str], *, stays: bool = True) -> Request:
    """Return a request whose body comes in these pieces; `stays` False: its client leaves after them."""
    pieces: Iterator[bytes] = iter(chunks)

    async def receive() -> Message:
        piece = next(pieces, None)
        if piece is None:
            return {"type": "http.disconnect"} if not stays else {"type": "http.request", "body": b""}
        return {"type": "http.request", "body": piece, "more_body": True}

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


JSON = {"content-type": "application/json"}


async def refusal(*chunks: bytes, model: type[BaseModel] = Asked, **headers: str) -> SottoError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises(SottoError) as found:
        await read(request(chunks, JSON | named), model, Intake(), "local")
    assert found.value.sentence.endswith(".")
    assert found.value.hint
    return found.value


# ---- how it arrives ----


async def test_a_body_in_pieces_becomes_a_noun() -> None:
    asked = await read(request([GOOD[:10], b"", GOOD[10:]], JSON), Asked, Intake(), "local")
    assert asked.messages[0].content == "hi"


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
    ],
)
async def test_json_is_known_however_it_is_written(kind: str) -> None:
    assert (await read(request([GOOD], {"content-type": kind}), Asked, Intake(), "local")).model == "m"


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/jsonp",
        "application/json, text/plain",
        "application/vnd.api+json",
    ],
)
async def test_no_other_kind_is_taken(kind: str) -> None:
    problem = await refusal(GOOD, content_type=kind)
    assert isinstance(problem, WrongKind)
    assert problem.field == "Content-Type"


async def test_without_a_kind_nothing_is_taken() -> None:
    with pytest.raises(WrongKind):
        await read(request([GOOD], {}), Asked, Intake(), "local")


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip"])
async def test_a_compressed_body_is_not_taken(coding: str) -> None:
    problem = await refusal(GOOD, content_encoding=coding)
    assert isinstance(problem, WrongKind)
    assert problem.field == "Content-Encoding"


async def test_a_client_that_leaves_in_the_middle_is_gone() -> None:
    with pytest.raises(Gone):
        await read(request([GOOD[:10]], JSON, stays=False), Asked, Intake(), "local")


@pytest.mark.parametrize("length", [None, "5", "99999999999999999999999999"])
async def test_20_megabytes_are_too_much_whatever_the_length_says(length: str | None) -> None:
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(20):
            taken += 1
            yield b" " * (1 << 20)

    more = {} if length is None else {"Content-Length": length}
    asked = request([], JSON | more)
    stream = pieces()

    async def receive() -> Message:
        return {"type": "http.request", "body": next(stream), "more_body": True}

    asked._receive = receive
    with pytest.raises(TooLarge):
        await read(asked, Asked, Intake(), "local")
    assert taken <= 17


@pytest.mark.parametrize(("length", "kind"), [("4097", TooLarge), (None, TooLarge), ("4096", BadText)])
async def test_a_bound_of_its_own_holds_for_a_body(length: str | None, kind: type[SottoError]) -> None:
    taken = []
    asked = request([], JSON | ({} if length is None else {"Content-Length": length}))

    async def receive() -> Message:
        taken.append(1)
        return {"type": "http.request", "body": b" " * int(length or 4097)}

    asked._receive = receive
    with pytest.raises(kind) as refused:
        await read(asked, Asked, Intake(), "local", 4096)
    assert len(taken) == (length != "4097")
    assert kind is BadText or refused.value.sentence == "A request's body has at most 4 KB here."


@pytest.mark.parametrize(("size", "beside"), [(1000, False), (10 << 20, True)])
async def test_a_long_body_is_read_beside_the_loop(size: int, *, beside: bool) -> None:
    threads: list[int] = []

    class Watched(Asked):
        @field_validator("model")
        @classmethod
        def look(cls, name: str) -> str:
            threads.append(threading.get_ident())
            return name

    text = "word, " * (size // 6)
    data = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
    asked = await read(request([data], JSON), Watched, Intake(), "local")
    assert asked.messages[0].content == text
    assert [one != threading.get_ident() for one in threads] == [beside]


async def test_a_body_of_many_values_is_read_beside_the_loop() -> None:
    threads: list[int] = []

    class Watched(Strict):
        values: list[int]

        @field_validator("values")
        @classmethod
        def look(cls, values: list[int]) -> list[int]:
            threads.append(threading.get_ident())
            return values

    for many in (100, 2_000):
        data = json.dumps({"values": [1] * many}).encode()
        await read(request([data], JSON), Watched, Intake(), "local")
    assert [one != threading.get_ident() for one in threads] == [False, True]


# ---- what it says ----

DEEP = {
    "list": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "object": b'{"a": ' * 5000 + b"1" + b"}" * 5000,
    "unclosed": b"[" * 1_000_000,
    "65": b'{"a": ' + b"[" * 64 + b"]" * 64 + b"}",
}


@pytest.mark.parametrize("data", DEEP.values(), ids=DEEP)
async def test_a_deep_nest_is_refused_before_it_is_read(data: bytes) -> None:
    assert isinstance(await refusal(data, model=Anything), TooLarge)


def test_64_levels_are_read() -> None:
    parse(b'{"a": ' + b"[" * 63 + b"]" * 63 + b"}", Anything)


def test_brackets_in_a_text_are_text() -> None:
    text = '[{"\\' * 1000
    data = json.dumps({"text": text, "more": "\\"}).encode()
    assert load(data) == {"text": text, "more": "\\"}


MANY = {
    "numbers": b'{"a": [' + b"1," * 250_000 + b"1]}",
    "lists": b'{"a": [' + b"[]," * 5_000_000 + b"1]}",
    "objects": b'{"a": [' + b"{}," * 250_000 + b"1]}",
    "nulls": json.dumps({"a": [None] * 200_000}).encode(),
    "quotes": b'"' * (16 << 20),
    "closings": b'{"a": 1' + b"}" * (16 << 20),
}


@pytest.mark.parametrize("data", MANY.values(), ids=MANY)
async def test_too_many_values_are_refused_before_they_are_read(data: bytes) -> None:
    begun = time.monotonic()
    assert isinstance(await refusal(data, model=Anything), TooLarge)
    assert time.monotonic() - begun < 2


def test_199_000_values_are_read() -> None:
    found: Any = load(json.dumps({"a": list(range(199_000))}).encode())
    assert len(found["a"]) == 199_000


NOT_JSON = {
    "empty": b"",
    "blank": b"  \n",
    "word": b"hello",
    "cut": GOOD[:-1],
    "two": GOOD + GOOD,
    "trailing comma": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "comment": b'{"a": 1} // yes',
    "control character": b'{"a": "\x01"}',
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "utf-16": GOOD.decode().encode("utf-16"),
    "utf-32": GOOD.decode().encode("utf-32-be"),
    "latin-1": '{"a": "é"}'.encode("latin-1"),
    "cut utf-8": b'{"a": "\xe2\x82"}',
    "coded surrogate": b'{"a": "\xed\xa0\x80"}',
    "overlong": b'{"a": "\xc0\xaf"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "low first": b'{"a": "\\udc00\\ud800"}',
    "surrogate as a name": b'{"\\uDBFF": 1}',
    "bad escape": b'{"a": "\\x41"}',
    "leading zero": b'{"a": 01}',
    "plus": b'{"a": +1}',
    "unended": b'{"a": "' + b'\\"' * 1_000_000,
    "quotes": b'"' * 100_001,
    "zeros": b"\x00" * 1000,
}


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON)
async def test_what_is_not_json_in_utf_8_is_refused(data: bytes) -> None:
    begun = time.monotonic()
    assert isinstance(await refusal(data, model=Anything), BadText)
    assert time.monotonic() - begun < 1


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert load(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize("data", [b"[]", b"[{}]", b'"text"', b"1", b"null", b"true"])
async def test_a_body_that_is_no_object_is_refused(data: bytes) -> None:
    problem = await refusal(data)
    assert isinstance(problem, BadValue)
    assert "object" in problem.sentence


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000, "-" + "9" * 60, "1" * 400 + ".5"],
)
async def test_what_is_no_finite_number_is_refused(number: str) -> None:
    problem = await refusal(f'{{"a": {number}}}'.encode(), model=Anything)
    assert isinstance(problem, BadValue)
    assert len(problem.sentence) < 120


@pytest.mark.parametrize("number", ["0", "-0.0", "1e300", "1.5e-400", "18446744073709551615", "0.1"])
def test_ordinary_numbers_are_read(number: str) -> None:
    assert load(f'{{"a": {number}}}'.encode()) == {"a": json.loads(number)}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b'{"model": "a", "model": "b"}', "model"),
        (b'{"a": {"b": 1, "c": 2, "b": 1}}', "b"),
        (b'{"a": 1, "\\u0061": 2}', "a"),
    ],
)
async def test_a_name_that_is_there_twice_is_refused(data: bytes, field: str) -> None:
    problem = await refusal(data, model=Anything)
    assert isinstance(problem, BadValue)
    assert problem.field == field


def test_the_last_of_190_000_names_is_found_to_be_there_twice() -> None:
    # Compared each with each, they would take minutes.
    names = ",".join(f'"{number}": 1' for number in (*range(190_000), 189_999))
    begun = time.monotonic()
    with pytest.raises(BadValue) as refused:
        load(f"{{{names}}}".encode())
    assert refused.value.field == "189999"
    assert time.monotonic() - begun < 5


# ---- what the noun says of it ----

HI = '{"role": "user", "content": "hi"}'


@pytest.mark.parametrize(
    ("data", "kind", "field", "sentence"),
    [
        ('{"messages": [HI]}', BadValue, "model", "`model` is missing."),
        ('{"model": 1, "messages": [HI]}', BadValue, "model", "`model` should be a valid string."),
        (
            '{"model": "m", "messages": []}',
            BadValue,
            "messages",
            "`messages` should have at least 1 item, not 0.",
        ),
        (
            '{"model": "m", "messages": [HI], "temperature": 3}',
            BadValue,
            "temperature",
            "`temperature` should be less than or equal to 2.",
        ),
        (
            '{"model": "m", "messages": [HI], "mirostat": 1}',
            Unsupported,
            "mirostat",
            "`mirostat` is not known here.",
        ),
        (
            '{"model": "m", "messages": [HI, {"role": "user", "content": "x", "name": "y"}]}',
            Unsupported,
            "messages.1.name",
            "`messages.1.name` is not known here.",
        ),
        (
            '{"model": "m", "messages": [HI], "stop": 7}',
            BadValue,
            "stop",
            "`stop` should be a valid string, or be a valid list.",
        ),
        (
            '{"model": "m", "messages": [HI], "stop": ["a", 7]}',
            BadValue,
            "stop.1",
            "`stop.1` should be a valid string.",
        ),
        (
            '{"model": "m", "messages": [{"role": "user"}]}',
            BadValue,
            "messages.0.content",
            "`messages.0.content` is missing.",
        ),
        (
            '{"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": 1}]}]}',
            BadValue,
            "messages.0.content.0.text",
            "`messages.0.content.0.text` should be a valid string.",
        ),
        (
            '{"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}]}',
            BadValue,
            "messages.0.content.0.text",
            "`messages.0.content.0.text` is missing.",
        ),
        (
            '{"model": "m", "messages": [{"role": "user", "content":'
            ' [{"type": "text", "text": "x", "cache": "long"}]}]}',
            BadValue,
            "messages.0.content.0.cache",
            "`messages.0.content.0.cache` should be 'short'.",
        ),
        (
            '{"model": "m", "messages": [{"role": "user", "content":'
            ' [{"type": "image", "image": {"url": 1}}]}]}',
            BadValue,
            "messages.0.content.0.image.url",
            "`messages.0.content.0.image.url` should be a valid string.",
        ),
        (
            '{"model": "m", "messages": [HI], "bias": {"7": 1.5}}',
            BadValue,
            "bias.7",
            "`bias.7` should be a valid integer.",
        ),
    ],
)
async def test_a_field_that_is_wrong_is_named_as_the_client_names_it(
    data: str, kind: type[SottoError], field: str, sentence: str
) -> None:
    problem = await refusal(data.replace("HI", HI).encode())
    assert (type(problem), problem.field, problem.sentence) == (kind, field, sentence)


def test_of_many_errors_only_the_first_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    placed = []
    real = bodies.place
    monkeypatch.setattr(bodies, "place", lambda *given, **more: placed.append(1) or real(*given, **more))
    data = json.dumps({"model": "m", "messages": [{}] * 10_000}).encode()
    with pytest.raises(BadValue) as refused:
        parse(data, Asked)
    assert refused.value.field == "messages.0.role"
    assert len(placed) <= 50


async def test_a_long_word_the_client_chose_is_not_said_back_whole() -> None:
    part = {"type": "z" * 100_000}
    data = json.dumps({"model": "m", "messages": [{"role": "user", "content": [part]}]}).encode()
    assert len((await refusal(data)).sentence) < 400


async def test_a_name_the_client_chose_is_short_and_plain_when_it_is_said_back() -> None:
    data = json.dumps({"model": "m", "messages": [json.loads(HI)], "\u202e\n" * 5000: 1}).encode()
    problem = await refusal(data)
    assert problem.field is not None
    assert problem.field.isascii()
    assert len(problem.field) <= 60


def test_a_problem_of_ours_in_a_noun_is_told_as_it_is() -> None:
    class Own(Strict):
        text: str

        @field_validator("text")
        @classmethod
        def look(cls, text: str) -> str:
            raise Unsupported("Not this.", hint="That", field="text")

    with pytest.raises(Unsupported, match="Not this"):
        parse(b'{"text": "x"}', Own)


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(some.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_noun_or_a_sentence(data: bytes) -> None:
    with suppress(SottoError):
        parse(data, Asked)


@settings(max_examples=300, deadline=None)
@given(
    some.fixed_dictionaries(
        {},
        optional={
            "model": json_values,
            "messages": json_values
            | some.lists(
                some.fixed_dictionaries(
                    {}, optional={"role": some.just("user"), "content": json_values, "type": json_values}
                )
            ),
            "stop": json_values,
            "bias": json_values,
        },
    )
)
def test_any_fields_are_a_noun_or_a_sentence(value: dict[str, object]) -> None:
    with suppress(SottoError):
        parse(json.dumps(value).encode(), Asked)


# ---- and back ----


def test_a_noun_is_written_with_all_it_has() -> None:
    class Told(BaseModel):
        text: str
        none: str | None = None
        kind: str = Field("x", alias="class")

    response = written(Told(text="naïve"))
    assert response.headers["content-type"] == "application/json"
    assert bytes(response.body) == '{"text":"naïve","none":null,"class":"x"}'.encode()


def test_bounds_are_what_the_pages_say() -> None:
    assert (bodies.MOST_BYTES, bodies.MOST_DEPTH, bodies.MOST_VALUES) == (16 << 20, 64, 200_000)


def test_many_large_bodies_at_once_are_refused() -> None:
    intake = Intake()
    with intake.body("a") as first, intake.body("b") as second:
        first(MOST_OF_ONE)
        second(MOST_OF_ONE)
        with pytest.raises(Crowded) as refused, intake.body("c") as third:
            third(1)
        assert refused.value.retry_after
    assert not intake.sizes
    with intake.body("c") as later:
        later(1)


def test_nobody_is_shut_out_by_the_bodies_of_another() -> None:
    intake = Intake()
    with ExitStack() as open_ones:
        for _ in range(2):
            open_ones.enter_context(intake.body("greedy"))(bodies.MOST_BYTES)
        with pytest.raises(Crowded), intake.body("greedy") as more:
            more(1)
        with intake.body("honest") as own:
            own(bodies.MOST_BYTES)
    assert not intake.sizes
