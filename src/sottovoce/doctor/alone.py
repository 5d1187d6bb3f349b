"""The program inside the proof: a whole chat, watched, and where possible behind a wall.

Run as `python -P -m sottovoce.doctor.alone`. Reads one line of JSON, the task, and writes one line,
what happened. Judges nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

from sottovoce.core.errors import SottoError
from sottovoce.core.events import Done, Failed
from sottovoce.core.paths import open_home
from sottovoce.core.sampling import Sampling
from sottovoce.net import watch

QUESTIONS = ("Why is the sky blue?", "And why is it red in the evening?")
ANSWER_TOKENS = 40
WINDOW = 1024


@dataclass(frozen=True, slots=True)
class Task:
    """`engine`: empty for the real one. `wall`: leave every network first, or refuse."""

    folder: str
    report: str
    engine: str
    wall: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """`control` is what the system said to a deliberate attempt to reach out; None: it found a way.

    `routes` are the ways out that were left behind the wall.
    """

    process: int
    model: str
    answers: list[str]
    routes: list[str]
    control: str | None


def main() -> None:
    task = Task(**json.loads(sys.stdin.readline()))
    try:
        said = asdict(_run(task))
    except SottoError as problem:
        said = {"problem": problem.sentence, "hint": problem.hint, "detail": problem.detail}
        said["code"] = problem.code
    sys.stdout.write(json.dumps(said) + "\n")


def _run(task: Task) -> Outcome:
    from sottovoce.doctor.walls import raise_wall, routes

    if task.wall:
        raise_wall()
    watch.install(task.report)
    model, answers = asyncio.run(_chat(task))
    control = watch.try_control(stream=task.wall)
    return Outcome(os.getpid(), model, answers, routes() if task.wall else [], control)


async def _chat(task: Task) -> tuple[str, list[str]]:
    """Ask two questions, the second in the same chat, as a person would. Raises what the turn failed of."""
    from sottovoce.app import open_app
    from sottovoce.chat.question import Question

    home = open_home(Path(task.folder) / "home")
    chat: str | None = None
    answers = []
    model = ""
    environment = {"watch": task.report, "engine": task.engine}
    async with open_app(home=home, given={"context": WINDOW}, environment=environment) as app:
        for text in QUESTIONS:
            question = Question(text, chat=chat, sampling=Sampling(max_tokens=ANSWER_TOKENS))
            async with aclosing(app.ask(question)) as events:
                async for event in events:
                    if isinstance(event, Failed):
                        raise event.error
                    if isinstance(event, Done):
                        chat, model = event.chat, event.model
                        answers.append(event.text)
    return model, answers


if __name__ == "__main__":
    main()
