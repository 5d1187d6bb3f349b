"""The real engine on the real starter model."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sottovoce.core.sampling import Sampling
from sottovoce.engine.kvfiles import KvFiles
from sottovoce.engine.llama import LlamaEngine, Plan
from sottovoce.models import starter

Make = Callable[..., LlamaEngine]

# pytest's importlib mode puts no test folder on the path.
sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))


async def unverified() -> str:
    return "d" * 64


@pytest.fixture
def plan() -> Callable[..., Plan]:
    def make(**changes: object) -> Plan:
        facts: dict[str, object] = {
            "path": starter.path(),
            "name": "starter",
            "verify": unverified,
            "defaults": Sampling(temperature=0.0, max_tokens=24),
            "threads": 1,
        }
        return Plan(**{**facts, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
async def make(plan: Callable[..., Plan], tmp_path: Path) -> AsyncIterator[Make]:
    """Make engines over one folder of kept states, and stop them all at the end."""
    made: list[LlamaEngine] = []

    def build(**changes: object) -> LlamaEngine:
        kept = KvFiles(tmp_path / "kv", 1 << 30)
        engine = LlamaEngine(plan(**changes), kept if kept.open() else None)
        made.append(engine)
        return engine

    yield build
    for engine in made:
        await engine.close()
