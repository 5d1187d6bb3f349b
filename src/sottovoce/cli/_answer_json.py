"""An answer as `sotto ask --json` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sottovoce.core.events import Done, Grounds


def as_data(done: Done) -> dict[str, object]:
    return {
        "answer": done.text,
        "reasoning": done.reasoning,
        "model": done.model,
        "digest": done.digest,
        "chat": done.chat,
        "usage": asdict(done.usage),
        "timings": asdict(done.timings),
        "reason": done.reason,
    }


def as_cited(done: Done, found: Grounds, notices: Mapping[str, str]) -> dict[str, object]:
    """Return what JSON has besides, where shelves were asked. Offsets in documents are bytes of UTF-8."""
    from sottovoce.core.grounds import STALE, UNREAD, day_of

    passages = [
        {
            "n": n,
            **{name: fact for name, fact in asdict(ground.passage).items() if name != "written"},
            "as_of": day_of(ground.passage.written),
            "told": ground.told,
        }
        for n, ground in enumerate(found.passages, 1)
    ]
    cited = done.cited
    return {
        "knowledge": list(found.shelves),
        "answered": found.answers,
        "passages": passages,
        "citations": [asdict(citation) for citation in cited.citations],
        "claims": [
            {"text": done.text[claim.start : claim.end], "supported": claim.supported, **asdict(claim)}
            for claim in cited.claims
        ],
        "supported_share": cited.supported_share,
        "as_of": cited.as_of,
        "stale": notices.get(STALE),
        "unread": notices.get(UNREAD),
    }
