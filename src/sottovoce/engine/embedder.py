"""Vectors of texts, made by a child of its own, pooled as the model's file says.

Texts are computed in small groups, in fair turns over owners, so that a stop is quick and a whole library
holds up nobody's single question. A patient one rests between them while other programs compute.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sottovoce.core.errors import BadValue, TooLong
from sottovoce.core.messages import Conversation
from sottovoce.engine.client import EngineGone
from sottovoce.engine.giving_way import GivingWay
from sottovoce.engine.life import Life
from sottovoce.engine.line import Line
from sottovoce.engine.plan import Plan
from sottovoce.engine.starting import Running, start

WINDOW = 2048
GROUP_TEXTS = 16
GROUP_TOKENS = 512


class Embedder:
    def __init__(self, plan: Plan) -> None:
        window = min(plan.window or WINDOW, WINDOW)
        self.life = Life(replace(plan, window=window, slots=1, embed=True), start, _nothing_to_save)
        self.line = Line(1, plan.longest_wait)
        self._way = GivingWay() if plan.patient else None

    async def embed(self, texts: Sequence[str], owner: str) -> list[list[float]]:
        """Return one vector for each text. Raises BadValue or TooLong naming the text."""
        for at, text in enumerate(texts):
            if not text:
                raise BadValue("This text is empty.", hint="Leave it out", field=f"input.{at}")
        self.line.queue(owner).require_room()
        vectors: list[list[float]] = []
        async with self.life.turn() as running:
            self.line.pace.presume(running.weights)
            try:
                prompts = [await _ids(running, text, at) for at, text in enumerate(texts)]
                for group in groups(prompts):
                    began = time.monotonic()
                    vectors += await self._group(running, group, owner)
                    if self._way is not None:
                        seconds = time.monotonic() - began
                        await self._way.after(seconds, running.child.process.pid)
            except EngineGone:
                raise await self.life.bury(running) from None
            self.life.went_well()
        return vectors

    async def close(self) -> None:
        await self.life.close()

    async def _group(self, running: Running, prompts: list[list[int]], owner: str) -> list[list[float]]:
        cost = sum(map(len, prompts))
        with self.line.place(Conversation(owner), cost, 0, refuse=False) as place:
            async for _ in place.until_inside():
                pass
            body = {"input": prompts}
            with self.line.pace.timing(cost):
                reply = await running.client.call("POST", "/v1/embeddings", body, seconds=None)
            place.read = cost
        return [[float(number) for number in item["embedding"]] for item in reply["data"]]


async def _ids(running: Running, text: str, at: int) -> list[int]:
    """Return a text's tokens. Raises TooLong where they are more than the model sees."""
    window = running.facts.window
    hint = "Split it into shorter parts"
    try:
        ids = (await running.words.prompt(text)).ids
    except TooLong as problem:
        raise TooLong(problem.sentence, hint=hint, field=f"input.{at}") from None
    if len(ids) > window:
        raise TooLong(
            f"This text has {len(ids):,} tokens; {window:,} are embedded at once.",
            hint=hint,
            field=f"input.{at}",
        )
    return ids


def groups(prompts: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """Yield the prompts in groups that are computed in one go, in their order."""
    group: list[list[int]] = []
    for ids in prompts:
        full = len(group) == GROUP_TEXTS or sum(map(len, group)) + len(ids) > GROUP_TOKENS
        if group and full:
            yield group
            group = []
        group.append(ids)
    if group:
        yield group


async def _nothing_to_save(_: Running) -> None:
    """An embedder keeps no state of anybody's."""
