"""The arguments and the environment of a process are seen, but for what its owner gave it."""

from __future__ import annotations

import os
import subprocess
import sys

from torture.seen import Watch

SLEEPS = "import sys; print('up', flush=True); sys.stdin.read()"


def seen(watch: Watch, *words: str, is_owner: bool = False) -> list[str]:
    """Return where the words `told` and `given` stand while such a process runs."""
    around = {**os.environ, "SOTTO_TRIAL": "given"}
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPS, *words], env=around, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        if is_owner:
            watch.owners.add(process.pid)
        watch.look()
        process.stdin.close()
    return sorted(where for where, data in watch.seen if b"told-here" in data or b"SOTTO_TRIAL=given" in data)


def test_arguments_and_environment_are_seen() -> None:
    places = seen(Watch(), "told-here")
    assert "the list of processes" in places
    assert any(place.startswith("the environment of python") for place in places)


def test_what_an_owner_was_given_is_its_own() -> None:
    assert seen(Watch(), is_owner=True) == []


def test_a_process_is_called_by_its_module() -> None:
    watch = Watch()
    seen(watch, "-m", "told-here")
    assert "the environment of told-here" in {where for where, _ in watch.seen}
