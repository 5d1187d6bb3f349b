"""How a model did on questions with known answers, as the commands tell it that show models."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sottovoce.store.evaluations import Evaluation


def right(found: Evaluation) -> str:
    """Return the share of right answers with its 95 % interval, in a few letters."""
    from sottovoce.evals.intervals import wilson

    share = wilson(found.passed, found.asked)
    return f"right {share.value:.0%} ({share.low:.0%}–{share.high:.0%})"


def in_words(found: Evaluation) -> list[str]:
    """Return the same in sentences, with every group."""
    from sottovoce.evals.intervals import wilson

    share = wilson(found.passed, found.asked)
    part = f"{found.asked} of the {found.items}" if found.asked < found.items else f"the {found.items}"
    groups = ", ".join(f"{group} {passed} of {of}" for group, (passed, of) in found.groups.items())
    return [
        f"It got {found.passed} of {part} questions of the set {found.set}, version {found.version}, right: "
        f"{share.value:.0%} (95 %: {share.low:.0%} to {share.high:.0%}).",
        f"By group: {groups}.",
    ]
