"""What a handle of the catalogue brings, and what counts where the hub and the catalogue differ."""

from __future__ import annotations

import hashlib

import pytest
from mirror import Mirror

from sottovoce.core.errors import BadModelFile, NotEnoughMemory
from sottovoce.core.paths import Home
from sottovoce.fit import known
from sottovoce.fit.estimate import Pace, Program
from sottovoce.fit.machine import look
from sottovoce.models import choosing, getting
from sottovoce.models.catalogue import own_file
from sottovoce.models.choosing import needed
from sottovoce.models.getting import Means
from sottovoce.models.names import parse
from sottovoce.models.plan import Plan

NAME = "org/m-GGUF"
SHAPE = """
[model.shape]
layers = 2
width = 64
heads = 4
kv_heads = 2
head_length = 16
feed_forward = 128
vocabulary = 256
tied = true
"""


def write_card(home: Home, *files: tuple[str, str, bytes, str]) -> None:
    """Write a card with these files: name, packing, content, and the SHA-256 it is said to have."""
    rows = [
        f"[[model.file]]\nname = '{name}'\npacking = '{packing}'\nsize = {len(data)}\n"
        + (f"sha256 = '{digest}'\n" if digest else "")
        for name, packing, data, digest in files
    ]
    head = f"name = 'mine'\ntitle = 'Mine'\npublisher = 'me'\nkind = 'chat'\nrepository = '{NAME}'\n"
    facts = "licence = 'cc-by-nc-4.0'\nparameters = 1000\ncontext = 512\n"
    own_file(home).write_text(f"[[model]]\n{head}{facts}{SHAPE}{''.join(rows)}", "utf-8")


async def planned(home: Home, mirror: Mirror, ref: str = "mine") -> Plan:
    return await getting.planned(Means(home, lambda: "ask", mirror.hub, "private"), parse(ref))


@pytest.mark.parametrize("measured", [True, False])
async def test_a_handle_brings_the_file_that_fit_names(
    home: Home, mirror: Mirror, weights: bytes, measured: bool
) -> None:
    if measured:
        costs = {f"{what} {kind}": 2e-12 for kind in ("Q4_K", "Q8_0") for what in ("once", "few", "each")}
        known.keep(home, known.Measured(known.key_of(look()), Pace(costs), Program()))
    mirror.put(NAME, ("m-Q4_K_M.gguf", weights), ("m-Q8_0.gguf", weights))
    write_card(home, ("m-Q4_K_M.gguf", "Q4_K_M", weights, ""))
    assert [file.name for file in (await planned(home, mirror)).files] == ["m-Q4_K_M.gguf"]


async def test_what_the_catalogue_knows_of_a_file_counts(home: Home, mirror: Mirror, weights: bytes) -> None:
    digest = hashlib.sha256(weights).hexdigest()
    repo = mirror.put(NAME, ("m-Q8_0.gguf", weights), licence="apache-2.0")
    repo.files["m-Q8_0.gguf"].lfs = False  # the hub names no digest
    write_card(home, ("m-Q8_0.gguf", "Q8_0", weights, digest))
    plan = await planned(home, mirror)
    assert (plan.sha256, plan.licence) == (digest, "cc-by-nc-4.0")


@pytest.mark.parametrize("ref", ["mine", f"hf:{NAME}:Q8_0"])
async def test_another_file_than_the_catalogue_knows_is_refused(
    home: Home, mirror: Mirror, weights: bytes, ref: str
) -> None:
    mirror.put(NAME, ("m-Q8_0.gguf", weights))
    write_card(home, ("m-Q8_0.gguf", "Q8_0", weights, "0" * 64))
    with pytest.raises(BadModelFile, match="that the catalogue knows") as raised:
        await planned(home, mirror, ref)
    assert f"hf:{NAME}:m-Q8_0.gguf@REVISION" in str(raised.value.hint)
    commit = mirror.repos[NAME].commit
    assert (await planned(home, mirror, f"hf:{NAME}:Q8_0@{commit}")).sha256


async def test_the_licence_of_content_that_the_catalogue_knows_is_the_catalogues(
    home: Home, mirror: Mirror, weights: bytes
) -> None:
    mirror.put("org/copy-GGUF", ("copy-Q8_0.gguf", weights), licence="apache-2.0")
    write_card(home, ("m-Q8_0.gguf", "Q8_0", weights, hashlib.sha256(weights).hexdigest()))
    assert (await planned(home, mirror, "hf:org/copy-GGUF")).licence == "cc-by-nc-4.0"


async def test_where_nothing_fits_it_is_said_what_would(
    home: Home, mirror: Mirror, weights: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.put("org/large-GGUF", ("large-Q8_0.gguf", weights))
    write_card(home, ("m-Q8_0.gguf", "Q8_0", b"small", ""))
    monkeypatch.setattr(choosing, "BESIDE", 0)  # the samples are smaller than what it allows for
    monkeypatch.setattr(getting, "available", lambda: needed(5))
    with pytest.raises(NotEnoughMemory) as raised:
        await planned(home, mirror, "hf:org/large-GGUF")
    assert raised.value.hint == (
        "What runs here: sotto models pull mine. "
        "To take it all the same: sotto models pull hf:org/large-GGUF:large-Q8_0.gguf"
    )
