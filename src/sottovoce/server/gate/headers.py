"""What every answer says besides itself: that it is nobody else's, and may load nothing.

Knows nothing of requests. An answer that sets one of these itself keeps its own.
"""

from __future__ import annotations

from collections.abc import Sequence

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

CLOSED = (
    *(
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
    ),
    *("magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(f"{name}=()" for name in CLOSED)

ALWAYS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", PERMISSIONS.encode()),
    # Else browsers look up the hosts of the links that stand in an answer, before anybody follows one.
    (b"x-dns-prefetch-control", b"off"),
)
"""An answer can only say these more strictly by not being given: they replace its own."""

UNLESS_SAID = ((b"cache-control", b"no-store"),)

Pairs = Sequence[tuple[bytes, bytes]]


def dress(own: Pairs, more: Pairs = ()) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with all that is said always."""
    ours = {name for name, _ in ALWAYS} | {b"server"}
    kept = [(name, value) for name, value in own if name.lower() not in ours]
    said = {name.lower() for name, _ in kept}
    return [*kept, *ALWAYS, *(pair for pair in UNLESS_SAID if pair[0] not in said), *more]
