from __future__ import annotations

from enum import Enum

import pytest

from sottovoce.engine.child import has_card

Type = Enum("Type", "BACKEND_CPU BACKEND_ACCEL BACKEND_GPU BACKEND_IGPU")


class Library:
    def __init__(self, *types: Type) -> None:
        self.types = types

    def get_device_info(self) -> list[dict[str, Type]]:
        return [{"type": type_} for type_ in self.types]


@pytest.mark.parametrize(
    ("types", "has"),
    [
        ([Type.BACKEND_CPU], False),
        ([Type.BACKEND_ACCEL, Type.BACKEND_CPU], False),
        ([Type.BACKEND_GPU, Type.BACKEND_CPU], True),
        ([Type.BACKEND_CPU, Type.BACKEND_IGPU], True),
    ],
)
def test_a_graphics_card_is_told_apart(types: list[Type], has: bool) -> None:
    assert has_card(Library(*types)) is has
