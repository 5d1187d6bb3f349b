"""What a person agreed to is what leaves: a preview has a seal, and is not sent where that has changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from sottovoce.chat.elsewhere.preview import Edits, Preview, There, preview
from sottovoce.core.errors import Refused
from sottovoce.core.sampling import Sampling


def seal(seen: Preview) -> str:
    """Return the SHA-256 of what a person saw: the bytes, what they hide, to whom and on what terms."""
    shown = {
        "upstream": asdict(seen.upstream),
        "path": seen.call.path,
        "body": seen.sha256,
        "hidden": [(item.placeholder, item.original) for item in seen.items],
        "left_out": seen.left_out,
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()


async def agreed(
    there: There, chat: str, question: str, edits: Edits, sealed: str, sampling: Sampling | None = None
) -> Preview:
    """Return the preview that was sealed so, by whole ids, to be sent as it was seen.

    Raises Refused where it would be another by now, and what `preview` raises.
    """
    seen = await preview(there, chat, question, edits, sampling)
    if seal(seen) != sealed:
        raise Refused(
            "What would be sent has changed since you saw it, so nothing was sent.", hint="Look at it again"
        )
    return seen
