"""Read a request's body into a noun, and write an answer's. Knows no protocol.

JSON of any size, depth or strangeness may arrive: it is measured before it is read, and refused in words.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response

from sottovoce.core.errors import BadText, BadValue, Crowded, SottoError, TooLarge, Unsupported
from sottovoce.core.errors import WrongKind as WrongKind
from sottovoce.server.answering import Gone

MOST_BYTES = 16 << 20
MOST_TOGETHER = 64 << 20
"""Bytes of all the bodies that are being read, so that many large ones do not fill the memory."""

MOST_OF_ONE = MOST_TOGETHER // 2
"""Bytes of all the bodies of one owner, so that nobody is shut out by another's."""

MOST_DEPTH = 64
MOST_VALUES = 200_000
MOST_DIGITS = 40
MOST_SAID = 100
"""Characters of a validator's own words: it may quote what was sent."""

LARGE = 128 << 10
"""Bytes from which a body is read beside the loop: others should not wait for it."""

MANY_VALUES = 1_000
"""Values from which it is: each one costs more than its bytes do."""

MOST_EXPLAINED = 50
"""Of the errors that pydantic found: what is said of the first needs no more."""

SEE = "/docs says what this server takes"

M = TypeVar("M", bound=BaseModel)

STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""A JSON string, or one that never ends: else each of its quotes would be tried as a beginning."""

NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b"[]{},")
SHOULD = re.compile("[A-Z][a-z]+ should ")
"""How pydantic begins what it wishes of a value."""

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(slots=True)
class Intake:
    """Counts the bytes of all bodies that are being read, by their owners."""

    sizes: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def body(self, owner: str) -> Iterator[Callable[[int], None]]:
        """Let one body in; it is told of each part's size. Raises Crowded when all are too much together.

        So it does when one owner's are. One alone always gets through: its size has a bound of its own.
        """
        own = 0

        def part(size: int) -> None:
            nonlocal own
            own += size
            self.sizes[owner] += size
            if self.sizes[owner] > MOST_OF_ONE or self.sizes.total() > MOST_TOGETHER:
                raise Crowded(
                    "Too much is being sent to this server at once.",
                    hint="Send it again in a moment",
                    retry_after=1.0,
                )

        try:
            yield part
        finally:
            self.sizes[owner] -= own
            if not self.sizes[owner]:
                del self.sizes[owner]


async def read(
    request: Request, model: type[M], intake: Intake, owner: str, most_bytes: int = MOST_BYTES
) -> M:
    """Read the body into a noun.

    Raises WrongKind, TooLarge, BadText, BadValue, Unsupported or Crowded; Gone if it never ends.
    """
    check_kind(request.headers.get("content-type"), request.headers.get("content-encoding"))
    with intake.body(owner) as part:
        data = await _received(request, part, most_bytes)
        return await asyncio.to_thread(parse, data, model) if _takes_long(data) else parse(data, model)


def written(noun: BaseModel) -> Response:
    """Return a noun as a whole answer. What is None is written so; a noun can say otherwise."""
    return Response(noun.model_dump_json(by_alias=True), media_type="application/json")


def check_kind(kind: str | None, coding: str | None) -> None:
    """Raise WrongKind unless these headers announce JSON as it is."""
    essence, _, more = (kind or "").partition(";")
    charset = re.sub(r"[\s\"]", "", more).lower()
    if essence.strip().lower() != "application/json" or charset not in ("", "charset=utf-8", "charset=utf8"):
        raise WrongKind(
            "The request's body must be JSON.",
            hint="Send the header Content-Type: application/json",
            field="Content-Type",
        )
    if (coding or "identity").strip().lower() != "identity":
        raise WrongKind(
            "The request's body must not be compressed.",
            hint="Send it without Content-Encoding",
            field="Content-Encoding",
        )


async def _received(request: Request, arrived: Callable[[int], None], most: int) -> bytes:
    """Return all of the body, however its length was announced."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most:
        raise _too_large(most)
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        arrived(len(part))
        if size > most:
            raise _too_large(most)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large(most: int) -> TooLarge:
    bound = f"{most >> 20} MB" if most >> 20 else f"{most >> 10} KB"
    return TooLarge(f"A request's body has at most {bound} here.", hint="Send less at once")


def _takes_long(data: bytes) -> bool:
    return len(data) > LARGE or sum(map(data.count, (b",", b"[", b"{"))) > MANY_VALUES


def parse(data: bytes, model: type[M]) -> M:
    """Return the noun that these bytes are, as JSON. Raises what `read` does."""
    value = load(data)
    if not isinstance(value, dict):
        raise BadValue("The request's body must be a JSON object.", hint=SEE)
    try:
        return model.model_validate(value)
    except ValidationError as problem:
        raise _explained(problem, value) from None


def load(data: bytes) -> object:
    """Return what the JSON says, if it can only be read in one way and within bounds."""
    _check_shape(data)
    try:
        value: object = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_number,
            parse_int=_whole,
        )
        if SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise BadText(
            "The request's body has characters that are none.",
            hint="Send it as UTF-8, without half a surrogate pair",
        ) from None
    except ValueError:
        raise BadText("The request's body is not JSON.", hint="Send one JSON object, as UTF-8") from None
    return value


def _check_shape(data: bytes) -> None:
    """Raise TooLarge for more values, or a deeper nest of them, than anybody needs. Reads no text."""
    # Each value is one string at most, and has one for its name. What is left of more is in the way anyhow.
    bare, strings = STRING.subn(b"", data, 2 * MOST_VALUES)
    skeleton = bare.translate(None, NOT_STRUCTURE)
    closings = skeleton.count(b"]") + skeleton.count(b"}")
    if strings == 2 * MOST_VALUES or max(closings, len(skeleton) - closings) >= MOST_VALUES:
        raise TooLarge(f"The request's body has more than {MOST_VALUES:,} values.", hint="Send less at once")
    depth = deepest = 0
    for byte in skeleton:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    if deepest > MOST_DEPTH:
        raise TooLarge(f"The request's body is nested more than {MOST_DEPTH} deep.", hint="Send it flatter")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise BadValue(f"{_named(name)} is there twice.", hint="Send it once", field=_short(name))
        found[name] = value
    return found


def _constant(name: str) -> NoReturn:
    raise BadValue(f"{name} is not a number in JSON.", hint="Send a number, or leave the field out")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadValue(f"{_short(text)} is too large a number.", hint="Send a smaller one")
    return number


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise BadValue(f"{_short(text)} is too large a number.", hint="Send a smaller one")
    return int(text)


def _short(text: str, most: int = 60) -> str:
    """Return what a client chose, fit to be said back to it."""
    plain = ascii(text[:most])[1:-1]
    return plain if len(text) <= most and len(plain) <= most else f"{plain[: most - 3]}..."


def _named(name: str) -> str:
    return f"`{_short(name)}`"


# ---- what pydantic found, in our words ----


def _explained(found: ValidationError, value: object) -> SottoError:
    """Say the first thing that is wrong. Of the readings a field can have, the one that came furthest."""
    all_found = found.errors(include_url=False, include_context=False, include_input=False)[:MOST_EXPLAINED]
    placed = [(place(value, one["loc"], missing=one["type"] == "missing"), one) for one in all_found]
    start = placed[0][0][:1]
    same = [(path, one) for path, one in placed if path[:1] == start]
    path = max((path for path, _ in same), key=len)
    return _sentence(".".join(_short(str(item)) for item in path), [one for at, one in same if at == path])


def _sentence(field: str, found: Sequence[ErrorDetails]) -> SottoError:
    name = f"`{field}`" if field else "The request's body"
    first = found[0]
    if first["type"] == "extra_forbidden":
        return Unsupported(f"{name} is not known here.", hint=f"Leave it out; {SEE}", field=field or None)
    if first["type"] == "missing":
        return BadValue(f"{name} is missing.", hint=SEE, field=field or None)
    said = dict.fromkeys(_short(one["msg"], MOST_SAID).replace(" after validation", "") for one in found)
    wishes = [text.partition(" should ")[2] for text in said if SHOULD.match(text)]
    if wishes:
        return BadValue(f"{name} should {', or '.join(wishes[:3])}.", hint=SEE, field=field or None)
    text = next(iter(said)).removeprefix("Value error, ").removesuffix(".")
    return BadValue(f"{name}: {text}.", hint=SEE, field=field or None)


def place(value: object, loc: Sequence[int | str], *, missing: bool) -> tuple[int | str, ...]:
    """Return where in the input an error is: its `loc` without the names that pydantic put between."""
    path: list[int | str] = []
    last = len(loc) - 1
    for number, item in enumerate(loc):
        if number == last and missing:
            path.append(item)
        elif _holds(value, item) and not _is_tag(value, loc[number:], missing and number + 1 == last):
            path.append(item)
            value = value[item]  # type: ignore[index]
    return tuple(path)


def _is_tag(value: object, rest: Sequence[int | str], next_is_missing: bool) -> bool:
    """Whether a key's name is in `loc` only as that of a kind: what follows it then stands beside it."""
    item, *more = rest
    if not more:
        return False
    inner: Any = value[item]  # type: ignore[index]
    if next_is_missing:
        return not isinstance(inner, dict)
    return not _holds(inner, more[0]) and _holds(value, more[0])


def _holds(value: object, item: int | str) -> bool:
    if isinstance(value, dict):
        return item in value
    return isinstance(value, list) and isinstance(item, int) and 0 <= item < len(value)
