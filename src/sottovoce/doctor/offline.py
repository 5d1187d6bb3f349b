"""The proof that nothing leaves: a whole chat where no route exists, watched, with a control that must show.

A proof that cannot fail proves nothing. So each process of the chat also tries to reach out once, on
purpose: the watch must see that, and behind the wall it must lead nowhere.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sottovoce.core.errors import EngineFailed, Refused
from sottovoce.core.settings import child_environment
from sottovoce.doctor.alone import Outcome, Task
from sottovoce.net.watch import Attempt, Reach, read_report

DEADLINE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Proof:
    """`verdict` is a sentence for people; `tried` holds what reached out during the chat.

    `wall`: the chat ran where no route exists. Without one, only calls through Python were seen.
    """

    holds: bool
    verdict: str
    wall: bool
    model: str
    answers: list[str]
    processes: int
    tried: list[str]
    control_seen: bool
    control_stopped: bool | None
    note: str | None = None
    hint: str | None = None


def prove(engine: str = "") -> Proof:
    """Hold a chat with the starter model in a temporary home, and judge what was seen.

    `engine` is "echo" for tests, empty for the real one. Raises what the chat failed of.
    """
    folder = Path(tempfile.mkdtemp(prefix="sotto-proof-"))
    report = folder / "report.jsonl"
    try:
        try:
            outcome, note, hint = _held(Task(str(folder), str(report), engine, wall=True)), None, None
        except Refused as forbidden:
            note = f"{forbidden.sentence} So only calls made through Python were watched."
            hint = forbidden.hint
            outcome = _held(Task(str(folder), str(report), engine, wall=False))
        seen = read_report(report)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    proof = judge(outcome, seen, wall=note is None, processes=1 if engine else 2)
    return replace(proof, note=note, hint=hint)


def judge(outcome: Outcome, seen: Sequence[Attempt], *, wall: bool, processes: int) -> Proof:
    """Judge one run. `processes` is how many must have shown that their watch works. Pure."""
    tried = [f"{one.event} {one.target}" for one in seen if one.reach is Reach.OUT and not one.control]
    watched = {one.process for one in seen if one.control}
    control_seen = len(watched) >= processes and outcome.process in watched
    control_stopped = (outcome.control is not None and not outcome.routes) if wall else None
    verdict = _verdict(tried, control_seen, control_stopped)
    holds = not tried and control_seen and control_stopped is not False
    return Proof(
        holds=holds,
        verdict=verdict,
        wall=wall,
        model=outcome.model,
        answers=outcome.answers,
        processes=len(watched),
        tried=tried,
        control_seen=control_seen,
        control_stopped=control_stopped,
    )


def _verdict(tried: Sequence[str], control_seen: bool, control_stopped: bool | None) -> str:
    if not control_seen:
        return "This proof is worthless: a deliberate attempt to reach out was not seen."
    if control_stopped is False:
        return "This proof is worthless: a deliberate attempt to reach out found a way."
    count = f"{len(tried)} connection{'' if len(tried) == 1 else 's'} tried during the chat"
    if tried:
        return f"{count}: {', '.join(tried)}."
    went = " and went nowhere" if control_stopped else ""
    return f"{count}; the control attempt was seen{went}."


def _held(task: Task) -> Outcome:
    """Run the chat in a process of its own. Raises Refused where no wall can be raised."""
    command = [sys.executable, "-P", "-m", "sottovoce.doctor.alone"]
    try:
        run = subprocess.run(
            command,
            input=json.dumps(asdict(task)) + "\n",
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            env=child_environment({}),
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise EngineFailed("The chat did not end within five minutes.", hint="sotto doctor") from problem
    said = json.loads(run.stdout) if run.stdout.endswith("\n") else {}
    if "process" in said:
        return Outcome(**said)
    if said.get("code") == Refused.code:
        raise Refused(said["problem"], hint=said["hint"], detail=said["detail"])
    raise EngineFailed(
        said.get("problem", "The chat could not be held."),
        hint=said.get("hint") or "sotto doctor looks for the reason",
        detail=said.get("detail") or run.stderr,
    )
