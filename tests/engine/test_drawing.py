from __future__ import annotations

from pathlib import Path

from sottovoce.engine import drawing
from sottovoce.engine.gguf import Header


def header(**said: object) -> Header:
    metadata = {f"general.sampling.{name}": value for name, value in said.items()}
    return Header(Path("m.gguf"), 3, metadata, (), 32, 0, 0, ())  # type: ignore[arg-type]


def test_what_is_told_are_the_numbers_of_the_engine_itself() -> None:
    from xllamacpp import CommonParams

    own = CommonParams().sampling
    assert drawing.of(header()) == drawing.OWN
    told = (own.temp, own.top_p, own.top_k, own.min_p, own.penalty_repeat)
    said = drawing.OWN
    assert tuple(round(value, 4) for value in told) == (
        said.temperature, said.top_p, said.top_k, said.min_p, said.repeat_penalty,
    )  # fmt: skip


def test_what_the_models_file_says_comes_before_them() -> None:
    found = drawing.of(header(temp=0.699999988079071, top_k=20, top_p=float("nan")))
    assert (found.temperature, found.top_k, found.top_p) == (0.7, 20, drawing.OWN.top_p)
