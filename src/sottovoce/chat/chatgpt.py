"""Turns a conversation of a ChatGPT data export into a chat of ours. Values in, values out.

The export is a zip with conversations.json, lately split into conversations-000.json and so on: an
array of {conversation_id, title, create_time, update_time, current_node, mapping}. The mapping holds
the tree: node id -> {message, parent, children}. A message has author.role, create_time, recipient,
content {content_type, parts} and metadata. Nodes without a visible text (hidden instructions, tool
calls and results, reasoning) are left out, and what hangs below them moves up.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sottovoce.chat.grafting import Notes, moment, ordered
from sottovoce.chat.titles import title_of
from sottovoce.core.messages import Role, State
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.values import derived_id

MAX_TITLE = 200

_CITATION = re.compile("\ue200[^\ue201]{0,1000}\ue201")
"""Private signs that the page replaces by a link to a source."""


def chat_of(item: object, now: float, notes: Notes) -> tuple[Chat, list[StoredMessage]] | None:
    """Return a chat and its messages, parents first; None when there is nothing to keep of it."""
    mapping = field(item, "mapping")
    if not isinstance(mapping, dict):
        notes.skipped["not a chat"] += 1
        return None
    created = moment(field(item, "create_time"), now, now)
    changed = moment(field(item, "update_time"), created, now)
    name = _text(field(item, "conversation_id")) or _text(field(item, "id")) or next(iter(mapping), "")
    identity = derived_id("chatgpt", name)
    shown = {node: message for node in mapping if (message := _shown(mapping[node], created, now, notes))}
    if not shown:
        notes.skipped["a chat without any text"] += 1
        return None
    ids = {node: derived_id("chatgpt", name, node) for node in shown}
    messages = []
    for node, message in shown.items():
        above = _nearest_shown(mapping, shown, field(mapping[node], "parent"))
        parent = ids[above] if above is not None else None
        messages.append(replace(message, id=ids[node], chat=identity, parent=parent))
    messages.sort(key=lambda message: message.created)
    leaf = _nearest_shown(mapping, shown, field(item, "current_node"))
    title = " ".join(_text(field(item, "title")).split())[:MAX_TITLE] or title_of(messages[0].text)
    chat = Chat(identity, "", title, "", "", ids[leaf] if leaf is not None else None, created, changed)
    return chat, ordered(messages, notes)


def field(value: object, *path: str) -> object:
    """Return what stands at the path within nested objects, or None."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _shown(node: object, created: float, now: float, notes: Notes) -> StoredMessage | None:
    """Return what a reader of the page saw of a node, still without its ids."""
    message = field(node, "message")
    if message is None:
        return None  # the root and the like
    role = field(message, "author", "role")
    reason = _why_not(message, role)
    text = "" if reason else _words(message, notes)
    if reason is None and not text.strip():
        reason = "a message without text"
    if reason is not None:
        notes.skipped[reason] += 1
        return None
    return StoredMessage(
        number=0,
        id="",
        chat="",
        parent=None,
        role=Role.USER if role == "user" else Role.ASSISTANT,
        state=State.INTERRUPTED if field(message, "status") == "in_progress" else State.COMPLETE,
        text=text,
        model=_text(field(message, "metadata", "model_slug")),
        digest="",
        facts={},
        created=moment(field(message, "create_time"), created, now),
    )


def _why_not(message: object, role: object) -> str | None:
    """Say why a message is not shown, or None."""
    if role == "system" or field(message, "metadata", "is_visually_hidden_from_conversation") is True:
        return "a hidden instruction"
    if role == "tool" or field(message, "recipient") not in (None, "all", "assistant"):
        return "a tool's message"
    if role not in ("user", "assistant"):
        return "a message of no known role"
    kind = field(message, "content", "content_type")
    if kind in ("thoughts", "reasoning_recap"):
        return "reasoning"
    if kind not in ("text", "multimodal_text"):
        return "content other than text"
    return None


def _words(message: object, notes: Notes) -> str:
    parts = field(message, "content", "parts")
    texts = []
    for part in parts if isinstance(parts, list) else []:
        if field(part, "content_type") == "audio_transcription":
            part = field(part, "text")
        if isinstance(part, str):
            texts.append(_CITATION.sub("", part))
        else:
            notes.skipped["an image or a file"] += 1
    return "\n\n".join(text for text in texts if text)


def _nearest_shown(mapping: dict[str, object], shown: dict[str, StoredMessage], node: object) -> str | None:
    """Return the node itself or the first above it that is shown."""
    seen = set()
    while isinstance(node, str) and node not in seen:
        if node in shown:
            return node
        seen.add(node)
        node = field(mapping.get(node), "parent")
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
