import pytest

from sottovoce.models.variant_names import MOST, as_kept, is_name


@pytest.mark.parametrize(
    "name",
    ["clinic", "2-b.c_d", "海盗", "臨床", "мед", "café", as_kept("cafe\u0301"), "हिन्दी", "بحر", "クリニック",
     "clinic-海盗", "海" * MOST],
)  # fmt: skip
def test_small_letters_of_any_script_make_a_name(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "Clinic", "a b", "a/b", "..", ".a", "-a", "a\\b", "a:b", "ａ", "ﬁne", "clinic\u200b", "a\u202eb",
     "a\u200db", "😀", "сlinic", "cafe\u0301", "\u0301a", "con", "nul.x", "a" * 61, "𠀀" * 46, "\ud800"],
)  # fmt: skip
def test_what_is_unseen_or_looks_like_another_does_not(name: str) -> None:
    assert not is_name(name)
