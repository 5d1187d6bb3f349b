"""Dates as documents write them, in seconds since 1970, UTC. What cannot be one is None. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_PDF = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?)?")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?")


def from_iso(text: str) -> float | None:
    """Read 2024-05-01T12:00:00Z, 2024-05-01, 2024-05 or 2024. Without a zone it is taken for UTC."""
    text = text.strip()[:40]
    if found := _PARTIAL.fullmatch(text):
        text = f"{found[1]}-{found[2] or '01'}-01"
    try:
        return _seconds(datetime.fromisoformat(text))
    except ValueError:
        return None


def from_pdf(text: str) -> float | None:
    """Read D:20240501120000+02'00' (ISO 32000, 7.9.4); all after the year may be missing."""
    found = _PDF.match(text.strip()[:40])
    if found is None:
        return None
    year, *rest = (int(part) if part else None for part in found.groups()[:6])
    month, day, hour, minute, second = rest
    try:
        zone = timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0))
        at = datetime(
            year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0,
            tzinfo=timezone(-zone if found[7] == "-" else zone),
        )  # fmt: skip
        return _seconds(at)
    except ValueError:
        return None


def from_mail(text: str) -> float | None:
    """Read Wed, 01 May 2024 12:00:00 +0200 (RFC 5322)."""
    from email.utils import parsedate_to_datetime

    try:
        return _seconds(parsedate_to_datetime(text[:100]))
    except (ValueError, TypeError, IndexError):
        return None


def _seconds(at: datetime) -> float | None:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, OSError):
        return None
