"""PDFs: what hides, adds or reorders words is told, and what another program wrote anew as it was is not."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import changing_pdf
import marked
import pypdfium2
import pytest
from changing_pdf import around, edited, in_page, inserted
from pdfs import HERE, SAID, found_in, one, without_fonts
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject

from sottovoce.chat.marks.verifying import Finding, Verdict, verdicts
from sottovoce.chat.pdf.document import MARKS_FILE
from sottovoce.core.errors import BadDocument
from sottovoce.guard.provenance import ANSWER, CHAT
from sottovoce.knowledge.reading import shown

Exported = Callable[..., bytes]


def answer_in(file: bytes) -> Verdict:
    (one,) = [one for one in found_in(file) if one.record is not None and one.record.kind == ANSWER]
    return one


HIDDEN = {
    "white": (in_page(b"0 g 1 0 0 1", b"1 g 1 0 0 1", count=99), "g 1.00"),
    "tiny": (in_page(b"10.5 Tf", b"0.5 Tf", count=99), "Tf 0.5"),
    "not drawn": (in_page(b"10.5 Tf", b"10.5 Tf 3 Tr", count=99), "Tc Tw Ts Tr"),
    "apart": (in_page(b"10.5 Tf", b"10.5 Tf 9 Tc", count=99), "Tc Tw Ts Tr"),
    "squeezed": (in_page(b"10.5 Tf", b"10.5 Tf 1 Tz", count=99), "Tz"),
    "turned": (in_page(b"1 0 0 1 62 ", b"-1 0 0 1 400 ", count=99), "Tm"),
    "out of the page": (in_page(b"1 0 0 1 62 ", b"1 0 0 1 6200 ", count=99), "/MediaBox"),
    "painted over": (around(b"", b"1 g 0 0 600 900 re f"), "f"),
    "struck through": (around(b"0 g 60 62 480 900 re f"), "g 0.00"),
    "a picture over it": (around(b"", b"/X1 Do"), "Do"),
    "a stroke": (around(b"", b"60 700 m 500 700 l S"), "S"),
    "cut out": (around(b"0 0 1 1 re W n"), "W"),
    "see through": (around(b"/G1 gs"), "gs"),
    "a layer": (around(b"/OC /L1 BDC", b"EMC"), "/OC"),
    "other words for it": (around(b"/Span << /ActualText (no) >> BDC", b"EMC"), "/ActualText"),
    "pulled small": (around(b"0.1 0 0 0.1 0 0 cm"), "Tf 1.1"),
    "upside down": (around(b"1 0 0 -1 0 800 cm"), "Tm"),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "named"), HIDDEN.values(), ids=HIDDEN)
def test_what_hides_or_covers_words_is_told(edit: changing_pdf.Edit, named: str) -> None:
    told = answer_in(edited(one(), edit))
    assert told.finding is Finding.CHANGED
    assert named in told.markup


def test_a_thin_line_through_words_is_told_and_one_between_them_is_not() -> None:
    file = one()
    (low,) = [line[5] for line in shown.look(io.BytesIO(file))["lines"] if line[3] == SAID]
    for above, finding in ((3, Finding.CHANGED), (-3, Finding.UNCHANGED)):
        line = around(f"0 g 60 {low + above} 300 0.5 re f".encode())
        assert answer_in(edited(file, line)).finding is finding


@pytest.mark.parametrize("name", ["/Annots", "/Rotate"])
def test_what_lies_over_a_page_or_turns_it_is_told(name: str) -> None:
    def edit(writer: PdfWriter) -> None:
        page: Any = writer.pages[0]
        note = DictionaryObject({NameObject("/Subtype"): NameObject("/FreeText")})
        page[NameObject(name)] = NumberObject(90) if name == "/Rotate" else writer._add_object(note)

    told = answer_in(edited(one(), edit))
    assert (told.finding, name in told.markup) == (Finding.CHANGED, True)


SAFE, NOWHERE = "It is not safe.", "It is nowhere."


def as_hex(text: str) -> bytes:
    return b"<" + text.encode("cp1252").hex().encode() + b">"


OVERPRINTED = {
    "a dot as large as a word": (SAFE, b"Tm %s Tj ET\nBT /F2 90 Tf 0 g 1 0 0 1 80 650 Tm %s Tj ET"),
    "the next line upon it": (SAFE, b"Tm %s Tj ET\nBT /F2 10.5 Tf 0 g 1 0 0 1 62 656 Tm %s Tj ET"),
}


@pytest.mark.parametrize(("said", "put"), OVERPRINTED.values(), ids=OVERPRINTED)
def test_letters_that_lie_on_others_are_told(said: str, put: bytes) -> None:
    old, new = b"Tm %s Tj ET" % as_hex(said), put % (as_hex(said[:-1]), as_hex(said[-1]))
    told = answer_in(edited(without_fonts(marked.message(said), "en", "none"), in_page(old, new)))
    assert (told.finding, told.markup) == (Finding.CHANGED, ("Tm",))


@pytest.mark.parametrize("gap", [110, 240])
def test_a_word_pulled_apart_into_two_is_told(gap: int) -> None:
    apart = b"[%s -%d %s] TJ" % (as_hex("It is now"), gap, as_hex("here."))
    edit = in_page(as_hex(NOWHERE) + b" Tj", apart)
    assert answer_in(edited(without_fonts(marked.message(NOWHERE), "en"), edit)).finding is Finding.CHANGED


def test_two_words_drawn_together_are_told() -> None:
    together = b"[%s 95 %s] TJ" % (as_hex("It is now "), as_hex("here."))
    edit = in_page(as_hex("It is now here.") + b" Tj", together)
    file = without_fonts(marked.message("It is now here."), "en")
    assert answer_in(edited(file, edit)).finding is Finding.CHANGED


@pytest.mark.parametrize("codes", ["[U+006E][U+006F][U+0074]", "[U+006E]ot", "[U+000A]not"])
def test_code_points_of_letters_that_every_reader_has_are_told(codes: str) -> None:
    edit = in_page(as_hex(SAFE), as_hex(SAFE.replace("not", codes)))
    assert answer_in(edited(without_fonts(marked.message(SAFE), "en"), edit)).finding is Finding.CHANGED


def test_a_page_with_two_contents_of_which_programs_choose_another_is_told() -> None:
    """pypdf takes the first, and pdfium the last."""
    told = answer_in(inserted(one(), b"/Contents 3 0 R", b"/Contents 3 0 R "))
    assert (told.finding, told.markup) == (Finding.CHANGED, ("obj",))


def test_what_acts_on_a_file_as_it_is_opened_is_told() -> None:
    def script(writer: PdfWriter) -> None:
        names: Any = writer._root_object["/Names"]
        names[NameObject("/JavaScript")] = DictionaryObject()

    def folder(writer: PdfWriter) -> None:
        view = {NameObject("/View"): NameObject("/H")}
        writer._root_object[NameObject("/Collection")] = DictionaryObject(view)

    assert answer_in(edited(one(), script)).markup == ("/JavaScript",)
    assert answer_in(edited(one(), folder)).markup == ("/Collection",)


def test_another_meaning_of_gray_is_told() -> None:
    def edit(writer: PdfWriter) -> None:
        shared: Any = writer.pages[0]["/Resources"]
        spaces = {NameObject("/DefaultGray"): NameObject("/DeviceGray")}
        shared[NameObject("/ColorSpace")] = DictionaryObject(spaces)

    assert answer_in(edited(one(), edit)).markup == ("/DefaultGray",)


def test_words_that_were_put_in_between_are_told(exported: Exported) -> None:
    file = exported("pdf", [marked.message("First.\n\nLast.")])
    lines = shown.look(io.BytesIO(file))["lines"]
    height = next(line[5] for line in lines if line[3] == "First.") - 10
    put = f"EMC BT /F1 8 Tf 0 g 1 0 0 1 62 {height} Tm (not) Tj ET\n/Sotto << /N 8".encode()
    told = answer_in(edited(file, in_page(b"EMC\n/Sotto << /N 8", put)))
    assert told.finding is Finding.CHANGED


def test_lines_whose_places_were_changed_are_told(exported: Exported) -> None:
    file = exported("pdf", [marked.message("Nothing is known.\n\nAll is said.")])
    said = [line for line in shown.look(io.BytesIO(file))["lines"] if line[3] == "Nothing is known."]
    (height,) = [line[5] for line in said]

    def edit(writer: PdfWriter) -> None:
        data = writer.pages[0].get_contents().get_data()
        at = data.index(b"Tm <4e6f7468696e67")
        start = data.rindex(b"1 0 0 1 ", 0, at)
        changing_pdf.put(
            writer, writer.pages[0], data[:start] + b"1 0 0 1 62 %d " % (height - 60) + data[at:]
        )

    told = answer_in(edited(file, edit))
    assert (told.finding, told.markup) == (Finding.CHANGED, ("Td",))


def pypdf_again(file: bytes) -> bytes:
    return edited(file, lambda writer: None)


def packed_again(file: bytes) -> bytes:
    return edited(file, lambda writer: writer.compress_identical_objects())


def pdfium_again(file: bytes) -> bytes:
    pdf, target = pypdfium2.PdfDocument(file), io.BytesIO()
    pdf.save(target)
    pdf.close()
    return target.getvalue()


def moved(file: bytes) -> bytes:
    return edited(file, around(b"1 0 0 1 9 -5 cm"))


def cut_into_pieces(file: bytes) -> bytes:
    """Write a line as programs do that set each letter where they want it."""
    return edited(file, in_page(b"<5468652072697665722069732076657279206c6f6e672e> Tj",
                                b"[(The) -20 ( r) 12 (iver is very long.)] TJ"))  # fmt: skip


@pytest.mark.parametrize("again", [pypdf_again, packed_again, pdfium_again, moved, cut_into_pieces])
def test_a_pdf_that_another_program_wrote_anew_is_unchanged(
    exported: Exported, again: Callable[[bytes], bytes]
) -> None:
    file = again(exported("pdf", [marked.message(SAID), marked.message("河上有很多船！")]))
    assert {one.finding for one in found_in(file)} == {Finding.UNCHANGED}


def test_a_pdf_whose_places_were_lost_still_has_its_answers() -> None:
    file = one()

    def edit(writer: PdfWriter) -> None:
        for page in writer.pages:
            data = page.get_contents().get_data()
            lines = [line for line in data.split(b"\n") if not line.endswith((b"BDC", b"EMC"))]
            changing_pdf.put(writer, page, b"\n".join(lines))

    assert {one.finding for one in found_in(edited(file, edit))} == {Finding.UNCHANGED}


def test_a_page_put_before_leaves_the_answers_and_is_told_of_the_chat() -> None:
    file = without_fonts(marked.message("河很长。\n\n" * 90))
    found = {one.record.kind: one.finding for one in found_in(edited(file, with_cover)) if one.record}
    assert found == {ANSWER: Finding.UNCHANGED, CHAT: Finding.CHANGED}


def with_cover(writer: PdfWriter) -> None:
    writer.insert_blank_page(width=600, height=800, index=0)


def test_a_font_that_shows_other_letters_is_told() -> None:
    def edit(writer: PdfWriter) -> None:
        fonts: Any = writer.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
        for font in fonts.values():
            names = DictionaryObject({NameObject("/Differences"): NameObject("/x")})
            font.get_object()[NameObject("/Encoding")] = names

    told = answer_in(edited(one(), edit))
    assert (told.finding, told.markup) == (Finding.CHANGED, ("/Font",))


def test_the_fonts_of_a_stranger_vouch_for_nothing(exported: Exported) -> None:
    """Who has a key of their own can sign fonts, and not for the text of another."""
    mine, theirs = (
        exported("pdf", [marked.message(SAID)], marked.pen(signer=signer))
        for signer in (marked.SIGNER, marked.STRANGER)
    )

    def edit(writer: PdfWriter) -> None:
        own, other = (json.loads(attached(file)) for file in (mine, theirs))
        writer._root_object[NameObject("/Names")] = DictionaryObject()
        writer.add_attachment(MARKS_FILE, json.dumps({**own, "fonts": other["fonts"]}).encode())

    assert answer_in(edited(mine, edit)).markup == ("/Font",)


def attached(file: bytes) -> str:
    return str(shown.look(io.BytesIO(file))["files"][MARKS_FILE])


def test_a_mark_in_another_pdf_is_told_as_changed(exported: Exported) -> None:
    mine = one()
    other = pypdfium2.PdfDocument.new()
    other.new_page(200, 200)
    target = io.BytesIO()
    other.save(target)
    other.close()
    file = edited(
        target.getvalue(), lambda writer: writer.add_attachment(MARKS_FILE, attached(mine).encode())
    )
    assert {one.finding for one in found_in(file)} == {Finding.CHANGED}
    with_theirs = exported("pdf", [marked.message("The river is short.")])

    def edit(writer: PdfWriter) -> None:
        writer._root_object[NameObject("/Names")] = DictionaryObject()
        writer.add_attachment(MARKS_FILE, attached(mine).encode())

    assert Finding.UNCHANGED not in {one.finding for one in found_in(edited(with_theirs, edit))}


@pytest.mark.parametrize("put", ["no json", "[]", '{"marks": 1}', '{"marks": [{"v": 1}]}'])
def test_marks_that_cannot_be_read_vouch_for_nothing(put: str) -> None:
    def edit(writer: PdfWriter) -> None:
        writer._root_object[NameObject("/Names")] = DictionaryObject()
        writer.add_attachment(MARKS_FILE, put.encode())

    found = found_in(edited(one(), edit))
    assert {one.finding for one in found} <= {Finding.FORGED}


def test_a_pdf_without_a_mark_has_none(exported: Exported) -> None:
    assert found_in(exported("pdf", [marked.message(SAID)], marked.pen(signer=None))) == []


def locked(file: bytes, user: str) -> bytes:
    return edited(file, lambda writer: writer.encrypt(user, "owner", algorithm="AES-256"))


def test_a_pdf_that_opens_without_a_password_is_read_and_a_locked_one_says_so() -> None:
    file = one()
    assert {one.finding for one in verdicts(locked(file, ""), "a.pdf", HERE)} == {Finding.UNCHANGED}
    with pytest.raises(BadDocument, match=r"a\.pdf is locked with a password"):
        verdicts(locked(file, "secret"), "a.pdf", HERE)


def test_a_broken_pdf_is_told() -> None:
    with pytest.raises(BadDocument, match=r"a\.pdf is damaged"):
        verdicts(one()[: len(one()) // 3], "a.pdf", HERE)


def test_a_long_table_and_long_code_go_on_over_pages(exported: Exported) -> None:
    rows = "\n".join(f"| row {number} | {'说明文字 ' * (number % 7)} |" for number in range(60))
    code = "\n".join(f"x = {number}  # {'long ' * (number % 40)}" for number in range(80))
    text = f"| a | b |\n|---|---|\n{rows}\n\n```\n{code}\n```\n\n| x |\n|---|\n| {'huge ' * 2_000} |"
    found = found_in(exported("pdf", [marked.message(text)]))
    assert [(one.finding, one.record is not None and one.record.kind) for one in found] == [
        (Finding.UNCHANGED, ANSWER), (Finding.UNCHANGED, CHAT),
    ]  # fmt: skip


def test_a_table_with_more_columns_than_a_page_has_room_for_is_unchanged() -> None:
    row = "|" + "wide cell|" * 200
    file = without_fonts(marked.message(f"{row}\n{'|---' * 200}|\n{row}"), "en", "none")
    assert {one.finding for one in found_in(file)} == {Finding.UNCHANGED}


@pytest.mark.parametrize("text", ["```\n\n```", "> > >"])
def test_an_answer_that_shows_no_word_is_not_told_as_changed(text: str) -> None:
    assert Finding.CHANGED not in {one.finding for one in found_in(without_fonts(marked.message(text)))}


def test_the_same_chat_is_the_same_file() -> None:
    answer = marked.message("Yes. 是。")
    assert without_fonts(answer) == without_fonts(answer)
