"""The small model that comes with the program, so that it answers at once and without a network.

A home may have it optimised; then that file answers there, and the program's own stays where it is.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sottovoce.core.errors import REINSTALL, BadModelFile
from sottovoce.core.paths import Home
from sottovoce.core.sampling import Sampling
from sottovoce.engine.gguf import read_header
from sottovoce.models import optimised
from sottovoce.models.file import ModelFile

SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
FOLDER = Path(__file__).with_name("starter")


def path() -> Path:
    return FOLDER / "SmolLM2-135M-Instruct.Q4_1.gguf"


def card() -> ModelFile:
    """Return what is known of the starter, whether its file is there or not."""
    return ModelFile(
        name="SmolLM2-135M-Instruct",
        path=path(),
        sha256=SHA256,
        licence="Apache-2.0",
        licence_text=FOLDER / "LICENSE.txt",
        languages="English",
        note="a small starter; often wrong",
        # The first two as its makers recommend. The third keeps it from looping: of twelve ordinary
        # questions, 3 were still being answered after 400 tokens without it, 1 with it.
        sampling=Sampling(temperature=0.2, top_p=0.9, repeat_penalty=1.1),
    )


def quick_path(home: Home) -> Path:
    """Return where a home keeps the starter once it is optimised; that of another release lies elsewhere."""
    return optimised.folder(home) / f"starter-{SHA256[:16]}.gguf"


def is_one(path: Path, home: Home) -> bool:
    """Tell whether a file is the starter, as it came or optimised."""
    return path in (card().path, quick_path(home))


def in_home(home: Home) -> ModelFile:
    """Return the starter as a home has it. Raises BadModelFile where its file is not there, or damaged."""
    quick = quick_path(home)
    if not quick.is_file():
        return starter()
    try:
        header = read_header(quick)
    except BadModelFile as problem:
        problem.hint = "To have it answer as it came: sotto models optimise starter --undo"
        raise
    note = f"a small starter; often wrong; {optimised.told(header)}"
    return replace(card(), path=quick, sha256=None, note=note, made_of=optimised.made_of(header))


def starter() -> ModelFile:
    """Return the starter as it came. Raises BadModelFile when its file is not there."""
    if not path().is_file():
        raise BadModelFile(f"The starter model is missing: {path()} is gone.", hint=REINSTALL)
    return card()
