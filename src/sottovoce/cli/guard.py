"""sotto guard: safeguards, what they refuse, and how well."""

from __future__ import annotations

import click

from sottovoce.cli.guarded_sets import evaluate, show_profile

EXAMPLES = """\b
Examples:
  sotto guard show
  sotto guard eval --profile family
  sotto guard eval --group held-out --json"""


@click.group(epilog=EXAMPLES)
def guard() -> None:
    """Safeguards: what is refused to whom, and how well that works."""


for command in (show_profile, evaluate):
    guard.add_command(command)
