"""Bytes as a person says them. Pure."""


def amount(count: float) -> str:
    """Return so many bytes in words; below a gigabyte in whole megabytes, so that two can be told apart."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.{1 if unit == 'GB' else 0}f} {unit}"
    return f"{count / 1e3:.0f} kB"
