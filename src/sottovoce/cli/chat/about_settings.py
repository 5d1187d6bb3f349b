"""Slash commands that change how answers are made, for this session."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sottovoce.cli.chat.talk import Talk
from sottovoce.cli.chat.welcome import introduction
from sottovoce.core.chat_settings import UNSET, ChatSettings
from sottovoce.core.errors import BadValue, NotFound
from sottovoce.core.sampling import RANGES, Sampling, checked
from sottovoce.core.settings import load
from sottovoce.models import shelf
from sottovoce.models.kinds import LANGUAGE
from sottovoce.store import chats, memory

DEFAULT = "-"
"""Given as a value: back to what it would be otherwise."""

SWITCH = {"on": True, "off": False, DEFAULT: None}
TOOLS_ON = "Exact tools answer sums, units and dates in this chat; /tools off leaves them to the model."
TOOLS_OFF = "The model answers sums, units and dates in this chat; /tools on has exact tools do it."

MODELS_OWN = "the model's own"
NOT_SET = "is not set for this session"

REOPENING = ("context", "threads", "idle_minutes", "kv_megabytes", "network")
"""Settings that only take hold when the engine is started anew."""


async def system(talk: Talk, arguments: str) -> None:
    """Show or set the instructions placed before this chat."""
    chat = talk.place.chat
    if not arguments:
        now = talk.place.system if talk.place.system is not None else talk.app.settings.system
        if chat is not None:
            now = (await talk.read(lambda conn: chats.get(conn, talk.app.owner, chat))).system
        talk.show.plain(now or talk.show.words("(none)"))
        return
    text = "" if arguments == DEFAULT else arguments
    if chat is None:
        talk.place.system = text
    else:
        await talk.app.database.run(lambda conn: chats.set_system(conn, talk.app.owner, chat, text))
    talk.show.quiet("Set for this chat." if text else "This chat has no instructions now.")


async def remembered(talk: Talk, arguments: str) -> None:
    """Show what is remembered in all chats."""
    lines = await talk.read(lambda conn: memory.listed(conn, talk.app.owner))
    for number, line in enumerate(lines, 1):
        talk.show.plain(f"  {number}. {line.text}")
    if not talk.app.remembers():
        talk.show.quiet("Memory is off: no model is told. To turn it on: sotto settings set memory on")
    else:
        talk.show.quiet('"Remember that I…" adds a line; sotto memory list numbers them, to change and erase')


async def tools(talk: Talk, arguments: str) -> None:
    """Show whether exact tools answer in this chat, or switch them."""
    chat, owner = talk.place.chat, talk.app.owner
    found = ChatSettings(tools=talk.place.tools)
    if chat is not None:
        found = (await talk.read(lambda conn: chats.get(conn, owner, chat))).settings
    if arguments:
        if arguments not in SWITCH:
            raise BadValue(f"/tools takes on, off or -, not {arguments!r}.", hint="For example: /tools off")
        found = replace(found, tools=SWITCH[arguments])
        if chat is None:
            talk.place.tools = found.tools
        else:
            settings = found
            await talk.app.database.run(lambda conn: chats.set_settings(conn, owner, chat, settings))
    is_on = talk.app.standing().tools == "on" if found.tools is None else found.tools
    talk.show.quiet(TOOLS_ON if is_on else TOOLS_OFF)


async def model(talk: Talk, arguments: str) -> None:
    """Show the models, or go on with another."""
    if not arguments:
        talk.show.line(f"  {introduction(talk.app.model)}, answering now")
        for other in shelf.listed(talk.app.home):
            if other.kind in (LANGUAGE, "") and other.path != talk.app.model.path:
                talk.show.line(f"  {introduction(other)}")
        talk.show.quiet("/model starter, or /model followed by another name or the path of a GGUF file")
        return
    chosen = shelf.resolve(arguments, talk.app.home)
    talk.place.settings["model"] = arguments
    talk.show.quiet(f"Now answering: {introduction(chosen)}")
    talk.reopening = True


async def change(talk: Talk, arguments: str) -> None:
    """Show or change the sampling and the engine's settings until one leaves."""
    name, _, value = arguments.partition(" ")
    name, value = name.replace("-", "_"), value.strip()
    if not name:
        await _show_all(talk)
    elif name in REOPENING:
        _reopen_with(talk, name, value)
    elif name in {field.name for field in fields(Sampling)} - {"schema"}:
        _draw_with(talk, name, value)
    else:
        raise NotFound(f"There is nothing named {name!r} to set.", hint="/set lists what there is")


def names() -> list[str]:
    """Return what `/set` can change."""
    return [*RANGES, "stop", *REOPENING]


async def _show_all(talk: Talk) -> None:
    chat, owner = talk.place.chat, talk.app.owner
    set_for_chat = (await talk.read(lambda conn: chats.get(conn, owner, chat))).settings if chat else UNSET
    layers = (talk.app.settings.sampling(), set_for_chat.sampling(), talk.place.sampling)
    drawn = {name: value for layer in layers for name, value in _given(layer).items()}
    for name in names():
        value = getattr(talk.app.settings, name) if name in REOPENING else drawn.get(name, MODELS_OWN)
        shown = ", ".join(repr(text) for text in value) if isinstance(value, tuple) else value
        talk.show.plain(f"  {name:<14} {talk.show.words(shown) if shown == MODELS_OWN else shown}")
    talk.show.quiet("/set temperature 0.2 changes one until you leave; /set temperature - takes it back")


def _given(sampling: Sampling) -> dict[str, Any]:
    values = {item.name: getattr(sampling, item.name) for item in fields(Sampling)}
    return {name: value for name, value in values.items() if value not in (None, ())}


def _draw_with(talk: Talk, name: str, value: str) -> None:
    new: Any
    if not value:
        talk.show.line(f"  {name} {_given(talk.place.sampling).get(name, NOT_SET)}")
        return
    if name == "stop":
        new = () if value == DEFAULT else (*talk.place.sampling.stop, value)
    else:
        new = None if value == DEFAULT else _number(name, value)
    changes: dict[str, Any] = {name: new}
    talk.place.sampling = checked(replace(talk.place.sampling, **changes))
    talk.show.quiet(f"{name}: {'the default' if new in (None, ()) else new}")


def _number(name: str, text: str) -> float:
    span = RANGES[name]
    try:
        return int(text) if span.whole else float(text)
    except ValueError:
        wanted = "a whole number" if span.whole else "a number"
        raise BadValue(f"{name} takes {wanted}, not {text!r}.", hint=f"It says {span.meaning}") from None


def _reopen_with(talk: Talk, name: str, value: str) -> None:
    if not value:
        talk.show.line(f"  {name} {getattr(talk.app.settings, name)}")
        return
    settings = {**talk.place.settings}
    if value == DEFAULT:
        settings.pop(name, None)
    else:
        settings[name] = value
        load(talk.app.home, {}, {name: value})
    talk.place.settings = settings
    talk.reopening = True
    talk.show.quiet(f"{name}: {'the default' if value == DEFAULT else value}; the model is loaded anew.")
