"""One thing has one placeholder in all of a chat, another thing another, and a person one number."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sottovoce.guard.privacy.asking import candidates
from sottovoce.guard.privacy.finding import find
from sottovoce.guard.privacy.found import KINDS, Find
from sottovoce.guard.privacy.masking import Masked, mask
from sottovoce.guard.privacy.masks import ALL, ENDINGS, Masks, like, masks_from_json
from sottovoce.guard.privacy.restoring import restore

NONE = Masks()


def hide(text: str, masks: Masks = NONE, own: tuple[str, ...] = ()) -> Masked:
    return mask(text, find(text, own), masks)


def test_odd_forms_of_one_thing_have_one_placeholder() -> None:
    masked = hide("call 138-1234-5678 or １３８１２３４５６７８ or +86 13812345678, not 13912345678")
    first, second, third, fourth = masked.used
    assert first == second == third != fourth
    assert "138" not in masked.text
    assert "139" not in masked.text


def test_a_chat_keeps_its_placeholders_over_turns_and_as_json() -> None:
    first = hide("I am Anna Schmidt, anna@example.com.")
    kept = masks_from_json(json.loads(json.dumps(first.masks.to_json())))
    assert kept == first.masks
    second = hide("ANNA (at) example dot com is mine, not bob@example.com.", kept)
    assert second.used[0] == first.used[1]
    assert second.masks.all[: len(first.masks.all)] == first.masks.all


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"ending": "QX"},
        {"ending": "ab", "masks": []},
        {"ending": "QX", "masks": [["NAME", 0, "a", "a"]]},
    ],
)
def test_what_is_no_chats_placeholders_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match="placeholders of a chat"):
        masks_from_json(raw)


def test_the_parts_of_a_name_have_the_number_of_the_whole() -> None:
    masked = hide("My sister Anna Schmidt is here. Anna is ill. Mrs Schmidt slept.")
    whole, given_name, family = masked.used
    assert [one.word for one in masked.used] == ["NAME", "GIVEN", "FAMILY"]
    assert whole.number == given_name.number == family.number


def test_a_whole_name_after_its_part_has_its_number() -> None:
    masked = hide("Anna Schmidt called.", hide("My sister Anna is ill.").masks)
    assert [(one.word, one.number) for one in masked.masks.all] == [("NAME", 1), ("PERSON", 1)]
    assert hide("Mrs Schmidt!", masked.masks).used[0].number == 1


def test_two_people_with_one_given_name_are_two() -> None:
    masked = hide("Anna Schmidt met Anna Weber. Mrs Weber left.")
    first, second, family = masked.used
    assert first.number != second.number == family.number


def test_a_chinese_name_and_its_given_name_have_one_number() -> None:
    masked = hide("我叫王小明，小明是我的名字。")
    assert [(one.word, one.number) for one in masked.used] == [("NAME", 1), ("GIVEN", 1)]


def test_other_letters_are_taken_where_the_text_has_such_already() -> None:
    masked = hide(f"What is NAME_1{ENDINGS[0]}? I am Anna Schmidt.")
    assert masked.masks.ending != ENDINGS[0]
    assert restore(masked.text, masked.masks) == f"What is NAME_1{ENDINGS[0]}? I am Anna Schmidt."


def test_a_placeholder_that_a_person_writes_later_stays_what_they_wrote() -> None:
    first = hide("I am Anna Schmidt.")
    said = f"You wrote {first.masks.shown(first.used[0])} to me, or email 7{first.masks.ending.lower()}."
    second = hide(said, first.masks)
    assert restore(second.text, second.masks) == said


def test_names_that_are_not_sure_are_put_to_the_user() -> None:
    text = "Ask Robin and then Robin again; my sister Anna Schmidt knows."
    assert [(one.written, one.count) for one in candidates(text, find(text))] == [("Robin", 2)]


def test_no_word_ends_in_another() -> None:
    assert not [(one, other) for one in ALL for other in ALL if one != other and one.endswith(other)]


values = some.text("ab1 -_QXZqxz张", min_size=1, max_size=6)


@some.composite
def texts_with_finds(draw: some.DrawFn) -> tuple[str, list[Find]]:
    """Draw a text, some of it placeholders, with finds that do not overlap: value and text agree."""
    pieces: list[str] = []
    finds: list[Find] = []
    for _ in range(draw(some.integers(0, 6))):
        pieces.append(
            draw(
                some.text(max_size=8) | some.sampled_from(["NAME_1QX", "email 2qx", "FAMILY_", "1QX", "NAME"])
            )
        )
        raw = draw(values)
        start = len("".join(pieces))
        pieces.append(raw)
        finds.append(Find(start, start + len(raw), draw(some.sampled_from(KINDS)), True, raw))
    pieces.append(draw(some.text(max_size=8)))
    return "".join(pieces), finds


@given(some.lists(texts_with_finds(), min_size=1, max_size=3))
def test_what_is_masked_comes_back_and_different_values_differ(turns: list[tuple[str, list[Find]]]) -> None:
    masks = Masks()
    for text, finds in turns:
        masked = mask(text, finds, masks)
        masks = masked.masks
        assert restore(masked.text, masks) == text
        assert len(list(like(masks.ending).finditer(masked.text))) == len(masked.used)
    shown = [masks.shown(one) for one in masks.all]
    assert len(set(shown)) == len(shown)
