"""One person's chat against llama.cpp's own server and llama-cpp-python's: all run, and are asked in turn.

Ours stand as they can be installed: the engine that comes with the program or the one built for this
processor, the starter as it comes (Q4_1) or re-encoded (Q8_0). Each round asks every server once, in an order
that turns; a ratio is of two answers of the same round. All run the same file with as many threads as there
are cores; only a row that says so has the starter re-encoded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import cold, homes, native, peer
from bench.callers import Reply, chat
from bench.instructed import RULES, STEADY, teach
from bench.pairs import NOISE, Row, row
from bench.served import Served, sotto
from bench.sharing import SENTENCE, numbers
from sottovoce.models import starter

WINDOW, SLOTS = 4096, 2
STORY = "Write a long story about a small grey cat who lives by the sea and learns to sail."
LONG, BRIEF = 256, 96
READ_SENTENCES, HISTORY_SENTENCES = 40, 78
"""Some 900 tokens; 1,400 words."""
GIVEN = (
    "The harbour of Saltholm was built in 1874 by Ada Lindqvist. Its lighthouse is 31 metres high. Every "
    "Tuesday at six in the morning the mail boat leaves for the islands, with bread, letters and one "
    "passenger at most. In the winter of 1902 the ice broke the northern pier, and it was never mended."
)
QUOTING = {
    "summarised": f"Summarise in two sentences: {GIVEN}",
    "corrected": f"Correct the spelling and repeat the whole text: {GIVEN.replace('ei', 'ie')}",
    "extracted": f"Copy the sentence that says when the mail boat leaves. {GIVEN}",
}

Ask = Callable[[Served], Awaitable[float]]
Found = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How ours is installed."""

    name: str
    native: bool
    optimised: bool


AS_IT_COMES = Kind("ours", native=False, optimised=False)
BUILT = Kind("ours, engine built here", native=True, optimised=False)
RE_ENCODED = Kind("ours, starter re-encoded", native=False, optimised=True)
BOTH = Kind("ours, both", native=True, optimised=True)
KINDS = (AS_IT_COMES, BUILT, RE_ENCODED, BOTH)
NATIVE, AGAIN, PYTHON = "llama-server", "llama-server again", "llama-cpp-python's server"


async def measure(home: Path, count: int) -> list[Row]:
    async with AsyncExitStack() as stack:
        servers: dict[str, Served] = {}
        for kind in KINDS:
            where = homes.made(home / kind.name, native=kind.native, optimised=kind.optimised)
            teach(where)
            running = sotto(where, keys=2, slots=SLOTS, context=WINDOW, repeat_penalty=1.0, tools="off")
            servers[kind.name] = await stack.enter_async_context(running)
        theirs = native.server(starter.path(), slots=SLOTS, window=WINDOW, keys=2)
        servers[NATIVE] = servers[AGAIN] = await stack.enter_async_context(theirs)
        servers[PYTHON] = await stack.enter_async_context(peer.peer(peer.built()))
        alone = {name: served for name, served in servers.items() if name != AGAIN}
        await rounds(alone, decode, 1)
        return [
            *written(await rounds(servers, decode, count)),
            *read(await rounds(servers, prompt, count)),
            *turned(await rounds(some(servers, BUILT.name), second_turn, max(5, count // 2))),
            *begun(await prepared(some(servers, BUILT.name), count)),
            *quoted(await rounds(some(servers, BOTH.name, PYTHON), quoting, max(3, count // 3))),
        ]


def appendix() -> str:
    """Return what the page says of the peers."""
    plugin = " with ".join(cold.PLUGIN)
    return (
        "\nThe peers, on this machine: llama-server, llama-bench and llama-perplexity, built for its\n"
        f"processor out of the source in {native.RELEASE}; its own server, built likewise; and {plugin},\n"
        "which answers through it. All have as many threads as there are cores.\n"
    )


def some(servers: dict[str, Served], *more: str) -> dict[str, Served]:
    wanted = (AS_IT_COMES.name, NATIVE, AGAIN, *more)
    return {name: served for name, served in servers.items() if name in wanted}


async def rounds(servers: dict[str, Served], ask: Ask, count: int) -> Found:
    """Ask each server once in each round; the round begins with another one each time."""
    names = list(servers)
    found: Found = {name: [] for name in names}
    for at in range(count):
        turn = at % len(names)
        for name in (*names[turn:], *names[:turn]):
            found[name].append(await ask(servers[name]))
    return found


async def prepared(servers: dict[str, Served], count: int) -> Found:
    """Ask for new chats, once the instructions have been read by the first of all."""
    await rounds(servers, new_chat, 1)
    return await rounds(servers, new_chat, count)


def over(found: Found, one: str, other: str) -> list[float]:
    return [a / b for a, b in zip(found[one], found[other], strict=True)]


# ── what is asked ─────────────────────────────────────────────────────────────────────────────────


async def asked(served: Served, messages: Sequence[dict[str, str]], tokens: int, **how: object) -> Reply:
    key = served.keys[next(numbers) % 2]
    return await chat(
        served.port, list(messages), key=key, usage=False, temperature=0, max_tokens=tokens, **how
    )


async def decode(served: Served) -> float:
    """Return the tokens a second between the first and the last."""
    reply = await asked(served, [user(STORY)], LONG)
    assert reply.pieces > LONG / 2, "the answer ended early"
    return (reply.pieces - 1) / (reply.last - reply.first)


async def prompt(served: Served) -> float:
    """Return the prompts a second that are read, of some 900 tokens that nobody has asked before."""
    return 1 / (await asked(served, [user(log(READ_SENTENCES))], 1)).wait


async def second_turn(served: Served) -> float:
    """Return the seconds to the first word of a second turn, behind 1,400 words."""
    first = [user(log(HISTORY_SENTENCES))]
    key = served.keys[0]
    how: dict[str, Any] = {"key": key, "usage": False, "temperature": 0}
    said = await chat(served.port, first, max_tokens=24, **how)
    messages = [
        *first,
        {"role": "assistant", "content": "".join(said.text)},
        user("And then? Tell it at length."),
    ]
    return (await chat(served.port, messages, max_tokens=4, **how)).wait


async def new_chat(served: Served) -> float:
    """Return the seconds to the first word of a new chat behind instructions; a peer reads them anew."""
    question = user(f"Number {next(numbers)}: what is to be done when the lamp goes out at night?")
    if is_ours(served):
        return (await asked(served, [question], 4, model=STEADY)).wait
    instructions = {"role": "system", "content": RULES}
    return (await asked(served, [instructions, question], 4, cache_prompt=False)).wait


async def quoting(served: Served) -> float:
    """Return the tokens a second of all three answers, from the question on, to texts that are new to all."""
    texts = [f"Number {next(numbers)}. {text}" for text in QUOTING.values()]
    replies = [await asked(served, [user(text)], BRIEF) for text in texts]
    return sum(reply.pieces for reply in replies) / sum(reply.ended - reply.asked for reply in replies)


def is_ours(served: Served) -> bool:
    return bool(served.socket)


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def log(sentences: int) -> str:
    text = "".join(SENTENCE.format(at) for at in range(sentences))
    return f"Log {next(numbers)}. {text}What did she see?"


# ── what is said of it ────────────────────────────────────────────────────────────────────────────


def written(found: Found) -> list[Row]:
    bars = [
        (BUILT.name, NATIVE, 0.98),
        (RE_ENCODED.name, NATIVE, 1.02),
        (RE_ENCODED.name, PYTHON, 1.02),
        (BOTH.name, NATIVE, 1.08),
        (BOTH.name, PYTHON, 1.08),
    ]
    return faster("answers written", found, bars)


def read(found: Found) -> list[Row]:
    bars = [(BOTH.name, NATIVE, 1.5), (BOTH.name, PYTHON, 1.5), (RE_ENCODED.name, NATIVE, 1.5)]
    return faster("prompts of 900 tokens read", found, bars)


def faster(what: str, found: Found, bars: Sequence[tuple[str, str, float]]) -> list[Row]:
    """Return who is how much faster than whom, then ours as it comes, and the noise."""
    rows = [
        row(f"{what}, {one} / {other}", over(found, one, other), "×", bar, at_most=False)
        for one, other, bar in bars
    ]
    return [
        *rows,
        row(f"{what}, {AS_IT_COMES.name} / {NATIVE}", over(found, AS_IT_COMES.name, NATIVE), "×", None),
        row(f"{what}, llama-server against itself {NOISE}", over(found, AGAIN, NATIVE), "×", None),
    ]


def turned(found: Found) -> list[Row]:
    what = "first word of a second turn behind 1,400 words"
    return [
        row(f"{what}, {BUILT.name} / {NATIVE}", over(found, BUILT.name, NATIVE), "×", 1.05),
        row(f"{what}, ours / {NATIVE}", over(found, AS_IT_COMES.name, NATIVE), "×", None),
        row(f"{what}, llama-server against itself {NOISE}", over(found, AGAIN, NATIVE), "×", None),
    ]


def begun(found: Found) -> list[Row]:
    what = "first word of a new chat behind 500 tokens of instructions"
    return [
        row(f"{what}, ours / {NATIVE} that reads them", over(found, AS_IT_COMES.name, NATIVE), "×", 0.4),
        row(f"{what}, {BUILT.name} / the same", over(found, BUILT.name, NATIVE), "×", 0.4),
    ]


def quoted(found: Found) -> list[Row]:
    what = "a text summarised, corrected, copied from: tokens a second, reading and all"
    return [
        row(f"{what}, {name} / {other}", over(found, name, other), "×", None, at_most=False)
        for name, other in ((AS_IT_COMES.name, NATIVE), (BOTH.name, NATIVE), (BOTH.name, PYTHON))
    ]
