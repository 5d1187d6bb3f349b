"""What a file is, by its content first."""

from __future__ import annotations

import pytest

from sottovoce.knowledge.reading.kinds import kind_of
from sottovoce.knowledge.reading.refusal import Refusal, problem, size


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.txt", b"%PDF-1.7\n", "pdf"),
        ("a.pdf", b"junk before\n%PDF-1.7\n", "pdf"),
        ("plan.txt", b"PK\x03\x04", "zip"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "other"),
        ("a.doc", b"{\\rtf1", "other"),
        ("pdb.doc", b"The Python Debugger\n", "text"),
        ("page", b"\n<!-- saved -->\n<!DOCTYPE html>", "html"),
        ("page.txt", b"\xef\xbb\xbf<html>", "html"),
        ("page.md", b"<html>", "markdown"),
        ("README.MD", b"# Title", "markdown"),
        ("a.b/notes", b"text", "text"),
        ("notes.unheard", b"text", "text"),
        ("a.csv", b"a,b", "table"),
        ("a.py", b"x = 1", "code"),
        ("box", b"From a@b Wed May  1 14:00:00 2024\nSubject: x\n", "mailbox"),
        ("a.eml", b"anything", "mail"),
        ("letter", b"Received: by x\nSubject: y\n\nz", "mail"),
        ("a.txt", b"\xff\xfeh\0i\0", "text"),
    ],
)
def test_a_file_is_what_its_content_says(name: str, head: bytes, kind: str) -> None:
    assert kind_of(name, head) == kind


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\n", "picture"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "picture"),
        ("a", b"RIFF\x01\x01\x01\x01WEBPVP8", "picture"),
        ("a", b"\0\0\0\x18ftypheic", "picture"),
        ("a.pdf", b"\x1f\x8b\x08", "archive"),
        ("a", b"a".ljust(257, b"\0") + b"ustar", "archive"),
        ("a.mp4", b"\0\0\0\x18ftypisom", "sound"),
        ("a.exe", b"MZ\0\0", "unknown"),
        ("a.docx", b"MZ\0\0", "damaged"),
    ],
)
def test_what_has_no_text_is_refused_for_what_it_is(name: str, head: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        kind_of(name, head)
    assert caught.value.reason == reason


def test_a_drawing_that_is_text_is_text() -> None:
    assert kind_of("a.svg", b"<svg xmlns='x'>") == "code"
    assert kind_of("a.txt", b"BM is a name") == "text"


@pytest.mark.parametrize(
    ("reason", "said"),
    [("large", "files/a.pdf is larger than the 64 MB"), ("password", "files/a.pdf is locked")],
)
def test_a_refusal_names_the_file_and_the_next_step(reason: str, said: str) -> None:
    found = problem("files/a.pdf", Refusal(reason, "64 MB"))  # type: ignore[arg-type]
    assert found.sentence.startswith(said)
    assert found.hint
    assert found.field == ("password" if reason == "password" else None)


def test_sizes_are_said_in_words_of_people() -> None:
    assert [size(one) for one in (64_000_000, 2e9, 512 << 20, 20)] == ["64 MB", "2 GB", "537 MB", "20 bytes"]
