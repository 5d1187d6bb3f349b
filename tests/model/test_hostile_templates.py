"""Chat templates that loop, swell or make no sense: a sentence, in bounded time and memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from gguf_samples import language_model

from sottovoce.core.errors import ModelProblem
from sottovoce.engine.llama import LlamaEngine, Plan

pytestmark = pytest.mark.model

LOAD_SECONDS = 30.0
MOST_BYTES = 2 << 30
HOSTILE = {
    "a giant answer": "{% for i in range(20000000) %}" + "a" * 50 + "{% endfor %}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "no template at all": "{% for x in %}",
    "another program's functions": "{{ open('/etc/passwd').read() }}",
    "a refusal": "{{ raise_exception('no') }}",
}


@asynccontextmanager
async def watched() -> AsyncIterator[list[int]]:
    """Yield a list that grows by what this process's children hold, for as long as the block lasts."""
    seen = [0]

    async def look() -> None:
        while True:
            for child in psutil.Process().children(recursive=True):
                try:
                    seen.append(child.memory_info().rss)
                except psutil.Error:  # ended meanwhile
                    continue
            await asyncio.sleep(0.1)

    task = asyncio.create_task(look())
    try:
        yield seen
    finally:
        task.cancel()


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_template_is_refused_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    path = language_model().set("tokenizer.chat_template", "string", HOSTILE[name]).write(tmp_path / "m.gguf")

    async def verify() -> str:
        return "0" * 64

    engine = LlamaEngine(Plan(path, "m", verify, window=256))
    began = time.monotonic()
    try:
        async with watched() as seen:
            with pytest.raises(ModelProblem) as refused:
                await engine.ready()
    finally:
        await engine.close()
    assert time.monotonic() - began < LOAD_SECONDS
    assert max(seen) < MOST_BYTES
    assert refused.value.sentence
    assert refused.value.hint
