"""Check of where questions go: the owner's routing.toml, and the models elsewhere that are named for it.

Reads only, and connects to nothing: whether one of them answers is for `sotto upstreams test`.
"""

from __future__ import annotations

from sottovoce.core.errors import SottoError
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings
from sottovoce.doctor.finding import Finding, fine, warning
from sottovoce.hybrid import upstreams
from sottovoce.hybrid.routing import rules_file

NAME = "routing"


def routing(home: Home, settings: Settings) -> Finding:
    """Look whether the rules of where questions go can be used, and whether what they name is there."""
    path, held = home.root / rules_file.FILE, rules_file.held(home)
    if held.wrong is not None:
        step = f"mend {path}, then sotto doctor; docs/guides/hybrid.md shows what a rule may say"
        return warning(NAME, f"{path} is not used, so everything stays here. {held.wrong}", step)
    for rule in held.rules.rules:
        if problem := _problem(rule.choice.to, home):
            said = f"The rule “{rule.name}” in line {rule.line} of {path} asks nobody. {problem.sentence}"
            return warning(NAME, said, problem.hint or upstreams.LIST_HINT)
    if problem := _problem(settings.route_to, home):
        return warning(NAME, f"The setting route_to: {problem.sentence}", problem.hint or upstreams.LIST_HINT)
    count = len(held.rules.rules)
    return fine(NAME, f"{count} of the owner's own" if count else "none of the owner's own")


def _problem(name: str, home: Home) -> SottoError | None:
    """Return why a model elsewhere that is named cannot be asked."""
    if not name:
        return None
    try:
        upstreams.get(name, home)
    except SottoError as problem:
        return problem
    return None
