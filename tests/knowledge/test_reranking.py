"""What a model that ranks makes of the order of passages, and when the order stays."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from gguf_samples import ranker

from sottovoce.app import App, open_app
from sottovoce.chat.grounded import found_on
from sottovoce.core.errors import (
    Busy,
    EngineFailed,
    LicenceRefused,
    NotEnoughMemory,
    NotFound,
    SottoError,
    TooLong,
    Unsupported,
)
from sottovoce.core.messages import OWNER
from sottovoce.core.paths import Home
from sottovoce.engine.echo import EchoEngine
from sottovoce.engine.protocol import Engine, ModelFacts
from sottovoce.knowledge import documents
from sottovoce.knowledge.chunk import cut
from sottovoce.knowledge.document import Block, Found, Reading
from sottovoce.knowledge.documents import Document
from sottovoce.knowledge.reranking import LOOKED_AT, Reranking, reordered
from sottovoce.knowledge.search import find
from sottovoce.knowledge.shelf import MOST_FOUND, Shelf
from sottovoce.models.kinds import RERANK

# ── the order ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("scores", "order"),
    [
        ([], []),
        ([0.1], [0]),
        ([3, 2, 1], [0, 1, 2]),
        ([5, 5, 5, 5], [0, 1, 2, 3]),
        ([-9.0, -1.0, -8.0], [1, 0, 2]),
        ([0, 0, 1], [2, 0, 1]),
    ],
)
def test_passages_come_in_the_order_of_their_scores_fused_with_the_one_before(
    scores: list[float], order: list[int]
) -> None:
    assert reordered(scores) == order


def test_the_best_by_score_comes_among_the_first_three_and_the_first_before_stays_in_sight() -> None:
    draw = random.Random(4)
    for _ in range(500):
        scores = [float(score) for score in draw.sample(range(LOOKED_AT), LOOKED_AT)]
        order = reordered(scores)
        assert sorted(order) == list(range(LOOKED_AT))
        assert order.index(scores.index(max(scores))) < 3
        assert order.index(0) < MOST_FOUND


# ── what is asked, and when it fails ──────────────────────────────────────────────────────────────


class Ranks(EchoEngine):
    """Gives each text the number that it ends with. `fails` is raised instead; while `stuck`, it hangs."""

    def __init__(self, fails: SottoError | None = None) -> None:
        super().__init__()
        self.fails = fails
        self.stuck = asyncio.Event()
        self.stuck.set()
        self.loads = asyncio.Event()
        self.loads.set()
        self.asked: list[tuple[str, list[str], str]] = []

    async def ready(self) -> ModelFacts:
        await self.loads.wait()
        return await super().ready()

    async def rank(self, question: str, texts: Sequence[str], owner: str = OWNER) -> list[float]:
        self.asked.append((question, list(texts), owner))
        await self.stuck.wait()
        if self.fails is not None:
            raise self.fails
        return [float(text.split()[-1]) for text in texts]


def by(engine: Engine) -> Callable[[], asyncio.Future[Engine]]:
    def ask() -> asyncio.Future[Engine]:
        given: asyncio.Future[Engine] = asyncio.get_running_loop().create_future()
        given.set_result(engine)
        return given

    return ask


def passages(count: int) -> tuple[Found, ...]:
    """Return passages of which each fits better than the one before."""
    return tuple(
        Found("boats", "sails.md", "d", None, ("Sails", "Jibs"), at, at, f"text {at}", 1 - at / 100)
        for at in range(count)
    )


async def test_the_best_passages_are_given_with_their_headings_and_ordered_anew() -> None:
    engine, found = Ranks(), passages(LOOKED_AT + 2)
    anew = await Reranking(by(engine)).order("Which sails?", found, "me")
    assert anew != found
    assert [one.text for one in anew[LOOKED_AT:]] == ["text 16", "text 17"], "these were not looked at"
    assert {one.text for one in anew} == {one.text for one in found}
    assert [one.score for one in anew] == [one.score for one in found], "scores stay with the places"
    (asked,) = engine.asked
    assert asked == ("Which sails?", [f"Sails\nJibs\ntext {at}" for at in range(LOOKED_AT)], "me")


@pytest.mark.parametrize("count", [0, 1])
async def test_nobody_is_asked_where_there_is_no_order(count: int) -> None:
    engine = Ranks()
    assert await Reranking(by(engine)).order("q", passages(count), "me") == passages(count)
    assert not engine.asked


@pytest.mark.parametrize(
    "problem",
    [
        EngineFailed("It died."),
        TooLong("Too long."),
        NotEnoughMemory("No memory."),
        Busy("Too many."),
        LicenceRefused("No."),
        Unsupported("It cannot."),
    ],
)
async def test_the_order_stays_where_the_model_fails(
    problem: SottoError, caplog: pytest.LogCaptureFixture
) -> None:
    assert await Reranking(by(Ranks(problem))).order("q", passages(4), "me") == passages(4)
    assert f"not ordered anew: {problem}" in caplog.text


async def test_the_order_stays_where_the_model_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    async def nobody() -> Engine:
        raise NotFound("There is no such model.")

    assert await Reranking(nobody).order("q", passages(4), "me") == passages(4)
    assert "There is no such model." in caplog.text


async def test_the_order_stays_where_it_takes_too_long(caplog: pytest.LogCaptureFixture) -> None:
    engine = Ranks()
    engine.stuck.clear()
    assert await Reranking(by(engine), seconds=0.01).order("q", passages(4), "me") == passages(4)
    assert len(engine.asked) == 1
    assert "takes longer" in caplog.text


async def test_a_model_that_loads_too_slowly_is_there_for_a_later_question() -> None:
    engine = Ranks()
    engine.loads.clear()
    reranking = Reranking(by(engine), seconds=0.01)
    for _ in range(2):
        assert await reranking.order("q", passages(4), "me") == passages(4)
    assert not engine.asked
    loading = reranking._waking
    assert loading is not None
    engine.loads.set()
    await loading
    assert await Reranking(by(engine)).order("q", passages(4), "me") != passages(4)
    await reranking.close()


async def test_a_load_does_not_outlive_the_shelves() -> None:
    engine = Ranks()
    engine.loads.clear()
    reranking = Reranking(by(engine), seconds=0.01)
    await reranking.order("q", passages(4), "me")
    assert reranking._waking is not None
    await reranking.close()
    assert reranking._waking.cancelled()


# ── a shelf's search ──────────────────────────────────────────────────────────────────────────────

QUESTION = "Which sail is triangular?"


@asynccontextmanager
async def opened(home: Home, **given: str) -> AsyncIterator[App]:
    async with open_app(home=home, environment={"engine": "echo"}, given=given) as app:
        yield app


async def put(shelf: Shelf, name: str, said: str) -> None:
    text, passages = cut(Reading((Block("text", said),)))
    document = Document(0, None, f"/{name}", name, "", "d", 1, 1, 1.0, None, 0, 2.0)
    await shelf.file.run(lambda conn: documents.put(conn, document, text, passages))


@pytest.fixture
async def boats(home: Home) -> Home:
    """A home with a shelf of as many sentences about sails as are looked at, and a model that ranks."""
    ranker().write(home.models / "rank.gguf")
    async with opened(home) as app:
        shelf = await app.shelves.add(OWNER, "boats")
        for at in range(LOOKED_AT):
            said = "which is " if at == LOOKED_AT - 1 else ""
            await put(shelf, f"{at}.md", f"The triangular sail {'of a ship ' * at}{said}{at}")
    return home


async def searched(app: App, limit: int = MOST_FOUND) -> tuple[Shelf, list[str], bool]:
    shelf = await app.shelves.open(OWNER, "boats")
    results = await shelf.search(QUESTION, limit)
    return shelf, [one.document for one in results.found], results.answers


async def test_a_shelf_is_ordered_anew_by_the_model_of_the_setting(boats: Home) -> None:
    async with opened(boats) as app:
        _, plain, answers = await searched(app)
        assert "15.md" not in plain
    async with opened(boats, rerank_model="rank") as app:
        shelf, anew, still = await searched(app)
        assert "15.md" in anew[:3], "what has the words of the question, to this engine"
        assert plain[0] in anew
        assert (len(anew), still) == (len(plain), answers)
        results = await found_on([shelf], QUESTION, 0)
        assert [one.document for one in results.found] == anew, "an answer is made from the same"
        (ranker,) = [engine for model, engine in app.engines.made() if model.kind == RERANK]
        assert ranker is await app.ranker()


async def test_only_who_set_it_pays(boats: Home) -> None:
    async with opened(boats) as app:
        shelf, _, _ = await searched(app)
        assert shelf.reranking is None
        assert [model for model, _ in app.engines.made()] == [app.model]


@pytest.mark.parametrize("limit", [1, 3, MOST_FOUND, 100])
async def test_where_it_fails_a_shelf_is_searched_as_without_it(boats: Home, limit: int) -> None:
    async with opened(boats) as app:
        _, plain, answers = await searched(app, limit)
    async with opened(boats, rerank_model="nobody") as app:
        _, same, still = await searched(app, limit)
    assert (same, still) == (plain, answers)


@pytest.mark.parametrize("limit", [1, 3])
async def test_what_is_looked_at_further_does_not_speak_for_the_best(boats: Home, limit: int) -> None:
    async with opened(boats) as app:
        shelf = await app.shelves.open(OWNER, "boats")
        await put(shelf, "keel.md", "keel " * 8)
        await put(shelf, "rudder.md", f"A keel. A rudder. {'The sea is wide and deep. ' * 12}")
        found = await shelf.file.read(lambda conn: find(conn, "keel rudder ship", limit))
        more = await shelf.file.read(lambda conn: find(conn, "keel rudder ship", limit, (), 8))
    assert more[0][:limit] == found[0]
    assert more[1] == found[1]
    assert len({number for number, _ in more[0]}) == limit + 8
