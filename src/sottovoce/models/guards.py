"""Which guard model a file is: by the chat template in its header, or its names and how it is built."""

from __future__ import annotations

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.gguf import read_header
from sottovoce.guard.moderation import GuardModel, recognised
from sottovoce.models.file import ModelFile


def guard_model(model: ModelFile, answering: ModelFile) -> GuardModel:
    """Return what is known of a guard model. Raises BadModelFile where it is none, or is what answers."""
    if model.path.resolve() == answering.path.resolve():
        raise BadModelFile(
            f"{model.name} is the model that answers, and cannot judge itself.",
            hint="Choose a guard model, or none: sotto settings unset guard_model",
        )
    header = read_header(model.path)
    names = (
        model.name,
        model.path.name,
        header.text("general.name") or "",
        header.text("general.basename") or "",
    )
    found = recognised(names, header.architecture, header.chat_template, header.parameters)
    if found is None:
        raise BadModelFile(
            f"{model.name} is no guard model that is known here.",
            hint="Take Llama Guard 3, ShieldGemma or Qwen3Guard-Gen: sotto settings set guard_model NAME",
        )
    return found
