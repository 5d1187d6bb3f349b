"""Facts as sentences, and the blanks of an answer filled with them. Pure.

The sentences stand in sentences.toml; here is decided which of them, and what is filled in.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from sottovoce.core.amounts import amount
from sottovoce.fit.advise import Verdict
from sottovoce.fit.machine import Machine
from sottovoce.help.facts import Choice, Facts
from sottovoce.help.shelf import BLANK, Entry, Language
from sottovoce.models import licences
from sottovoce.models.describe import TOKENS_OF_1000_WORDS

SENTENCES = Path(__file__).with_name("sentences.toml")

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

SAYS_NOTHING = "says nothing about outputs."
"""How the catalogue says that a licence leaves what a model writes alone."""

Said = tuple[str, dict[str, str]]
"""Which sentence of a blank, and what is filled into it."""

Choose = Callable[[Facts, Language], Said]


def fill(entry: Entry, facts: Facts, language: Language) -> str:
    """Return an entry's answer with every blank filled."""
    return BLANK.sub(lambda found: phrase(found[1], facts, language), entry.words(language).answer)


def phrase(blank: str, facts: Facts, language: Language) -> str:
    """Return what stands in a blank."""
    if blank in PLAIN:
        return PLAIN[blank](facts)
    if blank == "fits":
        return _fits(facts, language)
    which, values = CHOOSE[blank](facts, language)
    return _say(language, blank, which, values)


def _say(language: Language, blank: str, which: str, values: dict[str, str]) -> str:
    return sentences()[blank][which][language].format_map(values)


@cache
def sentences() -> dict[str, dict[str, dict[str, str]]]:
    """Return every sentence, by its blank, its name and its language."""
    return tomllib.loads(SENTENCES.read_text("utf-8"))


# ── the model ─────────────────────────────────────────────────────────────────────────────────────


def _name(facts: Facts) -> str:
    return facts.model.name if facts.model else "–"


def _model_facts(facts: Facts, language: Language) -> Said:
    model = facts.model
    if model is None:
        return "none", {}
    if not model.publisher:
        return "unknown", {"name": model.name}
    said = {"name": model.name, "publisher": model.publisher}
    if model.is_starter:
        return "starter", said
    return "known", {
        **said,
        "billions": f"{model.parameters / 1e9:.1f}",
        "yi": f"{model.parameters / 1e8:.0f}",
    }


def _model_size(facts: Facts, language: Language) -> Said:
    return ("known", {"size": amount(facts.model.size)}) if facts.model else ("none", {})


def _knowledge_until(facts: Facts, language: Language) -> Said:
    known = facts.model.knowledge_until if facts.model else ""
    if not known:
        return "unknown", {"name": _name(facts)}
    year, _, month = known.partition("-")
    said = {"name": _name(facts), "year": year}
    number = int(month[:2]) if month[:2].isdigit() else 0
    if not 1 <= number <= len(MONTHS):
        return "year", said
    return "month", {**said, "month": MONTHS[number - 1], "number": str(number)}


def _languages(facts: Facts, language: Language) -> Said:
    codes = facts.model.languages if facts.model else ()
    if not codes:
        return "unknown", {"name": _name(facts)}
    spoken = sentences()["spoken"]
    named = [spoken[code][language] if code in spoken else code for code in codes]
    return "known", {"name": _name(facts), "languages": _joined(named, language)}


def _licence(facts: Facts) -> str:
    return facts.model.licence.id if facts.model else "–"


def _commercial(facts: Facts, language: Language) -> Said:
    return facts.model.licence.commercial if facts.model else licences.UNCLEAR, {}


def _outputs(facts: Facts, language: Language) -> Said:
    said = facts.model.outputs if facts.model else ""
    if not said:
        return "unknown", {}
    return ("nothing", {}) if said.endswith(SAYS_NOTHING) else ("known", {"said": said})


def _tokens_per_second(facts: Facts, language: Language) -> Said:
    rate, said = facts.rate, {"name": _name(facts)}
    if rate is not None and rate.measured is not None:
        words = _number(rate.measured * 1000 / TOKENS_OF_1000_WORDS)
        said |= {"rate": _number(rate.measured), "count": str(rate.answers), "words": words}
        return "once" if rate.answers == 1 else "measured", said
    if rate is not None and rate.predicted is not None:
        return "predicted", said | {
            "low": _number(rate.predicted.low),
            "high": _number(rate.predicted.high),
        }
    return "unknown", said


# ── the machine ───────────────────────────────────────────────────────────────────────────────────


def _fits(facts: Facts, language: Language) -> str:
    """Return the only blank that has several lines."""
    if not facts.fits:
        return _say(language, "fits", "none", {})
    head = _say(language, "fits", "measured" if facts.is_measured else "by_size", {})
    return "\n".join([head, "", *(_say(language, "fits", "one", _named(one)) for one in facts.fits)])


def _named(one: Choice) -> dict[str, str]:
    return {
        "title": one.title,
        "size": amount(one.size),
        "licence": one.licence,
        "command": one.command,
    }


def _better(facts: Facts, language: Language) -> Said:
    if not facts.is_measured:
        return "unmeasured", {}
    now = facts.model.parameters if facts.model else 0
    larger = [one for one in facts.fits if one.parameters > now]
    return ("one", _named(larger[0])) if larger else ("none", {})


def _gpt_oss(facts: Facts, language: Language) -> Said:
    one = facts.gpt_oss
    if one is None:
        return "unknown", {}
    is_judged = facts.is_measured or one.verdict is not Verdict.RUNS
    return str(one.verdict) if is_judged else "by_size", _named(one)


def _memory(facts: Facts, language: Language) -> Said:
    machine = facts.machine
    if machine is None:
        return "unknown", {}
    return "known", {
        "cores": str(machine.cores),
        "memory": amount(machine.memory),
        "free": amount(machine.free),
    }


def _gpu(facts: Facts, language: Language) -> Said:
    cards = _cards(facts.machine)
    return ("seen", {"cards": _joined(cards, language)}) if cards else ("none", {})


def _cards(machine: Machine | None) -> list[str]:
    return [
        f"{card.vendor} {card.name}{f' ({amount(card.memory)})' if card.memory else ''}"
        for card in (machine.accelerators if machine else ())
    ]


# ── settings and the ledger ───────────────────────────────────────────────────────────────────────


def _network(facts: Facts, language: Language) -> Said:
    return facts.settings.network, {}


def _remembers(facts: Facts, language: Language) -> Said:
    return facts.settings.memory, {}


def _safeguards(facts: Facts, language: Language) -> Said:
    return facts.settings.profile, {}


def _ledger_last(facts: Facts, language: Language) -> Said:
    ledger = facts.ledger
    if ledger is None:
        return "unknown", {}
    if ledger.unreadable:
        return "torn", {"count": str(ledger.unreadable)}
    if facts.latest is None:
        return "empty", {}
    day = time.strftime("%Y-%m-%d", time.localtime(facts.latest.at))
    said = {"count": f"{ledger.count:,}", "day": day, "host": facts.latest.host}
    return "once" if ledger.count == 1 else "often", said


def _window(facts: Facts, language: Language) -> Said:
    tokens = facts.settings.context
    return ("set", {"tokens": f"{tokens:,}"}) if tokens else ("model", {})


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _joined(words: Sequence[str], language: Language) -> str:
    if language == "zh":
        return "、".join(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


PLAIN: dict[str, Callable[[Facts], str]] = {
    "home": lambda facts: str(facts.home),
    "licence": _licence,
    "model": _name,
    "port": lambda facts: str(facts.settings.port),
    "version": lambda facts: facts.version,
}
"""Blanks that hold a name or a number."""

CHOOSE: dict[str, Choose] = {
    "better": _better,
    "commercial": _commercial,
    "gpt_oss": _gpt_oss,
    "gpu": _gpu,
    "knowledge_until": _knowledge_until,
    "languages": _languages,
    "ledger_last": _ledger_last,
    "memory": _memory,
    "model_facts": _model_facts,
    "model_size": _model_size,
    "network": _network,
    "outputs": _outputs,
    "remembers": _remembers,
    "safeguards": _safeguards,
    "tokens_per_second": _tokens_per_second,
    "window": _window,
}
"""Blanks that hold a sentence."""

BLANKS = frozenset((*PLAIN, *CHOOSE, "fits"))
"""Every blank that an answer may have."""
