"""What tests of downloads share: a way to the mirror, and a file to get."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

from gguf_samples import TensorSpec, language_model
from mirror import Mirror

from sottovoce.core.paths import Home
from sottovoce.models.download import bring
from sottovoce.models.partial import Partial, Wanted
from sottovoce.models.way import Manner, Way
from sottovoce.net.address import Where
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger

QUICK = Manner(
    least=64 << 10, settle=0.0, fast=1e12, tries=4, step=4096, pause=0.01, write_every=0.02, save_every=0.02
)


def small_model() -> bytes:
    """Return a whole little model of a megabyte."""
    sample = language_model()
    sample.tensors.append(TensorSpec("filler.weight", (32, 8192)))
    return sample.bytes()


def way(home: Home, manner: Manner = QUICK, **door: Any) -> Way:
    opened = Door(
        **{"setting": lambda: "ask", "ledger": Ledger(home.ledger), "where": Where.ANYWHERE, **door}
    )
    return Way(opened, explicit=True, elsewhere={"127.0.0.1"}, manner=manner)


def wanted(mirror: Mirror, data: bytes, **changes: Any) -> Wanted:
    mirror.put("org/repo", ("m.gguf", data))
    known = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **changes}
    return Wanted(mirror.url("org/repo", "m.gguf"), "m.gguf", "hf:org/repo/m.gguf", **known)


async def brought(way: Way, home: Home, file: Wanted) -> Path:
    """Download to the end, and install."""
    with Partial(home.models / "partial", file) as partial:
        async with contextlib.aclosing(bring(way, partial)) as coming:
            async for _ in coming:
                pass
        partial.install(home.models / file.name)
        partial.forget()
    return home.models / file.name
