"""The small model that comes with the program, so that it answers at once and without a network."""

from __future__ import annotations

from pathlib import Path

from sottovoce.core.errors import REINSTALL, BadModelFile
from sottovoce.core.sampling import Sampling
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


def starter() -> ModelFile:
    """Return the starter model. Raises BadModelFile when its file is not there."""
    if not path().is_file():
        raise BadModelFile(f"The starter model is missing: {path()} is gone.", hint=REINSTALL)
    return card()
