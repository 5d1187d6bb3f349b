"""The vectors of the latest questions, and the passages of a shelf that are near to one.

Knows nothing of words: see search, which is given what is near.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sottovoce.engine.protocol import Engine
from sottovoce.knowledge import vectors
from sottovoce.knowledge.embedding import embed
from sottovoce.knowledge.file import ShelfFile

if TYPE_CHECKING:
    from sottovoce.knowledge.nearest import Vectors

REMEMBERED = 32


class Questions:
    """Asks one engine for vectors. A question that comes again, for the next shelf, costs nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[str, list[float]] = OrderedDict()
        self._digest = ""

    async def vector(self, text: str) -> list[float]:
        """Return a question's vector; of one longer than the model sees, that of its first tokens."""
        digest = (await self._engine.ready()).digest
        if digest != self._digest:  # the model's file was replaced meanwhile
            self._known.clear()
            self._digest = digest
        if text not in self._known:
            self._known[text] = (await embed(self._engine, [text]))[0]
        self._known.move_to_end(text)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return self._known[text]

    async def cosines(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine of each text's vector to that of a question."""
        import numpy as np

        from sottovoce.knowledge import codes

        query = codes.units(await self.vector(question))[0]
        table = codes.units(await embed(self._engine, texts))
        return [float(cosine) for cosine in np.einsum("ij,j->i", table, query)]

    async def near(
        self, file: ShelfFile, held: Vectors, text: str, limit: int, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the passages nearest to a question with their cosines; none where another model made theirs.

        `held` is what is kept in memory of this shelf.
        """
        model = await file.read(vectors.made_by)
        if model is None or model.digest != (await self._engine.ready()).digest:
            return []
        query = await self.vector(text)
        return await file.read(lambda conn: held.nearest(conn, query, limit, among))
