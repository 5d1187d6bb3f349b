"""Lets 32 users with secret words ask one server at once, and looks for each word wherever it must not be.

Programs with keys in four APIs, and the person at the page; they leave at random, come back, and go on. There
are fewer slots than users, so states are handed on, and now and then the engine is killed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from sottovoce.server.caller import Scope
from torture import places
from torture.result import Figures, Result, Row, Tried
from torture.serving import Server, add_keys, serving
from torture.told import Told
from torture.users import TOKENS, WAYS, Heard, User, everything, markers, pieces

USERS = 32
ROUNDS = (20, 625)
"""Of turns of each user: one that begins a chat, then one that goes on in it."""
SHARED_ROUNDS = (2, 20)

SETTINGS = {
    "slots": 8,
    "context": 1024,
    "queue_seconds": 0,
    "max_tokens": TOKENS,
    "kv_megabytes": 32,
    "tools": "off",
    "help_in_chat": "off",
}
WORDS = ("tide", "rope", "mast", "sail", "buoy", "chart", "knot", "deck", "keel", "lamp", "gull", "storm")
PREAMBLE = 16
"""Words that all new chats of a round begin with: another's state would save reading them. They are more
tokens than SLACK, or that would not be seen, and no more than need be: reading takes most of the time."""
SLACK = 8

STREAMS, LEAVES, KILLS = 0.7, 0.15, 1 / 64
LONGEST = 1.5
"""Seconds after which at the latest somebody leaves who does."""
TRIES = 10
ENOUGH = 3

SLOTS = """
from sottovoce.core.messages import Conversation
from sottovoce.engine.seats import Seats

async def handed_on(self, running, slot, conversation, *rest, seat=Seats.seat):
    if slot.conversation is not None:
        slot.conversation = Conversation(conversation.owner, slot.conversation.chat)
    await seat(self, running, slot, conversation, *rest)

Seats.seat = handed_on
"""
KEPT = """
from sottovoce.store import responses

def anyones(conn, owner, name, now, get=responses.get):
    row = conn.execute("SELECT owner FROM responses WHERE id = ?", (name,)).fetchone()
    return get(conn, owner if row is None else row[0], name, now)

responses.get = anyones
"""
LOGGED = """
from sottovoce.engine import llama

def aloud(self, asked, *rest, answer=llama.LlamaEngine.answer):
    llama.log.warning("asked: %s", asked)
    return answer(self, asked, *rest)

llama.LlamaEngine.answer = aloud
"""
SHARED_CACHE = '''
import asyncio

CHILD = """
from sottovoce.engine import child

def shared(config, library, parameters=child.parameters):
    params = parameters(config, library)
    params.cache_ram_mib = 512
    params.cache_idle_slots = True
    return params

child.parameters = shared
child.main()
"""

async def spawn(*command, start=asyncio.create_subprocess_exec, **how):
    at = command.index("-m")
    return await start(*command[:at], "-c", CHILD, *command[at + 2:], **how)

asyncio.create_subprocess_exec = spawn
'''


def run(folder: Path, figures: Figures, told: Told) -> Result:
    rounds = figures.pick(*ROUNDS)
    what = f"answers to {USERS} users in {rounds} rounds"
    theirs, around = "another's kept answer, asked for by its name", "what others can see beside answers"
    with begun(folder, figures) as world:
        answers = world.each(told, what, turns(rounds))
        kept = told.each(theirs, NAMES, world.reach)
        seen = told.each(around, *world.places())
    with begun(folder, figures, SLOTS + KEPT + LOGGED) as world:
        handed_on = world.each(told, f"{what}, unsafe", turns(rounds), enough=ENOUGH)
        given = told.each(f"{theirs}, unsafe", NAMES, world.reach, enough=ENOUGH)
        logged = told.each(f"{around}, unsafe", *world.places())
    with begun(folder, figures, SHARED_CACHE) as world:
        some = turns(figures.pick(*SHARED_ROUNDS))
        shared = world.each(told, f"{what}, the engine's cache shared", some)
    cache = "the same with the engine's own cache for all slots switched on, which it never is"
    return Result(
        "Nothing that one user says reaches another, a log, a figure or a temporary file",
        (
            Row(what, answers, "the owner's check when a slot is handed on", handed_on),
            Row(theirs, kept, "the owner in the query", given),
            Row(around, seen, "the log's rule that nothing said is written", logged),
            Row(cache, shared, "", Tried(0, (), 0.0), promised=False),
        ),
        NOTES.format(slots=SETTINGS["slots"], words=PREAMBLE),
    )


NOTES = """The real engine and the starter, with {slots} slots; 31 keys in the APIs of OpenAI (two), Anthropic
and Ollama, and the person's own chats. Each user has a word of ten consonants; every byte that another is
sent is searched for it, and the joined text for any five letters of it. Chats of a round begin with the same
{words} words: the tokens that an answer says were reused must not be more than the user's own chat, or the
template, can give (Ollama's API does not say). One answer in seven is left at a random moment and asked for
again; the engine is killed at every 64th."""


REACHES = ("GET", "GET input_items", "POST cancel", "POST", "DELETE")
NAMES = [f"{user} {reach}" for user in range(1, USERS) for reach in REACHES]


def turns(rounds: int) -> list[str]:
    return [f"{at} {user}" for at in range(rounds) for user in range(USERS)]


class World:
    """A server and its users. `common` is how many tokens a new chat may have of no chat: the template's."""

    def __init__(self, server: Server, users: list[User], stranger: str, figures: Figures) -> None:
        self.server, self.users = server, users
        self._stranger, self._figures = stranger, figures
        self._pieces = {user.number: pieces(user.marker) for user in users}
        self._own = dict.fromkeys(range(USERS), 0)
        self._kept: dict[int, str] = {}
        self.common = self._template() + SLACK
        self._openings = places.openings(server.home)

    def each(self, told: Told, what: str, cases: list[str], enough: int | None = None) -> Tried:
        return told.each(what, cases, self.turn, enough=enough, at_once=USERS)

    def turn(self, case: str) -> str | None:
        """Let a user ask once, be it after having left, and say what came that must not."""
        at, number = map(int, case.split())
        user, chance = self.users[number], self._figures.chance("turn", case)
        with user.lock:
            if chance.random() < KILLS:
                self.server.kill_engine()
            if at % 2 and user.way:
                return self._asked(user, user.go_on(), self._own[number] + SLACK, chance)
            way, as_system = WAYS[(number + at // 2) % len(WAYS)], at // 2 % 2 == 1
            text = user.begin(self._preamble(at), way, as_system=as_system)
            return self._asked(user, text, self.common, chance)

    def _asked(self, user: User, text: str, most: int | None, chance: Random) -> str | None:
        """Ask until an answer is whole. `most` tokens may be reused; None once it was asked before."""
        stream = chance.random() < STREAMS
        leave_after = chance.uniform(0, LONGEST) if chance.random() < LEAVES else None
        for at in range(TRIES):
            heard = user.ask(self.server, text, stream=stream, leave_after=leave_after)
            if fault := self._fault(user, heard, most):
                return fault
            if heard.is_answer and (leave_after is None or not user.key):
                self._own[user.number] = (heard.prompt or 0) + heard.answer
                return None
            most = leave_after = None
            time.sleep(at / 10)
        return f"no answer: {heard.raw[-300:]!r}"

    def _fault(self, user: User, heard: Heard, most: int | None) -> str | None:
        text, said = everything(heard), pieces(heard.said.lower())
        for other in self.users:
            if other is not user and (other.marker in text or said & self._pieces[other.number]):
                return f"the word of user {other.number} in what {user.number} was sent"
        if most is not None and (heard.reused or 0) > most:
            return f"{heard.reused} tokens were reused where its own can give {most}"
        return None

    def reach(self, case: str) -> str | None:
        """Try to come at what another has kept."""
        number, method, *rest = case.split()
        user = self.users[int(number)]
        name, other = self._stored(user), self.users[int(number) % (USERS - 1) + 1]
        path, body = f"/v1/responses/{'/'.join([name, *rest])}", None
        if case.endswith("POST"):
            asked = {"model": "default", "input": "Say my word.", "previous_response_id": name}
            path, body = "/v1/responses", json.dumps({**asked, "max_output_tokens": 8}).encode()
        reply = self.server.ask(path, body, key=other.key, method=method)
        if user.marker.encode() in reply.raw.lower():
            return f"{method}: another's word"
        if not 400 <= reply.status < 500:
            return f"{method}: status {reply.status} for another's answer"
        if self.server.ask(f"/v1/responses/{name}", key=user.key).status != 200:
            return f"{method}: the owner's answer is gone"
        return None

    def _stored(self, user: User) -> str:
        with user.lock:
            if user.number not in self._kept:
                text = user.begin("", "responses", as_system=False)
                self._kept[user.number] = user.ask(self.server, text, stream=False).name
            return self._kept[user.number]

    def places(self) -> tuple[list[str], places.Look]:
        """Return what others can see, and what looks whether a word of any user is there."""
        words = [user.marker for user in self.users]
        found = places.found(self.server, self._stranger, words, self._openings)
        return sorted(found), found.__getitem__

    def _preamble(self, at: int) -> str:
        chance = self._figures.chance("preamble", at)
        return f"{chance.randrange(10**6)} {' '.join(chance.choices(WORDS, k=PREAMBLE))}."

    def _template(self) -> int:
        """Return how many tokens a chat has of the template: what chats that are alike in nothing reuse."""
        asker = User(USERS, "nobody", self._stranger)
        reused = []
        for text in ("Why?", "12 to 7.", "Hello there.", "Name a sea."):
            asker.begin("", "chat", as_system=False)
            reused.append(asker.ask(self.server, text, stream=False).reused or 0)
        return max(reused)


@contextmanager
def begun(folder: Path, figures: Figures, without: str = "", **settings: object) -> Iterator[World]:
    """Run a server of its own for the block, with its users."""
    own = Path(mkdtemp(dir=folder))
    words = markers(USERS, figures.chance("markers"))
    names = [f"user{number}" for number in range(1, USERS)]
    made = ["", *add_keys(own, names)]
    (stranger,) = add_keys(own, ["stranger"], [Scope.CHAT, Scope.MODELS, Scope.ADMIN])
    users = [User(at, word, key) for at, (word, key) in enumerate(zip(words, made, strict=True))]
    with serving(own, without, **{**SETTINGS, **settings}) as server:
        yield World(server, users, stranger, figures)
