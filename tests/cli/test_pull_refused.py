"""What bad input gets from `sotto models pull`: one sentence, a next step, and nothing half-installed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from getting import small_model
from gguf_samples import language_model, renamed, split
from mirror import Ask, Blob, Handler, Mirror

from sottovoce.models import getting

NAME = "org/m-GGUF"
REF = f"hf:{NAME}"
PAGE = b"<!DOCTYPE html><title>Log in</title>"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"


def holds(start: bytes) -> Callable[[Mirror, Path, pytest.MonkeyPatch], None]:
    """Let the repository hold this under a model's name."""

    def arrange(mirror: Mirror, _: Path, __: pytest.MonkeyPatch) -> None:
        mirror.put(NAME, ("m-Q4_0.gguf", start + bytes(100_000)))

    return arrange


def named(*names: str) -> Callable[[Mirror, Path, pytest.MonkeyPatch], None]:
    def arrange(mirror: Mirror, _: Path, __: pytest.MonkeyPatch) -> None:
        mirror.put(NAME, *((name, small_model()) for name in names))

    return arrange


def facts(**changes: Any) -> Callable[[Mirror, Path, pytest.MonkeyPatch], None]:
    def arrange(mirror: Mirror, _: Path, __: pytest.MonkeyPatch) -> None:
        mirror.put(NAME, ("m-Q4_0.gguf", small_model()), **changes)

    return arrange


def is_empty(mirror: Mirror, _: Path, __: pytest.MonkeyPatch) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", b""))


def is_strange(mirror: Mirror, _: Path, __: pytest.MonkeyPatch) -> None:
    mirror.put(NAME, ("m-Q4_0.gguf", renamed(language_model(), "strange").bytes()))


def other_content(mirror: Mirror, _: Path, __: pytest.MonkeyPatch) -> None:
    def flipped(here: Handler, blob: Blob, ask: Ask) -> None:
        here.send_head(blob, ask)
        here.send_body(here.body(blob, ask)[:-1] + b"x")

    mirror.fault = flipped


def login(mirror: Mirror, _: Path, __: pytest.MonkeyPatch) -> None:
    """Every answer of the store is a page, as behind the wall of a hotel's network."""
    mirror.fault = lambda here, blob, ask: here.send(200, PAGE, {"Content-Type": "text/html"})


def lacks_a_part(mirror: Mirror, folder: Path, _: pytest.MonkeyPatch) -> None:
    mirror.put(NAME, *split(folder, "m-Q4_0")[:2])


def has_no_disk(_: Mirror, __: Path, patched: pytest.MonkeyPatch) -> None:
    patched.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))


def has_no_memory(_: Mirror, __: Path, patched: pytest.MonkeyPatch) -> None:
    patched.setattr(getting, "available", lambda: 100)


def is_offline(_: Mirror, __: Path, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("SOTTO_NETWORK", "off")


def has_a_wrong_token(mirror: Mirror, _: Path, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("SOTTO_HF_TOKEN", "hf_canary")
    mirror.repos[NAME].private = True


BAD: dict[str, tuple[Any, int, str]] = {
    "another content than announced": (other_content, 1, "another SHA-256"),
    "a page of a wall in between": (login, 1, "not what was announced|is a web page"),
    "a web page": (holds(PAGE), 1, "is a web page"),
    "a pointer of git-lfs": (holds(POINTER), 1, "only points to the model"),
    "a safetensors file": (holds(b"\x10\0\0\0\0\0\0\0{"), 1, "is a safetensors file"),
    "a zip archive": (holds(b"PK\x03\x04"), 1, "is a zip archive"),
    "a pickle": (holds(b"\x80\x02"), 1, "is a Python pickle"),
    "nothing known": (holds(b"junk"), 1, "is not a GGUF model"),
    "an empty file": (is_empty, 1, "is empty there"),
    "a header without end": (holds(b"GGUF\x03\0\0\0" + b"\xff" * 16), 1, "damaged"),
    "a part that is missing": (lacks_a_part, 2, "lacks a part of this model: m-Q4_0-00003-of-00003"),
    "no room on the disk": (has_no_disk, 1, "of disk; [0-9]+ kB are free"),
    "no room in memory": (has_no_memory, 3, "of memory are free"),
    "a gate, and no token": (facts(gated="manual"), 3, "is gated"),
    "a token that is not known": (has_a_wrong_token, 3, "does not know the token"),
    "a licence that nobody knows": (facts(licence="strange-1.0"), 3, "Commercial use: not known here"),
    "no licence": (facts(licence="other"), 3, "a licence that is not named"),
    "a kind that the engine does not know": (is_strange, 1, "of the kind strange"),
    "a path out of the folder": (named("../m-Q4_0.gguf"), 2, "no name for a file|not plain"),
    "a path from the root": (named("/m-Q4_0.gguf"), 2, "not plain"),
    "a device's name": (named("NUL.Q4_0.gguf"), 2, "the name of a device"),
    "letters that turn the text": (named("m\u202e-Q4_0.gguf"), 2, "holds more than the letters"),
    "a name without end": (named("m" * 300 + "-Q4_0.gguf"), 2, "longer than 200 letters"),
    "the starter's name": (named("starter.gguf"), 2, "the model that came with the program"),
    "no GGUF file": (named("model.safetensors"), 2, "has no GGUF file"),
    "a network that is off": (is_offline, 3, "nothing leaves this machine"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_gets_a_sentence_and_a_next_step_and_installs_nothing(
    sotto: Any, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    arrange, code, sentence = BAD[what]
    folder = tmp_path / "there"
    folder.mkdir()
    arrange(mirror, folder, monkeypatch)
    accept = [] if code == 3 and "licence" in what else ["--accept-licence"]
    refused = sotto("models", "pull", REF, *accept)
    assert refused.code == code, refused.err
    assert re.search(sentence, refused.err), refused.err
    assert refused.err.count("hint: ") == 1
    assert "Traceback" not in refused.err
    assert "canary" not in refused.err
    assert list((tmp_path / "home" / "models").glob("*.gguf")) == []
    assert list(tmp_path.rglob("m-Q4_0.gguf")) == []
