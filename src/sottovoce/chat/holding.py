"""Holds an answer to its schema, in a process of its own where that may take long.

A pattern can be written so that a short text keeps its matching busy for ever, and nothing in this
process could be done meanwhile. As a program: reads both as JSON, and writes the problem, if there is one.
"""

from __future__ import annotations

import asyncio
import json
import sys

from sottovoce.chat import bounds, schema
from sottovoce.core.errors import SchemaUnmet
from sottovoce.core.settings import child_environment

SECONDS = 5.0
MUCH = 50_000
"""Letters times alternatives: below this it takes less time than starting a process."""

SLOW = ('"pattern"', '"patternProperties"', '"uniqueItems"')


async def hold(answer: str, wanted: str) -> None:
    """Raise SchemaUnmet unless the answer follows the schema, given as JSON text."""
    if not _may_take_long(answer, wanted):
        schema.held(answer, wanted)
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "sottovoce.chat.holding",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=child_environment({}),
    )
    try:
        asked = json.dumps([answer, wanted]).encode()
        said, _ = await asyncio.wait_for(process.communicate(asked), SECONDS)
    except TimeoutError:
        said = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if not said:
        raise SchemaUnmet("It takes too long to hold an answer to this schema.", hint="Simplify its patterns")
    problem = json.loads(said)
    if problem is not None:
        raise SchemaUnmet(problem["sentence"], hint=problem["hint"])


def _may_take_long(answer: str, wanted: str) -> bool:
    return any(rule in wanted for rule in SLOW) or len(answer) * bounds.weight(json.loads(wanted)) > MUCH


def _main() -> None:
    answer, wanted = json.loads(sys.stdin.buffer.read())
    try:
        schema.held(answer, wanted)
        problem = None
    except SchemaUnmet as unmet:
        problem = {"sentence": unmet.sentence, "hint": unmet.hint}
    sys.stdout.write(json.dumps(problem))


if __name__ == "__main__":
    _main()
