"""sotto guard: safeguards, what they refuse, and how well; the owner's own rules, and what was done."""

from __future__ import annotations

import click

from sottovoce.cli.guarded_sets import evaluate, show_profile
from sottovoce.cli.guarding import check, show_log, try_text

EXAMPLES = """\b
Examples:
  sotto guard show
  sotto guard check
  sotto guard log --since 7d
  sotto guard eval --profile family"""


@click.group(epilog=EXAMPLES)
def guard() -> None:
    """Safeguards: what is refused to whom, and how well that works."""


for command in (show_profile, check, try_text, show_log, evaluate):
    guard.add_command(command)
