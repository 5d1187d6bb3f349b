"""Tries a program that is installed beside this one: has it look at a home, as sotto doctor does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sottovoce.core.environment import PREFIX
from sottovoce.core.paths import Home
from sottovoce.updates import installing

NAME = "program"


def failing(
    prefix: Path, home: Home, model: str | None, settings: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return the checks that fail, each with what is wrong in a sentence. Changes nothing in the home.

    `settings`: what the environment says, by names without the prefix. Raises SottoError where it hangs.
    """
    command = ["-P", "-m", "sottovoce", "--home", str(home.root.absolute())]
    command += ["--model", model] if model else []
    said = {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
    try:
        done = installing.run(prefix, [*command, "doctor", "--json"], told=said)
        checks = json.loads(done.stdout)["checks"]
        return [(str(one["name"]), str(one["sentence"])) for one in checks if one["grade"] == "fail"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        return [(NAME, f"The program in {prefix} does not start, or cannot check this home ({problem}).")]
