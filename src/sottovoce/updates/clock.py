"""By which time a bundle must not have run out, on machines with and without a clock to rely on. Pure."""

from __future__ import annotations

import datetime

NONE = "none"
"""What the setting update_clock says where this machine has no clock to rely on."""

BEGINNING = datetime.datetime.fromtimestamp(0, datetime.UTC)


def moment(policy: str, now: datetime.datetime, newest: datetime.datetime | None) -> datetime.datetime:
    """Return the time that counts.

    `newest`: when the newest bundle that was believed was made. A clock that stands before that is behind.
    With the policy none it alone counts: no time of this machine's is remembered or asked.
    """
    known = newest or BEGINNING
    return known if policy == NONE else max(now, known)
