"""What the engine is built of is pinned, and of the release that is installed."""

from __future__ import annotations

import shutil
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from packaging.tags import Tag

from sottovoce.core.errors import Unsupported
from sottovoce.fit import built
from sottovoce.native import sources

LOCK = Path(__file__).parents[2] / "requirements.lock"
TEXT = resources.files("sottovoce.native").joinpath("sources.toml").read_text("utf-8")
FILES = tomllib.loads(TEXT)["file"]


def test_the_source_is_the_one_that_the_lock_knows() -> None:
    first = FILES[0]
    assert first["name"] == f"xllamacpp-{built.release()}.tar.gz"
    _, _, rest = LOCK.read_text().partition(f"xllamacpp=={built.release()}")
    hashes = rest.partition("\n    #")[0]
    assert f"sha256:{first['sha256']}" in hashes


def test_every_file_is_pinned_and_lies_where_its_content_says() -> None:
    for one in FILES:
        assert len(one["sha256"]) == 64
        assert one["size"] > 10_000
        assert len(one["place"].replace("/", "")) == 64, "32 bytes of BLAKE2b"


def test_tools_fit_the_machine_and_what_the_system_has_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    arm = [Tag("py3", "none", "manylinux_2_17_aarch64"), Tag("py3", "none", "any")]
    monkeypatch.setattr(sources, "sys_tags", lambda: arm)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    names = [one.name for one in sources.needed()]
    assert [name.partition("-")[0] for name in names] == [
        "xllamacpp", "cython", "setuptools", "versioneer", "ninja", "cmake"
    ]  # fmt: skip
    assert all("x86_64" not in name for name in names)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert len(sources.needed()) == 5, "cmake is there"


def test_a_machine_without_tools_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "sys_tags", lambda: [Tag("py3", "none", "any")])
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Unsupported, match="no ninja for this machine"):
        sources.needed()
