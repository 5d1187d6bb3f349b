"""A variant with some 500 tokens of instructions, the same for all its callers."""

from __future__ import annotations

from pathlib import Path

from bench.homes import run

STEADY = "steady"
"""Its name, which stands where a model's does."""

RULES = " ".join(f"Rule {at}: answer as the keeper of lighthouse {at} would." for at in range(40))


def teach(home: Path) -> None:
    """Add the variant to a home."""
    run(home, "variants", "add", STEADY, "--model", "starter", "--system", RULES)
