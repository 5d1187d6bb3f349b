"""How full the model's view of a chat is, told without loading the model."""

from __future__ import annotations

from collections.abc import Sequence

from sottovoce.app import App
from sottovoce.chat import prompt, view
from sottovoce.chat.heard import heard
from sottovoce.core.errors import BadModelFile, NotFound
from sottovoce.core.messages import Message, Role
from sottovoce.engine.gguf import Header
from sottovoce.engine.pace import guessed_tokens
from sottovoce.engine.plan import window_of
from sottovoce.server import served
from sottovoce.server.app_api.nouns_settings import ContextNoun
from sottovoce.store.rows import Chat, StoredMessage


async def of(app: App, chat: Chat, branch: Sequence[StoredMessage]) -> ContextNoun:
    """Tell it for the model that answered last, or the usual one."""
    last = next((one for one in reversed(branch) if one.role is Role.ASSISTANT), None)
    window = await _window(app, last.model if last else "")
    longest = chat.settings.max_tokens or app.settings.max_tokens
    left_out = view.left_out(branch)
    used, is_exact = _used(chat, branch, left_out)
    return ContextNoun(
        window=window,
        room=None if window is None else prompt.room_for_prompt(window, longest, chat.settings.context),
        used=used,
        exact=is_exact,
        left_out=left_out,
    )


def window_in(app: App, header: Header) -> int:
    """Return the tokens that a model of this header would hold at once here."""
    return window_of(header, app.settings.context)


async def _window(app: App, name: str) -> int | None:
    try:
        model = await served.find(app, name)
    except NotFound:  # it is gone; whoever answers next is the usual one
        model = app.model
    try:
        return window_in(app, await served.header(model))
    except BadModelFile:
        return None


def _used(chat: Chat, branch: Sequence[StoredMessage], left_out: int) -> tuple[int, bool]:
    """Return the tokens of what was read and written last, and whether all of them were counted."""
    # An answer without a word may yet come: its question counts.
    told = heard(branch if branch and branch[-1].text else branch[:-1])
    since = told[2 * left_out :]
    for at in range(len(told) - 1, -1, -1):
        found = _counted(told[at].message)
        if found is not None and view.left_out([told[at].message]) == left_out:
            since = told[at + 1 :]
            break
    else:
        found = None
    said = [Message(one.message.role, "\n\n".join(one.texts)) for one in since if one.texts]
    if found is None and chat.system:
        said.insert(0, Message(Role.SYSTEM, chat.system))
    judged = guessed_tokens(said) + prompt.OVERHEAD * len(said) if said else 0
    return (found or 0) + judged, not said


def _counted(message: StoredMessage) -> int | None:
    """Return the tokens that a model read and wrote for an answer; None where none did, or nobody counted."""
    if not message.model:
        return None
    usage = message.facts.get("usage")
    if not isinstance(usage, dict):
        return None
    read, written = usage.get("prompt"), usage.get("answer")
    return read + written if isinstance(read, int) and isinstance(written, int) else None
