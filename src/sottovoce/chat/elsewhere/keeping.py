"""A preview that was said yes to, as a question that waits, and back: what was seen is what is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from sottovoce.chat.elsewhere import consent
from sottovoce.chat.elsewhere.hiding import KINDS, Item
from sottovoce.chat.elsewhere.preview import Edits, Preview
from sottovoce.core.errors import StoreDamaged
from sottovoce.core.messages import Message, Role
from sottovoce.core.sampling import Sampling
from sottovoce.guard.privacy.masks import LITERAL, Masks, masks_from_json
from sottovoce.guard.privacy.restoring import restore
from sottovoce.hybrid import asking, budget
from sottovoce.hybrid.upstream import Upstream
from sottovoce.store.hidden import NOTHING
from sottovoce.store.values import new_id
from sottovoce.store.waiting import Consent, Progress, Waiting


def in_hand(preview: Preview, given: Consent, owner: str, sender: str, now: float) -> Waiting:
    """Return the question of a preview as one that this sender is about to send for the first time."""
    texts = [one.text for one in preview.messages]
    said = {
        "messages": [[one.role.value, one.text] for one in preview.messages],
        "sampling": asdict(preview.sampling),
        "edited": preview.edits.text is not None,
    }
    upstream = preview.upstream
    return Waiting(
        new_id(), owner, preview.chat, preview.question, upstream.name, consent.mark(upstream), given, said,
        _used(preview.masks, texts).to_json(), preview.sha256, Progress.SENDING, sender,
        reason="", sent=1, failed=0, asked=now, due=now,
    )  # fmt: skip


def as_seen(one: Waiting, upstream: Upstream) -> Preview:
    """Return what was seen of a question that waits, as it would be sent to this place now.

    Raises StoreDamaged, and what `asking.call` does.
    """
    try:
        messages = tuple(Message(Role(role), str(text)) for role, text in one.said["messages"])
        sampling, masks = _sampling(one.said["sampling"]), masks_from_json(one.masks)
        text = restore(messages[-1].text, masks) if one.said["edited"] else None
    except (LookupError, TypeError, ValueError) as problem:
        raise StoreDamaged(
            "A question that waits to be answered elsewhere cannot be read.",
            hint=f"Forget it, and ask anew: sotto later drop {one.id}",
        ) from problem
    return Preview(
        one.chat, one.question, upstream, messages, asking.call(upstream, messages, sampling), sampling,
        asking.most(upstream, messages, sampling), budget.likely(messages), tuple(_items(masks)), (), 0,
        Edits(text=text), masks, NOTHING,
    )  # fmt: skip


def _used(masks: Masks, texts: Sequence[str]) -> Masks:
    """Return those that stand in the texts: what was said elsewhere in the chat does not wait with them."""
    return replace(
        masks, all=tuple(one for one in masks.all if any(masks.shown(one) in text for text in texts))
    )


def _items(masks: Masks) -> Iterator[Item]:
    for one in masks.all:
        if one.word != LITERAL:
            yield Item(KINDS[one.word], masks.shown(one), one.original, one.value, True, 1)


def _sampling(raw: dict[str, Any]) -> Sampling:
    bias = tuple((int(token), float(value)) for token, value in raw["bias"])
    return Sampling(**{**raw, "stop": tuple(map(str, raw["stop"])), "bias": bias})
