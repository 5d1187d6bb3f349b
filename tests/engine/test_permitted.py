from __future__ import annotations

import pytest

from sottovoce.core.errors import LicenceRefused
from sottovoce.core.messages import Conversation
from sottovoce.core.sampling import Sampling
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.permitted import PermittedEngine


@pytest.mark.parametrize("what", ["ready", "answer", "embed", "rank"])
async def test_nothing_is_computed_that_is_not_permitted(what: str) -> None:
    allowed = True

    async def permit() -> None:
        if not allowed:
            raise LicenceRefused("No.")

    inner = EchoEngine(can_embed=True)
    engine = PermittedEngine(inner, permit)

    async def ask() -> None:
        if what == "answer":
            assert [piece async for piece in engine.answer("one two", Sampling(), Conversation("me"))]
        elif what == "rank":
            assert await engine.rank("one two", ["two"]) == [1.0]
        else:
            await (engine.ready() if what == "ready" else engine.embed(["one"]))

    await ask()
    said = list(inner.prompts), list(inner.texts)
    allowed = False
    with pytest.raises(LicenceRefused):
        await ask()
    assert (inner.prompts, inner.texts) == said
