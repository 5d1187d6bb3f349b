from __future__ import annotations

import math

import pytest

from sottovoce.core.chat_settings import SPANS, ChatSettings, checked, read
from sottovoce.core.errors import BadValue
from sottovoce.core.sampling import Sampling


def test_what_is_set_comes_back_from_what_is_stored() -> None:
    settings = ChatSettings(temperature=0.2, top_k=0, seed=7, context=1024, tools=False)
    assert settings.given() == {"temperature": 0.2, "top_k": 0, "seed": 7, "context": 1024, "tools": False}
    assert read(settings.given()) == settings


def test_the_context_is_nothing_that_an_answer_is_drawn_by() -> None:
    assert ChatSettings(top_p=0.5, context=512, tools=True).sampling() == Sampling(top_p=0.5)


@pytest.mark.parametrize("value", [1, "on", None])
def test_tools_are_on_or_off(value: object) -> None:
    assert read({"tools": value}) == ChatSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 2.1),
        ("temperature", math.nan),
        ("top_k", 1.5),
        ("seed", -1),
        ("seed", 10**400),
        ("max_tokens", 0),
        ("context", 255),
        ("context", True),
    ],
)
def test_a_value_out_of_range_names_its_field(name: str, value: float) -> None:
    with pytest.raises(BadValue) as problem:
        checked(ChatSettings(**{name: value}))  # type: ignore[arg-type]
    assert problem.value.field == f"settings.{name}"
    assert name in problem.value.sentence


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "hot",
        {"temperature": "hot"},
        {"temperature": 3},
        {"temperature": math.nan},
        {"top_k": 1.5},
        {"seed": True},
        {"stop": ["x"]},
    ],
)
def test_of_a_foreign_value_only_sound_settings_are_read(value: object) -> None:
    assert read(value) == ChatSettings()
    assert read({**(value if isinstance(value, dict) else {}), "min_p": 0.1}).min_p == 0.1


def test_every_number_has_a_range() -> None:
    assert set(SPANS) == set(ChatSettings.__dataclass_fields__) - {"tools"}
