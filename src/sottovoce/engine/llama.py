"""The real engine: llama.cpp in a child process, started when needed and put to sleep when idle.

Joins the child, its slots, the kept states and the words. Knows nothing of chats as people see them;
the caller says which model file it is and how its content is verified.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sottovoce.core.errors import BadModelFile, EngineFailed, SottoError, TooLong
from sottovoce.core.events import Finished, Piece, Reading, Text, Timings, Usage
from sottovoce.core.messages import Conversation, Message
from sottovoce.core.sampling import Sampling, checked, laid_over
from sottovoce.engine import memory, threads
from sottovoce.engine.child import ChildConfig
from sottovoce.engine.client import Client, EngineGone
from sottovoce.engine.gguf import Header, control_tokens, read_header
from sottovoce.engine.kvfiles import Binding, KeptState, KvFiles
from sottovoce.engine.protocol import ModelFacts
from sottovoce.engine.slots import Script, Slot, Slots, common_prefix
from sottovoce.engine.supervisor import Child
from sottovoce.engine.words import Prompt, Words

log = logging.getLogger(__name__)

RESTARTS = 2
QUICK_PIECE = 128
LONG_PIECE = 512
"""A long prompt is fed in pieces: small ones while others wait, larger ones, 12 % quicker, when alone."""

WORTH_KEEPING = 64
"""Fewer tokens than this are computed again sooner than their state is read and checked."""

SAVE_AFTER_SECONDS = 20.0
REASONS = {"eos": "stop", "limit": "length", "word": "stop_text"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Which model to run and how. `verify` returns the content's SHA-256 or raises BadModelFile."""

    path: Path
    name: str
    verify: Callable[[], Awaitable[str]]
    defaults: Sampling = field(default_factory=Sampling)
    window: int = 4096
    """Tokens for each slot; 0 takes all that the model was made for."""
    slots: int = 1
    threads: int = 0
    idle_seconds: float = 600.0
    """Put the model to sleep after this long without a question; 0 never."""
    watch: str | None = None
    embed: bool = False


@dataclass(slots=True)
class Running:
    """One loaded child and what was learned of it."""

    child: Child
    client: Client
    words: Words
    facts: ModelFacts
    binding: Binding
    kv_bytes_per_token: int


class LlamaEngine:
    def __init__(self, plan: Plan, kept: KvFiles | None = None) -> None:
        self.plan = plan
        self._kept = kept
        self._slots = Slots(plan.slots)
        self._running: Running | None = None
        self._changing = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._crashes = 0
        self._caretaker: asyncio.Task[None] | None = None
        self._embedder: LlamaEngine | None = None

    async def ready(self) -> ModelFacts:
        return (await self._awake()).facts

    async def count(self, messages: Sequence[Message]) -> int:
        return len((await (await self._awake()).words.prompt(messages)).ids)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        return await (await self._awake()).words.weigh(texts)

    async def answer(
        self, messages: Sequence[Message], sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. A child that died unnoticed is replaced once, before the first word."""
        checked(sampling)
        asked = time.monotonic()
        for last_try in (False, True):
            begun = False
            try:
                async with contextlib.aclosing(
                    self._answer(messages, sampling, conversation, asked)
                ) as pieces:
                    async for piece in pieces:
                        begun = begun or isinstance(piece, Text)
                        yield piece
                self._crashes = 0
                return
            except EngineGone:
                async with self._changing:
                    problem = await self._bury()
                if begun or last_try:
                    raise problem from None
                log.warning("The engine was gone and is started again: %s", problem.sentence)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See Engine.embed. Vectors are the mean over a text's tokens, made by a second child."""
        if self._embedder is None:
            plan = Plan(
                self.plan.path,
                self.plan.name,
                self.plan.verify,
                window=min(self.plan.window or 2048, 2048),
                threads=self.plan.threads,
                idle_seconds=60.0,
                watch=self.plan.watch,
                embed=True,
            )
            self._embedder = LlamaEngine(plan)
        return await self._embedder._vectors(texts)

    async def forget(self, conversation: Conversation) -> None:
        slot = self._slots.of(conversation)
        if slot is not None:
            async with self._slots.hold(conversation) as held:
                await self._erase(held)
        if self._kept is not None and self._kept.is_ours:
            self._kept.forget(conversation)

    async def close(self) -> None:
        if self._caretaker is not None:
            self._caretaker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._caretaker
        if self._embedder is not None:
            await self._embedder.close()
        async with self._changing:
            await self._sleep()
        if self._kept is not None:
            self._kept.close()

    # ── one answer ────────────────────────────────────────────────────────────────────────────────

    async def _answer(
        self, messages: Sequence[Message], sampling: Sampling, conversation: Conversation, asked: float
    ) -> AsyncGenerator[Piece, None]:
        fresh = sampling.seed is not None
        looked_up = asyncio.create_task(self._look_up(conversation, fresh))
        try:
            running = await self._awake()
            usual = await running.words.prompt(messages)
            self._require_room(usual.ids, running.facts)
            kept = await looked_up
        finally:
            looked_up.cancel()
        async with self._slots.hold(conversation, alone=fresh) as slot:
            if kept is None:  # it may have been saved while we waited for the slot
                kept = await self._look_up(conversation, fresh)
            await self._seat(running, slot, conversation, kept, usual)
            prompt = usual.ids if fresh else await running.words.continued(usual, slot.script)
            self._require_room(prompt, running.facts)
            reused = 0 if fresh else slot.shared(prompt)
            slot.script = Script() if fresh else slot.script.cut(reused)
            slot.unsaved = True
            if not fresh:
                async for reading in self._feed(running, slot, prompt, reused):
                    yield reading
            body = request(prompt, sampling, self.plan.defaults, running.facts.window)
            body |= {"id_slot": slot.number, "cache_prompt": not fresh}
            spoken = _Spoken()
            try:
                async with contextlib.aclosing(running.client.stream("/completion", body)) as events:
                    async for event in events:
                        if event["stop"]:
                            spoken.end(event["stop_type"])
                            yield Reading(len(prompt), len(prompt))
                            yield finished(event, len(prompt), reused, asked, spoken.began)
                            break
                        spoken.add(event)
                        if event["content"]:
                            yield Text(event["content"])
            finally:
                if spoken.began:
                    slot.script = spoken.script(slot.script, usual.text, prompt)

    async def _look_up(self, conversation: Conversation, fresh: bool) -> KeptState | None:
        """Read and check the kept state of a chat that sits in no slot, while the engine starts."""
        kept = self._kept
        if fresh or kept is None or not kept.is_ours or conversation.chat is None:
            return None
        if self._slots.of(conversation) is not None:
            return None
        async with self._saving:
            return await asyncio.to_thread(kept.read, conversation)

    def _require_room(self, prompt: list[int], facts: ModelFacts) -> None:
        if len(prompt) >= facts.window:
            raise TooLong(
                f"The question takes {len(prompt)} tokens; this model sees {facts.window} at once.",
                hint="Ask with less text, or give it a larger window: sotto settings set context 8192",
            )

    async def _seat(
        self,
        running: Running,
        slot: Slot,
        conversation: Conversation,
        kept: KeptState | None,
        prompt: Prompt,
    ) -> None:
        """Make the slot this conversation's: save who sat there, and bring back what is kept."""
        if slot.conversation == conversation and conversation.chat is not None:
            return
        if slot.unsaved:
            await self._save(running, slot)
        if slot.conversation is not None and slot.conversation.owner != conversation.owner:
            await self._erase(slot)
        slot.conversation = conversation
        slot.unsaved = False
        if kept is None or kept.binding != running.binding:
            return
        _, known = kept.script.agreed(prompt.text)
        if max(known, common_prefix(kept.script.tokens, prompt.ids)) > slot.shared(prompt.ids):
            await self._restore(running, slot, kept)

    async def _feed(
        self, running: Running, slot: Slot, prompt: list[int], start: int
    ) -> AsyncGenerator[Reading, None]:
        """Have a long prompt read piece by piece, so that a stop and other callers are served between."""
        read = start
        while len(prompt) - read > LONG_PIECE:
            yield Reading(read, len(prompt))
            read += QUICK_PIECE if self._slots.waiting or self._has_company(slot) else LONG_PIECE
            body = {
                "prompt": prompt[:read],
                "n_predict": 0,
                "cache_prompt": True,
                "id_slot": slot.number,
                "stream": True,
            }
            async with contextlib.aclosing(running.client.stream("/completion", body)) as events:
                async for _ in events:
                    pass

    def _has_company(self, slot: Slot) -> bool:
        return any(other.busy for other in self._slots.all if other is not slot)

    # ── slots and their kept states ───────────────────────────────────────────────────────────────

    async def _save(self, running: Running, slot: Slot) -> None:
        """Keep what the slot holds on disk. Failing to costs only time later, so it is logged, not raised."""
        kept, conversation = self._kept, slot.conversation
        slot.unsaved = False
        if kept is None or not kept.is_ours or conversation is None or conversation.chat is None:
            return
        if len(slot.script.tokens) < WORTH_KEEPING:
            return
        part = kept.make_room(conversation, len(slot.script.tokens) * running.kv_bytes_per_token)
        if part is None:
            return
        try:
            await running.client.call("POST", f"/slots/{slot.number}?action=save", {"filename": part})
        except EngineGone:
            raise
        except EngineFailed as problem:
            log.warning("A chat state is not saved: %s %s", problem.sentence, problem.detail)
            return
        await asyncio.to_thread(kept.keep, conversation, running.binding, slot.script, part)

    async def _restore(self, running: Running, slot: Slot, kept: KeptState) -> None:
        try:
            await running.client.call(
                "POST", f"/slots/{slot.number}?action=restore", {"filename": kept.file_name}
            )
        except EngineGone:
            raise
        except EngineFailed as problem:
            log.warning("A kept chat state is not restored: %s %s", problem.sentence, problem.detail)
            await self._erase(slot)
            return
        slot.script = kept.script

    async def _erase(self, slot: Slot) -> None:
        conversation = slot.conversation
        slot.empty()
        slot.conversation = conversation
        if self._running is not None and self._running.child.is_alive:
            await self._running.client.call("POST", f"/slots/{slot.number}?action=erase", {})

    # ── the child's life ──────────────────────────────────────────────────────────────────────────

    async def _awake(self) -> Running:
        running = self._running
        if running is not None and running.child.is_alive:
            return running
        async with self._changing:
            if self._running is not None and self._running.child.is_alive:
                return self._running
            if self._running is not None:
                problem = await self._bury()
                log.warning("The engine had died and is started again: %s", problem.sentence)
            self._running = await self._start()
            if self._caretaker is None:
                self._caretaker = asyncio.create_task(self._care())
            return self._running

    async def _start(self) -> Running:
        if self._crashes > RESTARTS:
            raise EngineFailed(
                f"The engine stopped {self._crashes} times in a row and is not started again.",
                hint="sotto doctor looks for the reason",
            )
        plan = self.plan
        if not plan.path.is_file():
            raise BadModelFile(
                f"There is no model file at {plan.path}.", hint="sotto models list shows what is here"
            )
        gauge = threads.OthersGauge()
        child = await Child.spawn(plan.watch)
        verified = asyncio.ensure_future(plan.verify())
        try:
            header = await asyncio.to_thread(read_header, plan.path)
            window = window_of(header, plan.window)
            config = self._config(child, header, window, gauge)
            client = await child.load(config)
            binding = Binding(await verified, child.build, window)
        except BaseException:
            verified.cancel()
            await child.stop()
            raise
        controls = await asyncio.to_thread(control_tokens, plan.path, header)
        self._slots.empty()
        facts = ModelFacts(plan.name, binding.digest, window, can_embed=True)
        return Running(child, client, Words(client, controls), facts, binding, header.kv_bytes_per_token())

    def _config(self, child: Child, header: Header, window: int, gauge: threads.OthersGauge) -> ChildConfig:
        plan = self.plan
        wanted = memory.needed(header.file_size, header.kv_bytes_per_token(), window * plan.slots)
        memory.require(wanted, memory.available(), plan.name)
        others = gauge.read(threads.child_seconds(child.process.pid))
        chosen = threads.choose(threads.usable_cores(), others, threads.minute_load())
        kept = self._kept
        socket = child.socket_path()
        return ChildConfig(
            model=str(plan.path),
            socket=socket,
            key=None if socket else secrets.token_urlsafe(32),
            window=window,
            slots=plan.slots,
            threads=plan.threads or chosen,
            kv=f"{kept.folder}/" if kept is not None and kept.is_ours else None,
            embed=plan.embed,
        )

    async def _bury(self) -> SottoError:
        """Clear away a dead child and return why it died. Called with `_changing` held."""
        running, self._running = self._running, None
        if running is None:
            return EngineFailed("The engine stopped.", hint="Ask again")
        self._crashes += 1
        problem = await running.child.explain()
        await running.child.stop()
        return problem

    async def _sleep(self) -> None:
        """Save every slot and stop the child. Called with `_changing` held."""
        running = self._running
        if running is None:
            return
        async with self._saving:
            self._running = None
            if running.child.is_alive:
                for slot in self._slots.all:
                    if slot.unsaved and not slot.busy:
                        with contextlib.suppress(EngineGone):  # nothing to save any more
                            await self._save(running, slot)
            self._slots.empty()
        await running.child.stop()

    async def _care(self) -> None:
        """Save slots that rest, and put the model to sleep when nobody asks for long."""
        rested = 0.0
        step = 1.0
        while True:
            await asyncio.sleep(step)
            rested = rested + step if self._slots.is_idle else 0.0
            async with self._changing:
                running = self._running
                if running is None or not running.child.is_alive or not self._slots.is_idle:
                    continue
                if self.plan.idle_seconds and rested >= self.plan.idle_seconds:
                    await self._sleep()
                elif rested >= SAVE_AFTER_SECONDS:
                    await self._save_resting(running)

    async def _save_resting(self, running: Running) -> None:
        for slot in self._slots.all:
            if slot.unsaved and slot.conversation is not None:
                async with self._slots.hold(slot.conversation) as held:
                    if held is slot:
                        with contextlib.suppress(EngineGone):  # the next question will notice and say so
                            await self._save(running, slot)

    async def _vectors(self, texts: Sequence[str]) -> list[list[float]]:
        running = await self._awake()
        reply = await running.client.call("POST", "/v1/embeddings", {"input": list(texts)})
        return [[float(number) for number in item["embedding"]] for item in reply["data"]]


class _Spoken:
    """What the engine has sent of an answer so far."""

    def __init__(self) -> None:
        self.began = 0.0
        self._text: list[str] = []
        self._tokens: list[int] = []
        self._whole = False

    def add(self, event: dict[str, Any]) -> None:
        self.began = self.began or time.monotonic()
        self._text.append(event["content"])
        self._tokens += event["tokens"]

    def end(self, stop_type: str) -> None:
        self.began = self.began or time.monotonic()
        # A stop text was written by the model and is not part of the answer.
        self._whole = stop_type != "word"

    def script(self, before: Script, asked: str, prompt: list[int]) -> Script:
        """Return what the slot holds now; `before` is the part of the prompt that it held already."""
        if not asked:
            return Script((*prompt, *self._tokens))
        marks = before.marks if asked.startswith(before.text) else ()
        script = Script(tuple(prompt), asked, (*marks, (len(asked), len(prompt))))
        if self._whole:
            return script.said("".join(self._text), self._tokens)
        return replace(script, tokens=(*prompt, *self._tokens))


def window_of(header: Header, wanted: int) -> int:
    """Return the tokens a slot gets: what was asked for, at most what the model was made for."""
    most = header.context_length or wanted or 4096
    return min(wanted or most, most)


def request(prompt: list[int], sampling: Sampling, defaults: Sampling, window: int) -> dict[str, Any]:
    """Return the engine's request for one answer, built field by field from checked values. Pure."""
    if sampling.schema is not None:
        # JSON repeats its marks by nature.
        defaults = replace(defaults, repeat_penalty=None)
    drawn = laid_over(defaults, sampling)
    room = window - len(prompt)
    body: dict[str, Any] = {
        "prompt": prompt,
        "n_predict": min(drawn.max_tokens or room, room),
        "stream": True,
        "return_tokens": True,
        "response_fields": ["content", "tokens", "stop", "stop_type", "timings"],
    }
    for name in ("temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed"):
        value = getattr(drawn, name)
        if value is not None:
            body[name] = value
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sampling.schema is not None:
        body["json_schema"] = json.loads(sampling.schema)
    return body


def finished(event: dict[str, Any], prompt: int, reused: int, asked: float, first: float) -> Finished:
    """Translate the engine's last event. Pure but for the clock."""
    timings = event["timings"]
    now = time.monotonic()
    return Finished(
        REASONS.get(event["stop_type"], "stop"),
        Usage(prompt, reused, int(timings["predicted_n"])),
        Timings(
            first_token=(first or now) - asked,
            total=now - asked,
            prompt_per_second=float(timings["prompt_per_second"]),
            answer_per_second=float(timings["predicted_per_second"]),
        ),
    )
