"""Asks the questions of a set, one after the other, and none twice. Is told what asks, and what keeps."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from sottovoce.evals.items import Item
from sottovoce.store.evaluations import Said

Ask = Callable[[str, int], Awaitable[Said]]
"""Asks a question, to be answered in so many tokens."""

Keep = Callable[[Item, Said], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answered:
    """An item with the answer it got; `wrong` says what is wrong with that, and is empty where it passes."""

    item: Item
    said: Said
    wrong: str
    was_kept: bool

    @property
    def passed(self) -> bool:
        return not self.wrong


async def run(
    items: Iterable[Item], ask: Ask, kept: Mapping[str, Said], keep: Keep
) -> AsyncGenerator[Answered, None]:
    """Yield each item with its answer: as it was kept, or asked now and kept at once.

    Every answer is held against the checks as they are today.
    """
    for item in items:
        before = kept.get(item.digest)
        said = before if before is not None else await ask(item.asked, item.max_tokens)
        if before is None:
            await keep(item, said)
        yield Answered(item, said, item.wrong(said.answer), before is not None)
