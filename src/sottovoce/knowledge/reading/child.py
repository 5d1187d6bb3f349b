"""The reader's own process: shut itself in, then read one document after the other for its parent.

Takes a line of JSON for each on standard input, with the document's bytes behind it or its descriptor
on a socket beside it, and answers in lines on standard output. Ends when standard input closes. Knows
neither the document's name nor where it lies.
"""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import traceback
from dataclasses import replace
from typing import BinaryIO

from sottovoce.core.priority import LOW, give_way
from sottovoce.knowledge.reading import cage, families
from sottovoce.knowledge.reading.paper import Paper, plain
from sottovoce.knowledge.reading.refusal import Refusal
from sottovoce.knowledge.reading.wire import NO_MEMORY, Limits, Request

WORN = 200 << 20
"""Bytes. A child that holds so much after a document is replaced: it would not give it back."""


def main() -> None:
    """Serve until the parent is gone. Arguments: limits, number of the socket, late kind; `-` for none."""
    # Libraries may print; their words must not be taken for ours.
    answers = os.dup(1)
    os.dup2(2, 1)
    limits = Limits(**json.loads(sys.argv[1]))
    beside = None if sys.argv[2] == "-" else socket.socket(fileno=int(sys.argv[2]))
    late = sys.argv[3]
    families.load(late)
    give_way(LOW)
    os.umask(0o077)
    memory = cage.Memory()
    if (
        late == "other"
    ):  # its library sets aside addresses for its threads, 400 MB on two cores, that are no memory yet
        limits = replace(limits, memory=limits.memory + memory.mapped())
    held = cage.close(limits)

    def send(line: bytes) -> None:
        while line:
            line = line[os.write(answers, line) :]

    send(json.dumps({"ready": held}).encode() + b"\n")
    while line := sys.stdin.buffer.readline():
        request = Request(**json.loads(line))
        cage.allow_time(limits)
        try:
            with _source(request, beside) as source:
                send(_read(request, source, Paper(send, limits), memory))
        except MemoryError:
            # What is left may not be enough to say so in words.
            os._exit(NO_MEMORY)


def _source(request: Request, beside: socket.socket | None) -> BinaryIO:
    if request.size is not None:
        return io.BytesIO(sys.stdin.buffer.read(request.size))
    assert beside is not None  # noqa: S101  (the parent gave it where it uses it)
    _, handles, _, _ = socket.recv_fds(beside, 1, 1)
    return os.fdopen(handles[0], "rb")


def _read(request: Request, source: BinaryIO, paper: Paper, memory: cage.Memory) -> bytes:
    """Read one document, and return the line that ends it."""
    try:
        families.read(request, source, paper)
        return paper.finish(worn=memory.used() > WORN)
    except Refusal as refusal:
        return _refused(refusal)
    except MemoryError:
        raise
    except RecursionError:
        return _refused(Refusal("bomb", "its parts lie in each other without end"))
    except Exception:  # noqa: BLE001  whatever a damaged document makes of a library, its reader lives on
        return _refused(Refusal("damaged", detail=traceback.format_exc(limit=-8)))


def _refused(refusal: Refusal) -> bytes:
    said = {
        "refused": refusal.reason,
        "what": plain(refusal.what)[:200],
        "detail": plain(refusal.detail or "")[-20_000:],
    }
    return json.dumps(said).encode() + b"\n"


if __name__ == "__main__":
    main()
