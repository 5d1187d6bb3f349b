"""Damaged models and the real engine: what passes the reader may fail in the child, and never here."""

from __future__ import annotations

import asyncio
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from gguf_samples import Sample, encoder, language_model, mixture, mutations, pieces_of, recurrent, split

from sottovoce.core.errors import BadModelFile, EngineFailed, SottoError
from sottovoce.engine.child import ChildConfig
from sottovoce.engine.gguf import read_header
from sottovoce.engine.llama import LlamaEngine, Plan
from sottovoce.engine.supervisor import Child
from sottovoce.models import starter

pytestmark = pytest.mark.model

ACCEPTED = 40
REFUSED = 20

KILLERS = {
    "layers": ("llama.block_count", struct.pack("<I", 9999)),
    "no layers": ("llama.block_count", struct.pack("<I", 0)),
    "epsilon": ("llama.attention.layer_norm_rms_epsilon", struct.pack("<f", -1.0)),
}
"""Values that end the engine with an abort when it sees them."""


class Patient:
    """One copy of the starter, whose header is changed in place and healed again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copyfile(starter.path(), path)
        self.size = read_header(path).data_offset
        with path.open("rb") as file:
            self.header = file.read(self.size)

    def wear(self, header: bytes) -> None:
        """Put this header in front. A longer one covers weights, until the next one is put on."""
        with starter.path().open("rb") as whole, self.path.open("r+b") as file:
            file.write(whole.read(2 * self.size))
            file.seek(0)
            file.write(header + bytes(-len(header) % 32))

    def with_value(self, key: str, value: bytes) -> bytes:
        at = self.header.index(key.encode()) + len(key) + 4
        return self.header[:at] + value + self.header[at + len(value) :]

    def is_sound(self) -> bool:
        try:
            read_header(self.path)
        except BadModelFile:
            return False
        return True


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return Patient(tmp_path_factory.mktemp("patient") / "patient.gguf")


async def verify() -> str:
    return "0" * 64


async def start(path: Path) -> None:
    """Start the engine on a model, as the program does, and stop it."""
    engine = LlamaEngine(Plan(path, path.stem, verify, window=256, threads=1))
    try:
        await engine.ready()
    finally:
        await engine.close()


async def load(path: Path) -> None:
    """Have a child load a model that nobody looked at before."""
    child = await Child.spawn()
    try:
        await child.load(ChildConfig(str(path), child.socket_path(), None, 256, 1, 1, None))
    finally:
        await child.stop()


async def test_mutations_that_pass_the_reader_never_break_more_than_the_child(patient: Patient) -> None:
    loaded = failed = 0
    for story, header in mutations(pieces_of(patient.header), 5_000, seed=11):
        patient.wear(header)
        if not patient.is_sound():
            continue
        try:
            async with asyncio.timeout(60):
                await start(patient.path)
            loaded += 1
        except SottoError as problem:
            assert problem.sentence, story  # noqa: PT017
            assert problem.hint, story  # noqa: PT017
            failed += 1
        if loaded + failed == ACCEPTED:
            break
    assert loaded + failed == ACCEPTED
    assert loaded
    patient.wear(patient.header)
    await start(patient.path)


async def test_mutations_that_the_reader_refuses_never_break_more_than_the_child(patient: Patient) -> None:
    """Take the first wall away: the second must hold."""
    tried = 0
    for story, header in mutations(pieces_of(patient.header), 5_000, seed=12):
        patient.wear(header)
        if patient.is_sound():
            continue
        try:
            async with asyncio.timeout(60):
                await load(patient.path)
        except SottoError as problem:
            assert problem.sentence, story  # noqa: PT017
        tried += 1
        if tried == REFUSED:
            break
    assert tried == REFUSED


@pytest.mark.parametrize("what", KILLERS)
async def test_a_header_that_kills_the_engine_is_refused_before(patient: Patient, what: str) -> None:
    key, value = KILLERS[what]
    patient.wear(patient.with_value(key, value))
    with pytest.raises(EngineFailed):
        await load(patient.path)
    with pytest.raises(BadModelFile, match=key):
        await start(patient.path)


@pytest.mark.parametrize(("name", "kind"), [("output_norm.weight", 1), ("blk.0.attn_q.weight", 26)])
async def test_weights_the_engine_cannot_compute_with_are_refused_before(
    tmp_path: Path, name: str, kind: int
) -> None:
    sample = language_model()
    sample.tensor(name).type = kind
    path = sample.write(tmp_path / "m.gguf")
    with pytest.raises(EngineFailed):
        await load(path)
    with pytest.raises(BadModelFile, match=name):
        await start(path)


async def test_a_vocabulary_that_repeats_itself_is_refused_before(tmp_path: Path) -> None:
    sample = language_model()
    sample.metadata["tokenizer.ggml.tokens"][1][9] = "he"
    path = sample.write(tmp_path / "m.gguf")
    with pytest.raises(EngineFailed):
        await load(path)
    with pytest.raises(BadModelFile, match="spelled alike"):
        await start(path)


@pytest.mark.parametrize("make", [language_model, mixture, recurrent, encoder])
async def test_the_samples_of_these_tests_are_models_that_load(
    tmp_path: Path, make: Callable[[], Sample]
) -> None:
    await start(make().write(tmp_path / "m.gguf"))


async def test_a_split_model_loads(tmp_path: Path) -> None:
    await start(split(tmp_path)[0])
