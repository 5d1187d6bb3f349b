"""What a person is told of how to start a program that came by a bundle."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import cast

from sottovoce.cli._program import as_sotto


def test_a_link_is_told_where_there_are_links() -> None:
    assert as_sotto(Path("/home/o'neil/sotto"), "linux") == (
        """To have it as sotto: ln -sf '/home/o'"'"'neil/sotto' ~/.local/bin/sotto"""
    )


def test_on_windows_the_folder_is_put_into_the_path() -> None:
    launcher = cast(Path, PureWindowsPath(r"C:\Users\O'Neil\sotto\program\sotto.cmd"))
    told = as_sotto(launcher, "win32")
    assert r"'C:\Users\O''Neil\sotto\program;' + [Environment]" in told
    assert "ln -s" not in told


def test_the_help_of_bundles_names_the_program() -> None:
    from sottovoce.cli.bundle import bundle

    assert bundle.help is not None
    assert "the program itself" in bundle.help.replace("\n", " ")
