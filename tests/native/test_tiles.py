"""A compiler that sets up matrix tiles wrongly is told what helps; one that does not is left alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sottovoce.native import tiles

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="an engine is built on Linux")


def compiler(folder: Path, dies: str) -> str:
    """Return a program that compiles what dies of an illegal instruction, where its own arguments are so."""
    path = folder / "c++"
    path.write_text(
        f"""#!/bin/sh
for program; do :; done
printf '#!/bin/sh\\nexit 0\\n' > "$program"
case " $* " in {dies}) printf '#!/bin/sh\\nkill -ILL $$\\n' > "$program";; esac
chmod 700 "$program"
"""
    )
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize(
    ("dies", "told"),
    [
        ("nothing", ()),
        ("*'-march=native /'*", tiles.KEPT),
        ("*", tiles.WITHOUT),
    ],
    ids=["sound", "leaves stores out", "always wrong"],
)
def test_it_is_told_what_its_programs_need_to_run(tmp_path: Path, dies: str, told: tuple[str, ...]) -> None:
    assert tiles.flags(compiler(tmp_path, dies)) == told


def test_what_this_machines_own_compiler_makes_runs_with_what_it_is_told() -> None:
    assert tiles.flags("c++") != tiles.WITHOUT


def test_a_compiler_that_fails_counts_as_one_without_tiles(tmp_path: Path) -> None:
    assert tiles.flags(str(tmp_path / "none")) == tiles.WITHOUT
