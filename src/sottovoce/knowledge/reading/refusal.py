"""Why a document cannot be read, and how a person is told. Knows no format and no process. Pure."""

from __future__ import annotations

from typing import Literal

from sottovoce.core.errors import BadDocument

Reason = Literal[
    "missing", "forbidden", "not_file", "empty", "picture", "archive", "sound", "unknown",
    "password", "wrong_password", "protected", "scanned", "damaged", "bomb", "large", "long",
    "memory", "slow", "broke", "extra",
]  # fmt: skip

SENTENCES: dict[Reason, tuple[str, str]] = {
    "missing": ("{name} is not there any more.", "Look where it went, and add it again"),
    "forbidden": ("{name} may not be read by this user.", "Allow this user to read it, and add it again"),
    "not_file": (
        "{name} is not an ordinary file: a folder, a pipe or a device.",
        "Give the file itself, or the folder it lies in",
    ),
    "empty": ("{name} holds no text.", "Look whether it is the file that was meant"),
    "picture": (
        "{name} is a picture ({what}). Reading the text in pictures is not in this release.",
        "Give the text itself, or a document made from it",
    ),
    "archive": ("{name} is an archive ({what}).", "Unpack it, and add the folder it gives"),
    "sound": ("{name} is sound or video ({what}).", "Give its text, if there is one: subtitles can be read"),
    "unknown": (
        "{name} is of a kind that cannot be read here.",
        "Save it as PDF, DOCX, HTML or plain text, and add that",
    ),
    "password": ("{name} is locked with a password.", "Give its password, or save it without one"),
    "wrong_password": ("That is not the password of {name}.", "Give the right one, or save it without one"),
    "protected": (
        "{name} is locked with a password or by its publisher.",
        "Open it in the program it is for, and save it without the lock",
    ),
    "scanned": (
        "{name} holds pictures of text, but no text. Reading those is not in this release.",
        "Have a scanning program add the text (OCR), and add what it saves",
    ),
    "damaged": (
        "{name} is damaged or cut short.",
        "Get it again from where it came, or save it anew in the program it is for",
    ),
    "bomb": (
        "{name} is built to grow without end when it is read: {what}.",
        "Do not trust where it came from; if you do, save it anew in the program it is for",
    ),
    "large": ("{name} is larger than the {what} that are read of its kind.", "Split it into smaller files"),
    "long": ("{name} holds more than is read of one document: {what}.", "Split it into smaller files"),
    "memory": (
        "{name} needs more than the {what} of memory that reading a document may take.",
        "Split it into smaller files, or save it as plain text",
    ),
    "slow": (
        "{name} takes longer than the {what} that reading a document may take.",
        "Split it into smaller files, or save it as plain text",
    ),
    "broke": (
        "{name} broke the program that read it: it is damaged, built to do so, or needs too much memory.",
        "Save it anew in the program it is for, or as plain text",
    ),
    "extra": (
        "{name} ({what}) needs the extra readers, which are not installed.",
        "Install them from the checkout: pip install '.[docs]', or save it as PDF or DOCX",
    ),
}

FIELDS: dict[Reason, str] = {"password": "password", "wrong_password": "password"}
"""What of the input would have to be another one."""


class Refusal(Exception):
    """Raised where it is known that a document cannot be read; `what` goes into the sentence."""

    def __init__(self, reason: Reason, what: str = "", detail: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what
        self.detail = detail


def problem(name: str, refusal: Refusal) -> BadDocument:
    """Return the error that names the file and the next step."""
    sentence, hint = SENTENCES[refusal.reason]
    return BadDocument(
        sentence.format(name=name, what=refusal.what),
        hint=hint,
        detail=refusal.detail,
        field=FIELDS.get(refusal.reason),
    )


def size(count: float) -> str:
    """Return a number of bytes in words of people: 64 MB, 2 GB."""
    for unit, worth in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= worth:
            return f"{count / worth:.3g} {unit}"
    return f"{count:.0f} bytes"
