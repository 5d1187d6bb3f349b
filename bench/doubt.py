"""python -m bench.doubt [--fit]: how well signals of doubt tell right from wrong, and the weights of them.

Asks the starter the set that comes with the program: as sets are asked, and a part of it as a chat draws.
What came stands in bench/samples-doubt.json; --fit takes it from there. Writes hybrid/routing/doubt.txt.

Fitted are the questions in English that are not held out: in Chinese the starter is never asked, it says so.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.__main__ import ROOT
from sottovoce.app import open_app
from sottovoce.chat.examined import asker
from sottovoce.core.paths import open_home
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.evals import reading
from sottovoce.evals.contender import Contender
from sottovoce.evals.intervals import Share
from sottovoce.evals.routed import area
from sottovoce.hybrid.routing import doubt
from sottovoce.hybrid.routing.doubt import Weight, Weights
from sottovoce.hybrid.routing.signals import Signals, from_json
from sottovoce.models import starter

SAMPLES = ROOT / "bench" / "samples-doubt.json"
WEIGHTS = ROOT / "src" / "sottovoce" / "hybrid" / "routing" / doubt.FILE
FOLDS = 5
RIDGE = 3.0
"""How strongly weights are held near 0: there are few right answers to learn from."""

DRAWN = 80
"""Questions in English that are asked once more, as a chat draws answers."""

Row = dict[str, Any]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer of the set: what it is about, whether it passed, and how sure the model was."""

    id: str
    group: str
    language: str
    is_held_out: bool
    is_right: bool
    signals: Signals


def main() -> None:
    if "--fit" not in sys.argv:
        SAMPLES.write_text(json.dumps(asyncio.run(asked()), indent=1) + "\n", "utf-8")
    found = json.loads(SAMPLES.read_text("utf-8"))
    plain, drawn = samples(found["plain"]), samples(found["drawn"])
    learnt = [one for one in plain if not one.is_held_out and one.language == "en"]
    WEIGHTS.write_text(written(final(learnt)), "utf-8")
    report(plain, drawn, learnt, doubt.read(WEIGHTS.read_text("utf-8")))


async def asked() -> dict[str, list[Row]]:
    items = reading.shipped().items
    weighed = Sampling(likelihoods=1)
    drawn = laid_over(starter.card().sampling, weighed)
    with tempfile.TemporaryDirectory(prefix="sotto-doubt-") as folder:
        async with open_app(home=open_home(Path(folder)), attach=False) as app:
            found: dict[str, list[Row]] = {}
            english = [item for item in items if item.language == "en"]
            for name, sampling, asks in (("plain", weighed, items), ("drawn", drawn, english[:DRAWN])):
                ask = asker(app.engine, Contender("starter", "starter", sampling))
                rows = found[name] = []
                for item in asks:
                    said = await ask(item.asked, item.max_tokens)
                    about = {"id": item.id, "group": item.group, "language": item.language}
                    passed = {"held_out": item.held_out, "right": not item.wrong(said.answer)}
                    rows.append(about | passed | {"signals": json.loads(said.signals or "null")})
                    print(f"\r{name}: {len(rows)} of {len(asks)}", end="", file=sys.stderr)
    return found


def samples(rows: Sequence[Row]) -> list[Sample]:
    """Return the answers that a model wrote."""
    found = [(row, from_json(json.dumps(row["signals"]))) for row in rows]
    return [
        Sample(row["id"], row["group"], row["language"], row["held_out"], row["right"], signals)
        for row, signals in found
        if signals is not None
    ]


def fitted(those: Sequence[Sample]) -> Weights:
    """Return the weights by which the doubt of wrong answers is likeliest: ridge, by Newton's method."""
    names = list(doubt.features(those[0].signals))
    values = np.array([list(doubt.features(one.signals).values()) for one in those])
    wrong = np.array([not one.is_right for one in those], dtype=np.float64)
    means, spreads = values.mean(0), np.maximum(values.std(0), 1e-6)
    table = np.hstack([(values - means) / spreads, np.ones((len(those), 1))])
    held = np.diag([*[RIDGE] * len(names), 0.0])
    weights: Numbers = np.zeros(len(names) + 1)
    for _ in range(50):
        likely = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (wrong - likely) - held @ weights
        curve = (table * (likely * (1 - likely))[:, None]).T @ table + held
        weights = weights + np.linalg.solve(curve, slope)
    rows = zip(names, means, spreads, weights[:-1], strict=True)
    return Weights({name: Weight(*map(float, row)) for name, *row in rows}, float(weights[-1]), 0.5)


def final(those: Sequence[Sample]) -> Weights:
    """Return the weights with their limit, which is set on what was not fitted on."""
    return replace(fitted(those), limit=best_limit(those, crossed(those)))


def crossed(those: Sequence[Sample]) -> list[float]:
    """Return the doubt of each answer by weights that were fitted without its fold."""
    folds = [zlib.crc32(one.id.encode()) % FOLDS for one in those]
    found = [0.0] * len(those)
    for fold in range(FOLDS):
        weights = fitted([one for one, its in zip(those, folds, strict=True) if its != fold])
        for at, one in enumerate(those):
            if folds[at] == fold:
                found[at] = doubt.doubt(one.signals, weights)
    return found


def best_limit(those: Sequence[Sample], doubts: Sequence[float]) -> float:
    """Return the limit that tells most wrong answers from most right ones: Youden's, to two digits."""
    wrong = [value for one, value in zip(those, doubts, strict=True) if not one.is_right]
    right = [value for one, value in zip(those, doubts, strict=True) if one.is_right]

    def told(limit: float) -> float:
        caught = sum(value >= limit for value in wrong) / len(wrong)
        return caught - sum(value >= limit for value in right) / len(right)

    return max((at / 100 for at in range(1, 100)), key=told)


def written(weights: Weights) -> str:
    """Return the text of the file of weights."""
    lines = [
        "# How doubtful an answer is, from its signals: made by python -m bench.doubt of what the starter",
        "# answered. docs/decisions/0029-signals-of-doubt.md says how well it tells right from wrong.",
        "",
        "# signal  mean  spread  weight",
    ]
    lines += [
        f"{name} {one.mean:.4f} {one.spread:.4f} {one.weight:.4f}" for name, one in weights.signals.items()
    ]
    return "\n".join([*lines, "", f"bias {weights.bias:.4f}", f"limit {weights.limit:.2f}", ""])


def report(
    plain: Sequence[Sample], drawn: Sequence[Sample], learnt: Sequence[Sample], weights: Weights
) -> None:
    english = [one for one in plain if one.language == "en"]
    out = crossed(learnt)
    tell("English, not held out, in five parts", learnt, out)
    for group in sorted({one.group for one in learnt}):
        those = [(one, value) for one, value in zip(learnt, out, strict=True) if one.group == group]
        tell(f"  {group}", [one for one, _ in those], [value for _, value in those])
    for name, weight in weights.signals.items():
        values = [doubt.features(one.signals)[name] for one in learnt]
        tell(f"  {name} alone", learnt, [value if weight.weight > 0 else -value for value in values])
    held = [one for one in english if one.is_held_out]
    tell("English, held out", held, [doubt.doubt(one.signals, weights) for one in held])
    other = [one for one in drawn if one.language == "en"]
    tell("English, as a chat draws", other, [doubt.doubt(one.signals, weights) for one in other])
    chinese = [one for one in plain if one.language == "zh"]
    tell("Chinese", chinese, [doubt.doubt(one.signals, weights) for one in chinese])
    kept = [one for one, value in zip(learnt, out, strict=True) if value < weights.limit]
    print(f"limit {weights.limit:.2f}: {len(kept)} of {len(learnt)} stay, {right(kept)} of them right; "
          f"{right(learnt) - right(kept)} of {len(learnt) - len(kept)} others")  # fmt: skip


def right(those: Sequence[Sample]) -> int:
    return sum(one.is_right for one in those)


def tell(what: str, those: Sequence[Sample], doubts: Sequence[float]) -> None:
    wrong = [value for one, value in zip(those, doubts, strict=True) if not one.is_right]
    good = [value for one, value in zip(those, doubts, strict=True) if one.is_right]
    found: Share | None = area(wrong, good)
    said = "too few" if found is None else f"AUC {found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
    print(f"{what}: {len(good)} of {len(those)} right; {said}")


if __name__ == "__main__":
    main()
