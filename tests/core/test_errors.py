from __future__ import annotations

from collections.abc import Iterator

from sottovoce.core import errors
from sottovoce.core.errors import SottoError


def family(kind: type[SottoError]) -> Iterator[type[SottoError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from family(child)


def test_every_error_is_in_the_drawn_tree() -> None:
    drawn = errors.__doc__ or ""
    assert [kind.__name__ for kind in family(SottoError) if kind.__name__ not in drawn] == []


def test_codes_are_unique_and_exit_codes_are_those_we_promise() -> None:
    kinds = list(family(SottoError))
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert {kind.exit_code for kind in kinds} == {1, 2, 3}
