from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from gguf_samples import Sample, language_model, renamed

from sottovoce.core.errors import BadModelFile
from sottovoce.engine.architectures import ARCHITECTURES, READ_FROM, require_known
from sottovoce.engine.gguf import read_header

LOAD = """
import os, sys, xllamacpp
for path in sys.argv[1:]:
    params = xllamacpp.CommonParams()
    params.model.path, params.fit_params, params.verbosity = path, False, 1
    sys.stdout.write(f"{path}\\n")
    try:
        xllamacpp.Server(params)
    except RuntimeError:
        pass
sys.stdout.flush()
os._exit(0)
"""
REFUSED = re.compile(
    r"(?:unknown|unsupported) model architecture: '(\w+)'|(CLIP) cannot be used as main model"
)
"""As the engine says it. Its threads say when they like which model it was, so only names tell."""


def built_as(architecture: str) -> Sample:
    """Return a file that says nothing but its architecture."""
    return Sample().set("general.architecture", "string", architecture)


def test_the_table_was_read_from_the_engine_that_is_installed() -> None:
    assert version("xllamacpp") == READ_FROM


@pytest.mark.model
def test_the_engine_itself_knows_these_and_no_others(tmp_path: Path) -> None:
    tried = ["strange", "gptj", "clip", *sorted(ARCHITECTURES)]
    paths = [str(built_as(one).write(tmp_path / f"{one}.gguf")) for one in tried]
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *paths], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == paths
    refused = [(name or clip).lower() for name, clip in REFUSED.findall(done.stderr)]
    assert refused == ["strange", "gptj", "clip"]


def test_a_model_that_the_engine_cannot_load_is_named(tmp_path: Path) -> None:
    strange = renamed(language_model(), "strange")
    with pytest.raises(BadModelFile, match="of the kind strange") as raised:
        require_known(read_header(strange.write(tmp_path / "m.gguf")))
    assert "sotto models suggest" in str(raised.value.hint)
    require_known(read_header(language_model().write(tmp_path / "m.gguf")))
