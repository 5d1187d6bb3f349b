"""python -m bench.quality [HOME]: ask the starter every question that comes with the program, write the page.

The real command is run twice: the second time nothing is asked, and what was kept is scored again. HOME is
one where a run was stopped: it goes on there. The answers stand in bench/samples-quality.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.__main__ import REFERENCE, ROOT, commit, processor

PAGE = REFERENCE / "quality.md"
SAMPLES = ROOT / "bench" / "samples-quality.json"

MEANINGS = {
    "facts": "what people look up",
    "arithmetic": "sums and small problems",
    "following": "done as asked, in the form asked for",
    "extraction": "what stands in a text that is given along",
    "honesty": "what nobody can know; right is to say so",
}


def main() -> None:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="sotto-quality-") as folder:
        home = Path(sys.argv[1] if len(sys.argv) > 1 else folder)
        found = asked(home)
        began = time.monotonic()
        again = asked(home)
        kept = time.monotonic() - began
    assert again["all"] == found["all"], "what was kept must score the same"
    PAGE.write_text(page(found, kept, load), "utf-8")
    SAMPLES.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}, {SAMPLES.relative_to(ROOT)}")


def asked(home: Path) -> dict[str, Any]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
    done = subprocess.run(
        [sys.executable, "-m", "sottovoce", "--home", str(home), "eval", "starter", "--json"],
        env=env, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def page(found: dict[str, Any], kept: float, load: float) -> str:
    rows = "\n".join(
        line(f"{one['group']}: {MEANINGS[one['group']]}", one["language"], one) for one in found["groups"]
    )
    invented = sum(not one["passed"] for one in found["items"] if one["group"] == "honesty")
    unknowable = sum(one["group"] == "honesty" for one in found["items"])
    return f"""# Known quality

Written by `make bench-quality`, which runs `sotto eval starter`: every question of the set that comes with
the program, version {found["set"]["version"]}, asked of the starter model as shipped,
the likeliest word each time. The 95 % intervals are Wilson's. Each answer stands in
`bench/samples-quality.json`, with what is wrong with it.
[How to read it](../guides/models.md#how-well-does-it-answer).

| group | language | right | share | 95 % interval |
|---|---|---|---|---|
{rows}
{line("**all**", "", found["all"])}
{line("of these held out", "", found["held_out"])}

Of the {unknowable} questions that nobody can answer, {invented} were answered all the same: those answers are
invented. A model of this size is for trying the program, not for knowing things; it hardly speaks Chinese.

What that cost: {found["seconds"]:.0f} s of answering for {found["all"]["of"]} questions,
{found["tokens_read"]:,} tokens read and {found["tokens_written"]:,} written.{busy(load)}
The same command again, where nothing is asked a second time: {kept:.1f} s.

What this does not say: whether an answer is well written, polite, or safe; how well long texts are
understood; and how a model does in your own field, for which
[your own questions](../guides/models.md#your-own-questions) are better. The checks read answers by rule.
A right answer in an odd wording may count as wrong, and rarely a wrong one as right.

Machine: {processor()}, {os.cpu_count()} logical cores, engine xllamacpp {version("xllamacpp")},
load {load:.1f}, {time.strftime("%Y-%m-%d")}, commit {commit()}.
"""


def busy(load: float) -> str:
    if load < 2 * (os.cpu_count() or 1):
        return ""
    return (
        "\nOther programs kept the machine busy meanwhile (see the load below): the time is theirs as well."
    )


def line(name: str, language: str, one: dict[str, Any]) -> str:
    return (
        f"| {name} | {language} | {one['passed']} of {one['of']} | {one['share']:.0%} "
        f"| {one['low']:.0%} to {one['high']:.0%} |"
    )


if __name__ == "__main__":
    main()
