"""Damages what is kept of a chat for the engine (see kvfiles), in every way that a disk or a person may.

Each case is a home's folder of states as it was, with one damage.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import shutil
from array import array
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sottovoce.core.messages import Conversation
from sottovoce.engine.kvfiles import Binding, KvFiles, name_of, opening
from sottovoce.engine.script import Script
from torture.result import Figures

BINDING = Binding("d" * 64, "build", 4096, 1)
CAP = 1 << 30

CHAT = Conversation("me", "chat")
OTHERS = (
    Conversation("me", "another chat"),
    Conversation("you", "chat"),
    opening("Be kind.", BINDING),
    opening("", BINDING),
)
ALL = (CHAT, *OTHERS)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two files of a state: what binds it, and what the engine wrote."""

    bound: bytes
    state: bytes


@dataclass(frozen=True, slots=True)
class Stock:
    """A home's states, what they were a turn ago, and those of the same names in another home."""

    key: bytes
    now: dict[Conversation, Pair]
    before: dict[Conversation, Pair]
    elsewhere: dict[Conversation, Pair]


@dataclass(frozen=True, slots=True)
class Damage:
    """What stands under a chat's name, and the key of the home, once something was done to them."""

    pair: Pair
    key: bytes


def stock(folder: Path, chance: random.Random) -> Stock:
    """Have states written as the program writes them."""
    key, now, before = _written(folder / "here", chance)
    _, elsewhere, _ = _written(folder / "elsewhere", chance)
    return Stock(key, now, before, elsewhere)


def attempt(folder: Path, kept: Stock, figures: Figures) -> Callable[[int], str | None]:
    """Return what damages a state and has it read; a damaged one that is believed is a fault."""

    def tried(case: int) -> str | None:
        chance = figures.chance("a damaged state", case)
        conversation = ALL[case // len(WAYS) % len(ALL)]
        way = WAYS[case % len(WAYS)]
        damage = way(kept, conversation, chance)
        if damage == Damage(kept.now[conversation], kept.key):
            return f"{way.__name__} changed nothing"
        place = folder / f"state{case}"
        place.mkdir(mode=0o700)
        try:
            (place / "key").write_bytes(damage.key)
            (place / f"{name_of(conversation)}.json").write_bytes(damage.pair.bound)
            (place / f"{name_of(conversation)}.state").write_bytes(damage.pair.state)
            with closing(KvFiles(place, CAP)) as files:
                files.open()
                believed = files.read(conversation) is not None
        finally:
            shutil.rmtree(place)
        return f"{way.__name__.strip('_')}: it was believed" if believed else None

    return tried


# ── what may happen to a state ────────────────────────────────────────────────────────────────────


def _flipped_state(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    own = kept.now[whose]
    return Damage(Pair(own.bound, _flipped(own.state, chance)), kept.key)


def _flipped_binding(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    own = kept.now[whose]
    return Damage(Pair(_flipped(own.bound, chance), own.state), kept.key)


def _cut_state(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    own = kept.now[whose]
    return Damage(Pair(own.bound, own.state[: chance.randrange(len(own.state))]), kept.key)


def _cut_binding(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    own = kept.now[whose]
    return Damage(Pair(own.bound[: chance.randrange(len(own.bound))], own.state), kept.key)


def _grown(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    """Put something behind the one or the other; white space, too."""
    own = kept.now[whose]
    more = chance.choice((b"\0", b"\n", b" ", chance.randbytes(chance.randint(1, 4096))))
    pair = Pair(own.bound + more, own.state) if chance.random() < 0.5 else Pair(own.bound, own.state + more)
    return Damage(pair, kept.key)


def _zeroed(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    """Lose a block of the state, as a disk does."""
    own = kept.now[whose]
    at = chance.randrange(len(own.state))
    lost = own.state[:at] + bytes(len(own.state[at : at + 512])) + own.state[at + 512 :]
    return Damage(Pair(own.bound, lost), kept.key)


def _anothers_state(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    own, other = kept.now[whose], kept.now[_another(whose, chance)]
    return Damage(Pair(own.bound, other.state), kept.key)


def _another_renamed(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    """Put both files of another chat, owner or opening under this one's name."""
    return Damage(kept.now[_another(whose, chance)], kept.key)


def _old_state(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    """Put one file back to what it was, and leave the other."""
    own, old = kept.now[whose], kept.before[whose]
    pair = Pair(own.bound, old.state) if chance.random() < 0.5 else Pair(old.bound, own.state)
    return Damage(pair, kept.key)


def _of_another_home(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    return Damage(kept.elsewhere[whose], kept.key)


def _another_key(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    return Damage(kept.now[whose], _flipped(kept.key, chance))


def _rewritten(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    """Have the binding say something else of itself, well formed, and leave its code."""
    facts = json.loads(kept.now[whose].bound)
    name = chance.choice([name for name in facts if name != "mac"])
    if isinstance(facts[name], int):
        facts[name] += chance.choice((-1, 1, 1 << 40))
    elif name == "tokens":
        facts[name] = _tokens(chance.sample(range(49_152), 50))
    else:
        others: tuple[object, ...] = ("", "me", "you", [], None, facts[name] * 2)
        facts[name] = chance.choice([other for other in others if other != facts[name]])
    return Damage(Pair(json.dumps(facts).encode(), kept.now[whose].state), kept.key)


def _of_an_old_version(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    """Bind it as an older program of this very home would have, with a code that is right."""
    own = kept.now[whose]
    facts = json.loads(own.bound)
    del facts["mac"]
    facts["version"] = chance.choice((0, 1))
    facts["mac"] = _code(kept.key, facts, own.state)
    return Damage(Pair(json.dumps(facts).encode(), own.state), kept.key)


def _without_code(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    facts = json.loads(kept.now[whose].bound)
    codes: tuple[object, ...] = (
        "",
        "0" * 64,
        facts["mac"][:-2],
        facts["mac"].upper(),
        f" {facts['mac']}",
        "x",
        0,
        None,
        [],
    )
    facts["mac"] = chance.choice(codes)
    return Damage(Pair(json.dumps(facts).encode(), kept.now[whose].state), kept.key)


def _no_binding(kept: Stock, whose: Conversation, chance: random.Random) -> Damage:
    """Put something in its place that is none."""
    deep = b"[" * chance.randint(1, 100_000)
    bound = chance.choice((b"", b"{}", b"[]", b"null", b"1" * 5_000, deep, chance.randbytes(600)))
    return Damage(Pair(bound, kept.now[whose].state), kept.key)


WAYS: tuple[Callable[[Stock, Conversation, random.Random], Damage], ...] = (
    _flipped_state,
    _flipped_binding,
    _cut_state,
    _cut_binding,
    _grown,
    _zeroed,
    _anothers_state,
    _another_renamed,
    _old_state,
    _of_another_home,
    _another_key,
    _rewritten,
    _of_an_old_version,
    _without_code,
    _no_binding,
)


def _flipped(data: bytes, chance: random.Random) -> bytes:
    """Return it with some bits changed, each once."""
    changed = bytearray(data)
    for at in chance.sample(range(8 * len(data)), chance.choice((1, 1, 1, 2, 8))):
        changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def _another(whose: Conversation, chance: random.Random) -> Conversation:
    return chance.choice([one for one in ALL if one != whose])


def _tokens(numbers: list[int]) -> str:
    return base64.b64encode(array("I", numbers).tobytes()).decode()


def _code(key: bytes, facts: dict[str, object], state: bytes) -> str:
    text = json.dumps(facts, sort_keys=True).encode()
    return hmac.new(key, text + state, hashlib.sha256).hexdigest()


def _written(
    folder: Path, chance: random.Random
) -> tuple[bytes, dict[Conversation, Pair], dict[Conversation, Pair]]:
    """Return a new home's key, its states, and what they were before the last turn of each chat."""
    made: list[dict[Conversation, Pair]] = []
    with closing(KvFiles(folder, CAP)) as files:
        files.open()
        for turns in (1, 2):
            made.append({one: _kept(files, one, turns, chance) for one in ALL})
        key = (folder / "key").read_bytes()
    return key, made[1], made[0]


def _kept(files: KvFiles, whose: Conversation, turns: int, chance: random.Random) -> Pair:
    script = Script()
    for turn in range(turns):
        script = script.said(f"Why is the sky “{turn}”?\n离线", chance.sample(range(49_152), 40))
    data = chance.randbytes(chance.randint(2_000, 20_000))
    part = files.make_room(whose, len(data))
    if part is None:
        raise RuntimeError("there is no room for a state")
    (files.folder / part).write_bytes(data)
    files.keep(whose, BINDING, script, part)
    name = name_of(whose)
    bound, state = (files.folder / f"{name}.json").read_bytes(), (files.folder / f"{name}.state").read_bytes()
    return Pair(bound, state)
