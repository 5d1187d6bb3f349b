from __future__ import annotations

import sys

import pytest

from sottovoce.cli._show import Show
from sottovoce.cli.chat.clipboard import copy_text
from sottovoce.core.errors import BadValue

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in tools are shell scripts")


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """Return a folder that holds the only programs there are."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(name: str, script: str) -> None:
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    return make


async def test_the_desktops_own_tool_gets_the_text(tools, tmp_path):
    tools("xclip", f'while read -r line; do echo "$line"; done > {tmp_path}/copied')
    assert await copy_text(Show(), "one\ntwo\n") == "with xclip"
    assert (tmp_path / "copied").read_text() == "one\ntwo\n"


async def test_a_tool_that_fails_is_passed_over(tools):
    tools("wl-copy", "exit 1")
    tools("pbcopy", "while read -r line; do :; done; exit 0")
    assert await copy_text(Show(), "text") == "with pbcopy"


async def test_a_text_too_long_for_the_terminal_is_not_said_to_be_copied(tools):
    with pytest.raises(BadValue):
        await copy_text(Show(), "x" * 100_000)
