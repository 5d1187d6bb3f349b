"""Start a child with a model in it, once there is memory for it.

Knows nothing of who uses it, nor for how long.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sottovoce.core.errors import BadModelFile, ModelProblem, SottoError
from sottovoce.core.priority import LOW, LOWEST
from sottovoce.engine import marks, threads
from sottovoce.engine.child import BATCH, ChildConfig
from sottovoce.engine.client import Client
from sottovoce.engine.gguf import Header, read_header, read_vocabulary
from sottovoce.engine.kvfiles import Binding
from sottovoce.engine.library import Library
from sottovoce.engine.memory import Need
from sottovoce.engine.plan import Plan, window_of
from sottovoce.engine.protocol import ModelFacts, cannot_embed, cannot_rank
from sottovoce.engine.supervisor import Child
from sottovoce.engine.words import Words

LEEWAY = 1 << 30
"""Bytes that a child may take above what it should need."""

STACK = 16 << 20
"""Bytes for each thread: as much again as is usual."""

Enter = Callable[[Need, int], Awaitable[None]]
"""Waits until there is memory for so much, taken by this process."""


@dataclass(slots=True)
class Running:
    """One loaded child and what was learned of it. `ended` says why it died, once that is known."""

    child: Child
    client: Client
    words: Words
    facts: ModelFacts
    weights: int
    vocabulary: int
    kept: Sequence[str]
    """Control tokens that mark thoughts, and are told."""
    binding: Binding
    kv_bytes_per_token: int
    ended: SottoError | None = None


async def start(plan: Plan, enter: Enter, kv: str | None = None) -> Running:
    """Start a child and load the model, once `enter` has let it in. Whatever fails, no child is left.

    `kv` is the folder for saved slots. Where a library that was built here cannot load what the installed one
    can, that one answers. Raises ModelProblem or Refused.
    """
    library = plan.library.now()
    if library is None:
        return await _start(plan, enter, kv, None)
    try:
        return await _start(plan, enter, kv, library)
    except ModelProblem as problem:
        running = await _start(plan, enter, kv, None)
        plan.library.give_up(library, problem.sentence)
        return running


async def _start(plan: Plan, enter: Enter, kv: str | None, library: Library | None) -> Running:
    if not plan.path.is_file():
        raise BadModelFile(
            f"There is no model file at {plan.path}.", hint="sotto models list shows what is here"
        )
    gauge = threads.OthersGauge(plan.room.pids)
    child = await Child.spawn(plan.watch, library)
    verified: asyncio.Future[str] | None = None
    try:
        header = await asyncio.to_thread(read_header, plan.path)
        window = window_of(header, plan.window)
        need = Need(window, partial(_taken, plan, header))
        await enter(need, child.process.pid)
        config = _config(plan, child, header, need, gauge, kv)
        verified = asyncio.ensure_future(plan.verify())
        client = await child.load(config, header.file_size)
        vocabulary = await asyncio.to_thread(read_vocabulary, plan.path, header)
        binding = Binding(await verified, child.build, window, plan.slots)
    except BaseException:
        if verified is not None:
            verified.cancel()
        await child.stop()
        raise
    longest = header.context_length or window
    build = f"xllamacpp {child.build}"
    facts = ModelFacts(plan.name, binding.digest, window, longest, can_embed=not plan.rank, build=build)
    words = Words(client, vocabulary, window)
    kv_bytes = header.kv_bytes_per_token()
    kept = marks.kept(vocabulary.controls)
    return Running(child, client, words, facts, header.file_size, vocabulary.size, kept, binding, kv_bytes)


def _taken(plan: Plan, header: Header, window: int) -> int:
    """Return the bytes that the model takes with this window."""
    return plan.needs(header, window, plan.slots, window if plan.reads_whole else BATCH)


def _config(
    plan: Plan, child: Child, header: Header, need: Need, gauge: threads.OthersGauge, kv: str | None
) -> ChildConfig:
    others, cores = gauge.read(plan.room.pids), threads.usable_cores()
    most = threads.gentle(cores) if plan.gentle else cores
    chosen = plan.threads or min(most, threads.choose(cores, others, threads.minute_load()))
    socket = child.socket_path()
    return ChildConfig(
        model=str(plan.path),
        socket=socket,
        key=None if socket else secrets.token_urlsafe(32),
        window=need.window,
        slots=plan.slots,
        threads=chosen,
        most=most_of(need.bytes, chosen),
        kv=kv,
        pooling=pooling_of(plan, header),
        priority=priority_of(plan),
    )


def priority_of(plan: Plan) -> int:
    """Return the priority at which a child computes; 0 is every program's."""
    if plan.patient:
        return LOWEST
    return LOW if plan.gentle else 0


def most_of(need: int, threads: int) -> int:
    """Return the bytes of its own that a child may take: its stacks count in full, touched or not."""
    return need + max(LEEWAY, need // 2) + threads * STACK


def pooling_of(plan: Plan, header: Header) -> str | None:
    """Return how a text's vectors become one: as the file says, else their mean; or how well it fits.

    None where none are to be made. Raises Unsupported.
    """
    if plan.rank:
        if not header.ranks:
            raise cannot_rank(plan.name)
        return "rank"
    if not plan.embed:
        return None
    if header.ranks:
        raise cannot_embed(plan.name)
    return header.pooling if header.pooling in ("cls", "last") else "mean"
