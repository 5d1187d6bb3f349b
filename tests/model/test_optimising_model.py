"""The real engine finds the optimised starter as good, and a spoilt one not."""

from __future__ import annotations

import math
import random
import threading
from pathlib import Path

import pytest

from sottovoce.engine import recoding
from sottovoce.engine.gguf import read_header
from sottovoce.fit.rig import rigged
from sottovoce.fit.synthetic import Build, write
from sottovoce.models import starter
from sottovoce.models.comparing import Comparison, Speeds, compare, likelihoods, paired

pytestmark = pytest.mark.model

ANY = Speeds(100, 50)
SMALL = {"layers": 2, "width": 256, "heads": 4, "kv_heads": 2, "feed_forward": 512}
TEXT = "Once upon a time there was a little girl who lived with her grandmother in a small house. "


def heard(_: float) -> None:
    """Hears how far it is."""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quick") / "quick.gguf"
    wanted = recoding.planned(read_header(starter.path()))
    recoding.write(wanted, [], path, heard, threading.Event())
    return path


@pytest.fixture(scope="module")
def spoilt(quick: Path) -> Path:
    """Return the same without what attention found."""
    header, data = read_header(quick), bytearray(quick.read_bytes())
    for tensor in header.tensors:
        if "attn_output" in tensor.name:
            start = header.data_offset + tensor.offset
            data[start : start + tensor.nbytes] = bytes(tensor.nbytes)
    path = quick.with_name("spoilt.gguf")
    path.write_bytes(data)
    return path


async def test_a_likelihood_is_what_the_engine_finds_without_being_made_to() -> None:
    async with rigged(starter.path(), window=256, threads=1) as rig:
        tokens = await rig.tokens("The capital of France is")
        vocabulary = read_header(starter.path()).array("tokenizer.ggml.tokens")
        assert vocabulary is not None
        draw = random.Random(1)
        some = [draw.randrange(vocabulary.count) for _ in range(20)]
        likely = [await rig.likelihood(tokens, token) for token in some]
        (paris,) = await rig.tokens(" Paris")
        assert await rig.likelihood(tokens, paris) > math.log(0.1)
    assert max(likely) < 0.0
    assert sum(map(math.exp, likely)) < 1.0, "shares of one whole, not certain by force"


async def test_the_optimised_starter_is_as_good_and_a_spoilt_one_is_not(quick: Path, spoilt: Path) -> None:
    found = []
    for path in (starter.path(), quick, spoilt):
        async with rigged(path, window=256, threads=1) as rig:
            found.append(await likelihoods(rig, TEXT, heard))
    same, other = (Comparison(ANY, ANY, *paired(found[0], one), len(one)) for one in found[1:])
    assert same.tokens > 15
    assert abs(same.perplexity) < 0.02 + same.chance
    assert not other.is_as_good
    assert other.perplexity > 0.1


async def test_two_files_are_timed_in_turn(tmp_path: Path) -> None:
    kinds = [write(Build(packing=kind, **SMALL), tmp_path / f"{kind}.gguf") for kind in ("Q4_1", "Q8_0")]
    parts: list[float] = []
    found = await compare(*kinds, 1, parts.append, TEXT)
    assert found.tokens > 15
    assert min(found.old.prompt, found.new.prompt, found.old.decode, found.new.decode) > 0
    assert (parts == sorted(parts), parts[-1]) == (True, 1.0)
