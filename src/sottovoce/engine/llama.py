"""The real engine: llama.cpp in a child process, with a place for each conversation.

Joins the child's life, its slots, the kept states and the words. Knows nothing of chats as people see
them; the caller says which model file it is, how its content is verified, and which chats still exist.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from sottovoce.core.errors import EngineFailed, TooLong
from sottovoce.core.events import Finished, Piece, Reading, Text, Timings, Usage
from sottovoce.core.messages import Conversation, Message
from sottovoce.core.sampling import Sampling, checked, laid_over
from sottovoce.engine.client import EngineGone
from sottovoce.engine.kvfiles import KeptState, KvFiles
from sottovoce.engine.life import Life, Plan, Running
from sottovoce.engine.protocol import ModelFacts
from sottovoce.engine.slots import Script, Slot, Slots, common_prefix
from sottovoce.engine.words import Prompt

__all__ = ["LlamaEngine", "Plan"]

log = logging.getLogger(__name__)

QUICK_PIECE = 128
LONG_PIECE = 512
"""A long prompt is fed in pieces: small ones while others wait, larger ones, 12 % quicker, when alone."""

WORTH_KEEPING = 64
"""Fewer tokens than this are computed again sooner than their state is read and checked."""

EMBEDDING_WINDOW = 2048
EMBEDDER_IDLE_SECONDS = 60.0
REASONS = {"eos": "stop", "limit": "length", "word": "stop_text"}


async def everything_exists(conversation: Conversation) -> bool:
    return True


class LlamaEngine:
    def __init__(
        self,
        plan: Plan,
        kept: KvFiles | None = None,
        exists: Callable[[Conversation], Awaitable[bool]] = everything_exists,
    ) -> None:
        self.plan = plan
        self._kept = kept if kept is not None and kept.is_ours else None
        self._exists = exists
        self._slots = Slots(plan.slots)
        self._life = Life(plan, f"{self._kept.folder}/" if self._kept else None, self._save_all)
        self._seen: Running | None = None
        self._saving = asyncio.Lock()
        self._embedder: LlamaEngine | None = None

    async def ready(self) -> ModelFacts:
        async with self._life.use() as running:
            return running.facts

    async def count(self, messages: Sequence[Message]) -> int:
        async with self._life.use() as running:
            return len((await running.words.prompt(messages)).ids)

    async def weigh(self, texts: Sequence[str]) -> list[int]:
        async with self._life.use() as running:
            return await running.words.weigh(texts)

    async def answer(
        self, messages: Sequence[Message], sampling: Sampling, conversation: Conversation
    ) -> AsyncGenerator[Piece, None]:
        """See Engine.answer. A child that died unnoticed is replaced once, before the first word."""
        checked(sampling)
        asked = time.monotonic()
        for last_try in (False, True):
            begun = False
            looked_up = asyncio.create_task(self._look_up(conversation, sampling.seed is not None))
            try:
                async with self._life.use() as running:
                    self._meet(running)
                    try:
                        answer = self._answer(running, messages, sampling, conversation, looked_up, asked)
                        async with contextlib.aclosing(answer) as pieces:
                            async for piece in pieces:
                                begun = begun or isinstance(piece, Text)
                                yield piece
                        self._life.went_well()
                        return
                    except EngineGone:
                        problem = await self._life.bury(running)
            finally:
                looked_up.cancel()
            if begun or last_try:
                raise problem
            log.warning("The engine was gone and is started again: %s", problem.sentence)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See Engine.embed. Vectors are the mean over a text's tokens, made by a second child."""
        if not texts:
            return []
        if self._embedder is None:
            window = min(self.plan.window or EMBEDDING_WINDOW, EMBEDDING_WINDOW)
            plan = replace(self.plan, window=window, slots=1, idle_seconds=EMBEDDER_IDLE_SECONDS, embed=True)
            self._embedder = LlamaEngine(plan)
        return await self._embedder._vectors(texts)

    async def forget(self, conversation: Conversation) -> None:
        running = self._life.running
        if running is not None and self._slots.of(conversation) is not None:
            async with self._slots.hold(conversation) as slot:
                if slot.conversation == conversation:
                    await self._erase(running, slot)
                    slot.empty()
        if self._kept is not None:
            self._kept.forget(conversation)

    async def close(self) -> None:
        try:
            if self._embedder is not None:
                await self._embedder.close()
        finally:
            try:
                await self._life.close()
            finally:
                if self._kept is not None:
                    self._kept.close()

    # ── one answer ────────────────────────────────────────────────────────────────────────────────

    def _meet(self, running: Running) -> None:
        """Know that a new child's slots are empty."""
        if self._seen is not running:
            self._seen = running
            self._slots.empty()

    async def _answer(
        self,
        running: Running,
        messages: Sequence[Message],
        sampling: Sampling,
        conversation: Conversation,
        looked_up: asyncio.Task[KeptState | None],
        asked: float,
    ) -> AsyncGenerator[Piece, None]:
        fresh = sampling.seed is not None
        usual = await running.words.prompt(messages)
        self._require_room(usual.ids, running.facts)
        kept = await looked_up
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
        if fresh or kept is None or conversation.chat is None:
            return None
        if self._slots.of(conversation) is not None:
            return None
        async with self._saving:
            return await asyncio.to_thread(kept.read, conversation)

    def _require_room(self, prompt: list[int], facts: ModelFacts) -> None:
        if len(prompt) < facts.window:
            return
        wider = -(-len(prompt) * 4 // 3 // 1024) * 1024
        can_widen = wider <= facts.longest
        raise TooLong(
            f"The question takes {len(prompt):,} tokens; this model sees {facts.window:,} at once.",
            hint=f"Ask with less text, or give it a larger window: sotto settings set context {wider}"
            if can_widen
            else f"Ask with less text; this model cannot see more than {facts.longest:,} tokens",
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
            await self._erase(running, slot)
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

    async def _save_all(self, running: Running) -> None:
        """Save what is unsaved in every slot."""
        self._meet(running)
        for slot in self._slots.all:
            if slot.unsaved and slot.conversation is not None and not slot.busy:
                async with self._slots.hold(slot.conversation) as held:
                    if held is slot:
                        with contextlib.suppress(EngineGone):  # the next question will notice and say so
                            await self._save(running, slot)

    async def _save(self, running: Running, slot: Slot) -> None:
        """Keep what the slot holds on disk. Failing to costs only time later, so it is logged, not raised."""
        kept, conversation = self._kept, slot.conversation
        if kept is None or conversation is None or conversation.chat is None:
            slot.unsaved = False
            return
        async with self._saving:
            if not await self._exists(conversation):  # deleted by another program
                kept.forget(conversation)
                await self._erase(running, slot)
                return
            slot.unsaved = False
            part = None
            if len(slot.script.tokens) >= WORTH_KEEPING:
                part = kept.make_room(conversation, len(slot.script.tokens) * running.kv_bytes_per_token)
            if part is None:
                return
            try:
                path = f"/slots/{slot.number}?action=save"
                await running.client.call("POST", path, {"filename": part})
            except EngineGone:
                raise
            except EngineFailed as problem:
                log.warning("A chat state is not saved: %s %s", problem.sentence, problem.detail)
                return
            await asyncio.to_thread(kept.keep, conversation, running.binding, slot.script, part)
            if not await self._exists(conversation):
                kept.forget(conversation)

    async def _restore(self, running: Running, slot: Slot, kept: KeptState) -> None:
        try:
            await running.client.call(
                "POST", f"/slots/{slot.number}?action=restore", {"filename": kept.file_name}
            )
        except EngineGone:
            raise
        except EngineFailed as problem:
            log.warning("A kept chat state is not restored: %s %s", problem.sentence, problem.detail)
            await self._erase(running, slot)
            return
        slot.script = kept.script

    async def _erase(self, running: Running, slot: Slot) -> None:
        """Make the slot hold nothing, whoever it belongs to."""
        conversation = slot.conversation
        slot.empty()
        slot.conversation = conversation
        if running.child.is_alive:
            await running.client.call("POST", f"/slots/{slot.number}?action=erase", {})

    async def _vectors(self, texts: Sequence[str]) -> list[list[float]]:
        async with self._life.use() as running:
            try:
                reply = await running.client.call(
                    "POST", "/v1/embeddings", {"input": list(texts)}, seconds=None
                )
            except EngineGone:
                raise await self._life.bury(running) from None
            self._life.went_well()
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
