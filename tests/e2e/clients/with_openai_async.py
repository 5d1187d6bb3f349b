"""Several questions at once, half of them streamed; one is left in the middle. Prints what it found."""

import asyncio
import json
import sys

from openai import AsyncOpenAI

AT_ONCE = 6


async def whole(client: AsyncOpenAI, number: int) -> str:
    reply = await client.chat.completions.create(
        model="default",
        messages=[{"role": "user", "content": f"Count from {number}."}],
        max_tokens=16,
    )
    return reply.choices[0].message.content


async def streamed(client: AsyncOpenAI, number: int) -> str:
    stream = await client.chat.completions.create(
        model="default",
        messages=[{"role": "user", "content": f"Count from {number}."}],
        max_tokens=16,
        stream=True,
    )
    pieces = [choice.delta.content or "" async for chunk in stream for choice in chunk.choices]
    return "".join(pieces)


async def left(client: AsyncOpenAI) -> int:
    stream = await client.chat.completions.create(
        model="default",
        messages=[{"role": "user", "content": "Write a long story."}],
        max_tokens=2000,
        stream=True,
    )
    seen = 0
    async with stream:
        async for _ in stream:
            seen += 1
            if seen == 5:
                break
    return seen


async def main() -> None:
    async with AsyncOpenAI(base_url=f"{sys.argv[1]}/v1", api_key="not-needed", max_retries=0) as client:
        seen = await left(client)
        jobs = [(whole, streamed)[at % 2](client, at) for at in range(AT_ONCE)]
        print(json.dumps({"answers": await asyncio.gather(*jobs), "seen_before_leaving": seen}))


asyncio.run(main())
