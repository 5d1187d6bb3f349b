"""Joins the guards that stand around a model: which, and what they know of it.

What each of them looks for stands in guard/, how its verdict becomes part of a turn in chat/guarding/.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from sottovoce.chat.guarded import Guards, Said
from sottovoce.chat.guarding import language, repetition
from sottovoce.chat.guarding.age import AgeCheck
from sottovoce.chat.guarding.exact import ExactCheck
from sottovoce.chat.guarding.help import HelpCheck
from sottovoce.chat.guarding.language import LanguageCheck
from sottovoce.chat.guarding.memory import MemoryCheck
from sottovoce.chat.guarding.moderation import Moderation
from sottovoce.chat.guarding.own import OwnRulesGuard
from sottovoce.chat.guarding.policy import PolicyGuard, Record
from sottovoce.chat.guarding.recording import Recorder
from sottovoce.chat.guarding.rules_file import RulesFile
from sottovoce.chat.guarding.wordless import WordlessCheck
from sottovoce.core.language import choose, reader
from sottovoce.core.paths import Home
from sottovoce.core.settings import Settings, read_locale
from sottovoce.engine.protocol import Engine
from sottovoce.guard import crisis
from sottovoce.guard.moderation import GuardModel
from sottovoce.guard.policy import OPEN, PROFILES
from sottovoce.guard.safeguards import safeguards
from sottovoce.models.catalogue import Card
from sottovoce.models.engines import Engines
from sottovoce.models.file import ModelFile
from sottovoce.models.kinds import LANGUAGE
from sottovoce.models.small import is_small
from sottovoce.store.db import Database
from sottovoce.store.guard_log import GuardLog

if TYPE_CHECKING:
    from sottovoce.help.facts import Facts
    from sottovoce.models.speaking import Way


@dataclass(frozen=True, slots=True)
class Common:
    """What the guards of one home have in common as long as it is open."""

    own: OwnRulesGuard
    record: Recorder
    engines: Engines
    taken: Callable[[], int] = int
    """Tells the bytes that the models loaded here have."""
    by_rule: bool = False
    """No model answers here but a rule, for tests and docs: it speaks as it is spoken to."""


def common(
    home: Home, engines: Engines, surface: str, taken: Callable[[], int] = int, *, by_rule: bool = False
) -> Common:
    """Return it. `surface` is the way by which is asked here, for the owner's log."""
    record = Recorder(GuardLog(home.guard_log), surface)
    return Common(OwnRulesGuard(RulesFile(home), record), record, engines, taken, by_rule)


def around(
    home: Home,
    standing: Callable[[], Settings],
    database: Database,
    model: ModelFile,
    common: Common,
    *,
    is_able: bool = False,
) -> Guards:
    """Return the guards of a model. Nothing is read before a question needs it.

    `standing` tells the settings as they are by then. `is_able`: the model may decide what is to be computed.
    """
    card = partial(_card, home, database, model)

    async def until() -> str:
        known = await card()
        return "" if known is None else known.knowledge_until

    async def languages() -> tuple[str, ...]:
        known = None if common.by_rule else await card()
        return () if known is None else known.languages

    async def way(code: str) -> Way | None:
        return await asyncio.to_thread(_way, home, database, code, standing().use, common.taken())

    guarding = around_calls(standing, model, common)
    own, safeguards, judge = guarding.checks
    remembering = _memory(home, standing, database, common.engines)
    helping = _help(home, standing, database, model)
    wordless = WordlessCheck(lambda: reader.get() or choose("", standing().lang, read_locale()))
    engine = partial(common.engines.get, model) if is_able else None
    computing = ExactCheck(lambda: standing().tools == "on", engine)
    speaking = LanguageCheck(languages, way)
    checks = (own, safeguards, remembering, wordless, helping, computing, speaking, AgeCheck(until), judge)
    listening = () if common.by_rule else (language.watch,)
    return replace(
        guarding,
        checks=checks,
        watches=(*guarding.watches, *listening, repetition.watch),
        listeners=(*guarding.listeners, repetition.ThoughtsWatch),
    )


PREPARING = (
    "What is 17 times 6, and which day was it 3 weeks ago?",
    "Was kostet das?",
    "今天是几月几号？5公里是多少英里？",
)
"""Questions that every reader of questions has to look at."""


def prepare(given_up: threading.Event) -> None:
    """Load what a program's first questions would wait for, each a part of a tenth of a second. Blocks.

    Between two parts it looks whether it was given up.
    """
    from sottovoce.chat.guarding.language import watch
    from sottovoce.exact import deciding, reading
    from sottovoce.help import find
    from sottovoce.models import catalogue

    catalogue.cards()
    now = datetime.now(UTC)
    looks: tuple[Callable[[str], object], ...] = (
        lambda question: safeguards().hits(question),
        find.nearest,
        lambda question: reading.certain(question, now),
        deciding.may_be_sum,
        lambda question: watch(Said(question, "", 0.0)),
    )
    for question in PREPARING:
        for look in looks:
            if given_up.is_set():
                return
            look(question)


def _memory(
    home: Home, standing: Callable[[], Settings], database: Database, engines: Engines
) -> MemoryCheck:
    """Return what does as a message asks of the memory; what is forgotten leaves the disk, as in its list."""

    async def erase(owner: str, line: str | None) -> int:
        from sottovoce.erasing import erase_memory

        return await erase_memory(home, database, owner, line, engines)

    return MemoryCheck(database, lambda: standing().memory == "on", erase)


def _help(home: Home, standing: Callable[[], Settings], database: Database, model: ModelFile) -> HelpCheck:
    """Return what answers questions about the assistant. A variant with instructions speaks for itself."""
    is_plain = model.variant is None or not model.variant.system

    def facts(blanks: Collection[str]) -> Facts:
        from sottovoce.help.facts import Place, gather

        return gather(Place(home, standing(), model, database), blanks)

    return HelpCheck(facts, lambda: is_plain and standing().help_in_chat == "on")


def around_calls(standing: Callable[[], Settings], model: ModelFile, common: Common) -> Guards:
    """Return those of them that refuse something, for answers that are not kept."""
    own, safeguards = common.own, policy(standing, model, common.record)
    judge = Moderation(
        lambda: standing().guard_model,
        partial(_guard_model, common.engines, model),
        safeguards.profile,
        common.record,
        card=safeguards.card,
    )
    ruling = (own.watch, safeguards.watch)
    return Guards((own, safeguards, judge), ruling, (judge.judge,), ruling, safeguards.first)


async def first(said: Said, region: str) -> str:
    """Return what must be told of a question where no home can be opened; "" for nothing."""
    region = crisis.region_of(region, read_locale())
    return await PolicyGuard(lambda: OPEN, lambda: region, safeguards).first(said)


def policy(standing: Callable[[], Settings], model: ModelFile, record: Record) -> PolicyGuard:
    """Return the guard that holds to the profile which is set, and knows who is to answer."""
    return PolicyGuard(
        lambda: PROFILES[standing().profile],
        lambda: crisis.region_of(standing().region, read_locale()),
        safeguards,
        record,
        partial(asyncio.to_thread, is_small, model),
    )


async def _guard_model(engines: Engines, answering: ModelFile, name: str) -> tuple[GuardModel, Engine]:
    """Return the guard model of this name, and its engine. Raises NotFound, BadModelFile or Refused."""
    from sottovoce.models.guards import guard_model

    wanted = await asyncio.to_thread(engines.resolve, name, (LANGUAGE,))
    return await asyncio.to_thread(guard_model, wanted, answering), await engines.get(wanted)


def _way(home: Home, database: Database, code: str, use: str, taken: int) -> Way | None:
    from sottovoce.models import catalogue, speaking

    return speaking.way_to(home, database, catalogue.cards(home), code, use, taken)


async def _card(home: Home, database: Database, model: ModelFile) -> Card | None:
    """Return what the catalogue says of a model, known by its content; None of one that it does not know."""
    from sottovoce.models import catalogue, shelf

    known = await database.read(lambda conn: shelf.known(conn, model.path))
    digest = model.made_of or model.sha256 or ("" if known is None else known.sha256)
    if not digest:
        return None
    found = await asyncio.to_thread(catalogue.of_content, digest, home)
    return None if found is None else found[0]
