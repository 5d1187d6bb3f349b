"""Bytes and times as a person says them. Pure."""


def amount(count: float) -> str:
    """Return so many bytes in words; below a gigabyte in whole megabytes, so that two can be told apart."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.{1 if unit == 'GB' else 0}f} {unit}"
    return f"{count / 1e3:.0f} kB"


def duration(seconds: float) -> str:
    """Return a time in words: seconds, minutes or hours, whichever is enough."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
