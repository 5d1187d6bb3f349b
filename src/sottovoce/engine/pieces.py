"""An engine's pieces, facts and problems as JSON, there and back. Pure.

Spoken between two programs of one version, over the socket of this home's server: see attached.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NoReturn

from sottovoce.core import errors
from sottovoce.core.errors import EngineFailed, SottoError
from sottovoce.core.events import Finished, Likelihood, Piece, Reading, Text, Timings, Usage, Waiting

Json = dict[str, Any]


def said(piece: Piece) -> Json:
    """Return a piece as JSON, whose first key is its kind."""
    match piece:
        case Text(text, ()):
            return {"text": text}
        case Text(text, likelihoods):
            return {"text": text, "likelihoods": [_weighed(one) for one in likelihoods]}
        case Reading(read, total):
            return {"reading": [read, total]}
        case Waiting(before, seconds, loading):
            return {"waiting": [before, seconds, loading]}
        case Finished():
            return {"finished": asdict(piece)}


def heard(piece: Mapping[str, Any]) -> Piece:
    """Return the piece that `said` made this of. Raises EngineFailed for anything else."""
    try:
        match piece:
            case {"text": text}:
                return Text(text, tuple(map(_likelihood, piece.get("likelihoods", ()))))
            case {"reading": [read, total]}:
                return Reading(read, total)
            case {"waiting": [before, seconds, loading]}:
                return Waiting(before, seconds, loading)
            case {"finished": {"reason": reason, "usage": usage, "timings": timings, "stop": stop} as end}:
                return Finished(reason, Usage(**usage), Timings(**timings), stop, int(end["company"]))
    except (TypeError, KeyError, ValueError) as problem:
        raise _garbled(repr(problem)) from problem
    raise _garbled(repr(piece)[:200])


def raised(problem: Mapping[str, Any]) -> NoReturn:
    """Raise again what another program of ours met: the same class, sentence and hint."""
    kind = KINDS.get(str(problem.get("code")), EngineFailed)
    raise kind(
        str(problem.get("sentence") or "The server met a problem it did not name."),
        hint=str(problem.get("hint") or "Ask again; the server's log says more"),
        field=problem.get("field"),
    )


def _kinds(root: type[SottoError]) -> Iterator[type[SottoError]]:
    yield root
    for kind in root.__subclasses__():
        # Others' subclasses share a code with their parent; the tree in core is what travels.
        if kind.__module__ == errors.__name__:
            yield from _kinds(kind)


KINDS: Mapping[str, type[SottoError]] = {kind.code: kind for kind in _kinds(SottoError)}
"""The error class behind each code."""


def _weighed(one: Likelihood) -> Json:
    return {
        "token": one.token,
        "data": one.data.hex(),
        "logprob": one.logprob,
        "others": [_weighed(other) for other in one.others],
    }


def _likelihood(given: Mapping[str, Any]) -> Likelihood:
    others = tuple(_likelihood(other) for other in given["others"])
    return Likelihood(given["token"], bytes.fromhex(given["data"]), given["logprob"], others)


def _garbled(detail: str) -> EngineFailed:
    return EngineFailed(
        "What the server sent cannot be understood.",
        hint="Ask again; if it stays, start the server anew: sotto serve",
        detail=detail,
    )
