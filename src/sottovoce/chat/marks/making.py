"""Makes the record of an answer from what is kept of it.

Only for what a model wrote on this machine, or on the server whose engine was used: what came in with an
import says of itself what it likes, and what the program answers by itself no AI wrote.
"""

from __future__ import annotations

from sottovoce.chat.marks.words import words_of
from sottovoce.core.grounds import Cited, read_cited
from sottovoce.core.messages import BASE, MADE, REPLACED, Role
from sottovoce.guard.provenance import Made, Record, Signer, Source
from sottovoce.store.rows import StoredMessage


def record_of(signer: Signer, message: StoredMessage, *, named: bool = True) -> Record | None:
    """Return the record of a kept answer, or None where nothing is known of how it was made.

    Of one that is still being written or was cut off, it is of what there is. Which file its model was is not
    said where the program was killed before it had written that down.
    `named`: the documents that it quotes are told by their names. Where the text does not show these, an
    invisible mark must not either.
    """
    if not _is_ours(message):
        return None
    base = _base(message)
    made = Made(
        base or message.model,
        _digest(message),
        message.created,
        sources(read_cited(message.facts), named=named),
        None if base is None else message.model,
    )
    return signer.answer(words_of(message.text), made)


def sources(cited: Cited, *, named: bool = True) -> tuple[Source, ...]:
    """Return the documents that are quoted, each once."""
    found = {one.digest: Source(one.document if named else None, one.digest) for one in cited.citations}
    return tuple(found.values())


def _is_ours(message: StoredMessage) -> bool:
    return (
        message.role is Role.ASSISTANT
        and bool(message.model and message.text.strip())
        and MADE in message.facts
        and not message.facts.get(REPLACED)
    )


def _digest(message: StoredMessage) -> str | None:
    """Return the SHA-256 of the model's file: a stopped answer has it among its facts alone."""
    return message.digest or str(message.facts.get("digest") or "") or None


def _base(message: StoredMessage) -> str | None:
    """Return the name of the model by itself, where it goes by that of a variant."""
    found = message.facts.get(BASE)
    return found if isinstance(found, str) and found else None
