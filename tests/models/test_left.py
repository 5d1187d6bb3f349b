"""What is left of downloads, as it is told from what stands beside the partial files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sottovoce.core.paths import Home
from sottovoce.models.left import Left, left


def leave(home: Home, key: str, content: object, has_part: bool = True) -> None:
    folder = home.models / "partial"
    folder.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / f"{key}.json").write_text(text)
    if has_part:
        (folder / f"{key}.part").write_bytes(b"0" * 8)


def said(name: str, source: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "source": source, "size": 100, "here": [[0, 20], [40, 50]], **more}


def test_nothing_is_left_where_nothing_was_begun(home: Home) -> None:
    assert left(home) == []


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("hf:org/m-GGUF@0123abc/m.gguf", "hf:org/m-GGUF:m.gguf"),
        ("hf:org/m-GGUF@0123abc/sub/m.gguf", "hf:org/m-GGUF:sub/m.gguf"),
        ("url:https://example.org/m.gguf", "https://example.org/m.gguf"),
    ],
)
def test_it_goes_on_by_what_a_person_would_ask_for(home: Home, source: str, ref: str) -> None:
    leave(home, "m.gguf.0", said("m.gguf", source))
    assert left(home) == [Left(ref, "m", 100, 30)]


def test_the_parts_of_a_model_are_one_and_its_size_is_known_once_all_have_begun(home: Home) -> None:
    first, second = (said(f"m-0000{n}-of-00002.gguf", f"hf:o/r@c/m-0000{n}-of-00002.gguf") for n in (1, 2))
    leave(home, "1", first)
    assert left(home) == [Left("hf:o/r:m-00001-of-00002.gguf", "m", None, 30)]
    leave(home, "2", second)
    assert left(home) == [Left("hf:o/r:m-00001-of-00002.gguf", "m", 200, 60)]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"text"', {}, said("m.gguf", "elsewhere"), said("m.gguf", "url:", size="1")],
)
def test_what_says_nothing_of_use_is_left_out(home: Home, content: object) -> None:
    leave(home, "m.gguf.0", content)
    leave(home, "n.gguf.0", said("n.gguf", "url:https://example.org/n.gguf"), has_part=False)
    assert left(home) == []


def test_what_is_left_is_only_told_of_in_this_folder(home: Home, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(said("m.gguf", "url:https://example.org/m.gguf")))
    assert left(home) == []
