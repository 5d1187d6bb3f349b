"""A model that tells how well texts fit a question, on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_samples import encoder, ranker

from sottovoce.core.errors import EngineFailed, Unsupported
from sottovoce.core.messages import Conversation, Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.engine.plan import Plan
from sottovoce.engine.ranks import RankEngine, _finite
from sottovoce.engine.vectors import VectorEngine


async def unverified() -> str:
    return "d" * 64


@pytest.mark.model
async def test_each_text_has_its_score_and_what_is_too_long_is_read_by_its_start(tmp_path: Path) -> None:
    path = ranker().write(tmp_path / "rank.gguf")
    engine = RankEngine(Plan(path, "rank", unverified, threads=1))
    texts = ["c d", "a b", "l k j", ""]
    try:
        scores = await engine.rank("a b", texts)
        assert len({round(score, 6) for score in scores}) == 4
        assert await engine.rank("a b", texts[::-1], "another") == pytest.approx(scores[::-1], abs=1e-6)
        assert await engine.rank("e f", texts) != pytest.approx(scores, abs=1e-6), "the question counts"
        long = "c d e f " * 100
        assert len(set(await engine.rank("a b", [long, f"{long} a a a", "c d e f"]))) == 2
        assert len(set(await engine.rank("b " * 4000, ["a", "a", "c"]))) == 2
        assert await engine.rank("a b", []) == []
        facts = await engine.ready()
        assert (facts.window, facts.can_embed) == (256, False)
        with pytest.raises(Unsupported, match="makes no vectors"):
            await engine.embed(["a"])
        with pytest.raises(Unsupported, match="only ranks texts and cannot answer"):
            async for _ in engine.answer([Message(Role.USER, "Hi")], Sampling(), Conversation("me")):
                pass
        assert engine.load() is not None
    finally:
        await engine.close()
    assert engine.load() is None


async def test_a_model_for_vectors_does_not_rank(tmp_path: Path) -> None:
    plan = Plan(encoder().write(tmp_path / "vectors.gguf"), "vectors", unverified, threads=1)
    with pytest.raises(Unsupported, match="does not tell how well"):
        await VectorEngine(plan).rank("a", ["b"])
    engine = RankEngine(plan)
    try:
        with pytest.raises(Unsupported, match="does not tell how well"):
            await engine.rank("a", ["b"])
    finally:
        await engine.close()


@pytest.mark.parametrize("score", [None, float("nan"), float("inf")])
def test_what_is_no_number_cannot_be_put_in_order(score: float | None) -> None:
    with pytest.raises(EngineFailed):
        _finite(score)
