"""May this leave the machine? Values in, verdict out.

Knows the setting and the reason. Knows no sockets, no hosts and no people: who asks the person when
the verdict is `ASK` is the caller's business.
"""

from __future__ import annotations

from enum import StrEnum

from sottovoce.core.errors import Offline


class Purpose(StrEnum):
    """Why something would leave. The value stands in the ledger."""

    DOWNLOAD = "download"
    """Fetch a file; only its address leaves."""
    CHECK = "check"
    """Look whether something newer exists."""
    ANSWER = "answer"
    """Send a question to a model elsewhere."""


class Verdict(StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"


def decide(setting: str, purpose: Purpose, *, explicit: bool) -> Verdict:
    """Return what the network setting (off, ask or on) means for one connection.

    `explicit`: the person has just given the command that this connection carries out. For a download
    that answers the question that `ask` would put; `off` stays off. An unknown setting refuses.
    """
    if setting == "on":
        return Verdict.ALLOW
    if setting == "ask":
        return Verdict.ALLOW if explicit and purpose is Purpose.DOWNLOAD else Verdict.ASK
    return Verdict.REFUSE


def withdrawn(host: str) -> Offline:
    """Return the error for a connection that is cut, since the setting became off meanwhile."""
    return Offline(
        f"The connection to {host} was cut: nothing may leave this machine any more.",
        hint="What has come is kept. To allow it again: sotto settings set network ask",
    )


def refusal(host: str, *, asked: bool) -> Offline:
    """Return the error for a connection that was not made."""
    if asked:
        return Offline(
            f"You said no, so {host} was not contacted.",
            hint="Ask again and say yes, or allow it for good: sotto settings set network on",
        )
    return Offline(
        f"{host} was not contacted: nothing leaves this machine unless you allow it.",
        hint="To allow what you ask for, and be asked about the rest: sotto settings set network ask",
    )
