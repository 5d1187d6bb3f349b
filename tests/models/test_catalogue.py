"""Every row says what it knows, and where that was read."""

from __future__ import annotations

import datetime
import tomllib

import pytest

from sottovoce.core.errors import BadCatalogue
from sottovoce.core.paths import Home
from sottovoce.fit.facts import from_facts
from sottovoce.models import catalogue, licences
from sottovoce.models.catalogue import KINDS, OURS, Card, CardFile
from sottovoce.models.starter import SHA256, path

CARDS = catalogue.cards()
each = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)

DENSE = [
    card
    for card in CARDS
    if card.shape
    and not card.shape.experts
    and card.kind not in ("embedding", "rerank")
    # Its published number counts the part that sees as well.
    and card.name != "gemma-3-4b"
]

SHAPE = (
    "shape = {{layers = {}, width = 64, heads = 1, kv_heads = 1, head_length = 64, feed_forward = 64,"
    " vocabulary = 64}}"
)
MINE = """
[[model]]
name = "mine"
kind = "chat"
repository = "me/mine-GGUF"
licence = "MIT"

[[model.file]]
name = "mine.gguf"
packing = "Q8_0"
size = 1000
"""


def claimed(card: Card) -> set[str]:
    """Return the fields of a row that somebody could doubt."""
    fields = (
        "parameters",
        "active_parameters",
        "context",
        "licence",
        "languages",
        "can",
        "knowledge_until",
        "replaces",
    )
    said = {name for name in fields if getattr(card, name)}
    said |= {"gated"} if card.gated is not None else set()
    said |= {"shape"} if card.shape is not None else set()
    said |= {"sha256"} if any(file.digests for file in card.files) else set()
    return said | {"size"}


@each
def test_every_claim_was_read_somewhere_or_is_listed_as_unverified(card: Card) -> None:
    read = {what.partition(".")[0] for source in card.sources for what in source.what}
    assert claimed(card) - read - set(card.unverified) == set()


@each
def test_what_is_not_known_is_listed_as_unverified(card: Card) -> None:
    missing = {name for name in ("languages", "knowledge_until", "context", "can") if not getattr(card, name)}
    missing |= {"gated"} if card.gated is None else set()
    missing |= {"shape"} if card.shape is None else set()
    assert missing <= set(card.unverified)


@each
def test_nothing_both_stands_in_a_source_and_is_unverified(card: Card) -> None:
    assert {what for source in card.sources for what in source.what} & set(card.unverified) == set()


@each
def test_every_source_says_where_and_on_which_day(card: Card) -> None:
    for source in card.sources:
        assert source.what
        assert len(source.where) > 15
        assert datetime.date.fromisoformat(source.read) >= datetime.date(2026, 1, 1)
        assert "code index" not in source.where, "a place that no reader can look up"


@each
def test_every_file_has_a_size_and_a_digest_of_every_part(card: Card) -> None:
    for file in card.files:
        assert file.size > 1_000_000
        assert len(file.digests) == len(file.parts)


@each
def test_every_licence_is_one_whose_terms_are_told(card: Card) -> None:
    assert licences.of(card.licence).commercial != "unclear"
    assert card.outputs


@pytest.mark.parametrize(
    ("card", "file"),
    [(card, file) for card in CARDS if card.shape for file in card.models],
    ids=lambda one: one.name,
)
def test_a_file_drawn_up_by_a_shape_is_as_large_as_the_published_one(card: Card, file: CardFile) -> None:
    """So its types are known before it is here: they are mixed as llama.cpp mixes them."""
    assert card.shape is not None
    assert from_facts(card.shape, file.size, file.packing).doubt == 0


@pytest.mark.parametrize("card", DENSE, ids=lambda card: card.name)
def test_a_shape_adds_up_to_the_published_parameters(card: Card) -> None:
    """A slip in one number of a model's shape would show."""
    shape = card.shape
    assert shape is not None
    attention = shape.width * shape.head_length * 2 * (shape.heads + shape.kv_heads)
    inner = 3 * shape.width * shape.feed_forward
    embedding = shape.vocabulary * shape.width * (1 if shape.tied else 2)
    # Norms and biases are what is left.
    total = shape.layers * (attention + inner) + embedding
    assert total == pytest.approx(card.parameters, rel=0.002)


def test_the_catalogue_covers_what_people_ask_for() -> None:
    assert {card.kind for card in CARDS} == set(KINDS)
    assert len(CARDS) >= 15
    assert {"gpt-oss-20b", "gpt-oss-120b"} <= {card.name for card in CARDS}
    assert {file.packing for card in CARDS for file in card.files} >= {"MXFP4", "Q4_K_M", "Q8_0"}
    sizes = [card.parameters for card in CARDS]
    assert min(sizes) < 0.2e9
    assert max(sizes) > 100e9


def test_handles_are_different_and_found_in_any_case() -> None:
    assert len({card.name for card in CARDS}) == len(CARDS)
    assert catalogue.find("Qwen3-4B") is catalogue.find("qwen3-4b")
    assert catalogue.find("gpt-9") is None


def test_the_starter_is_known_by_its_content() -> None:
    found = catalogue.with_content(SHA256, CARDS)
    assert found is not None
    card, file = found
    assert (card.name, file.name, file.size) == ("smollm2-135m", path().name, path().stat().st_size)


def test_a_split_model_has_names_sizes_and_digests_for_its_parts() -> None:
    card = catalogue.find("gpt-oss-120b")
    assert card is not None
    (file,) = card.files
    assert len(file.parts) == 3
    assert sum(file.part_sizes) == file.size
    assert file.name == file.parts[0]
    assert file.sha256 is None
    assert catalogue.with_content(file.part_sha256[1], CARDS) == (card, file)


def test_the_projector_is_no_model_to_choose() -> None:
    card = catalogue.find("gemma-3-4b")
    assert card is not None
    assert [file.is_beside for file in card.files] == [False, True]
    assert [file.name for file in card.models] == ["gemma-3-4b-it-Q4_K_M.gguf"]


# ── a person's own ────────────────────────────────────────────────────────────────────────────────


def test_a_home_adds_its_own_in_the_same_form(home: Home) -> None:
    catalogue.own_file(home).write_text(MINE)
    card = catalogue.find("mine", home)
    assert card is not None
    assert (card.title, card.publisher, card.gated, card.shape) == ("mine", "me", None, None)
    assert len(catalogue.cards(home)) == len(CARDS) + 1
    assert catalogue.find("mine") is None


def test_a_home_may_replace_one_of_ours(home: Home) -> None:
    catalogue.own_file(home).write_text(MINE.replace('"mine"', '"qwen3-4b"', 1))
    card = catalogue.find("qwen3-4b", home)
    assert card is not None
    assert card.repository == "me/mine-GGUF"
    assert len(catalogue.cards(home)) == len(CARDS)


def test_our_own_file_can_be_taken_as_the_pattern(home: Home) -> None:
    catalogue.own_file(home).write_bytes(OURS.read_bytes())
    assert catalogue.cards(home) == CARDS


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"mine"\nkind', '"../up"\nkind', "model 1: name cannot be"),
        ('kind = "chat"', 'kind = "talk"', "mine: kind is one of chat"),
        ('kind = "chat"', "", "mine: kind is missing"),
        ('kind = "chat"', "kind = 5", "mine: kind takes a text"),
        ("me/mine-GGUF", "../../etc", "mine: repository cannot be"),
        ("me/mine-GGUF", "https://x", "mine: repository cannot be"),
        ("1000", "-1", "mine: size takes a whole number"),
        ("1000", "true", "mine: size takes a whole number"),
        ("1000", '1000\nsha256 = "abc"', "mine: sha256 is no SHA-256"),
        ("mine.gguf", "../mine.gguf", "mine: file '../mine.gguf' is no name"),
        ("mine.gguf", "a/b.gguf", "is no name of a .gguf file"),
        ("mine.gguf", "mmproj-f16.gguf", "mine: file names none that is a model"),
        ("1000", "1000\npart_sizes = [1, 2]", "do not go with the parts"),
        ('licence = "MIT"', 'licence = "MIT"\nlicense = "MIT"', "'license' is nothing that is known"),
        ('licence = "MIT"', 'licence = "a\\nb"', "mine: licence takes a text on one line"),
        ('licence = "MIT"', 'licence = "MIT"\ngated = "no"', "mine: gated is true or false"),
        ('licence = "MIT"', 'licence = "MIT"\nshape = {layers = 1}', "mine: .* is missing"),
        ('licence = "MIT"', f'licence = "MIT"\n{SHAPE.format(0)}', "mine: layers is from 1 to 512, not 0"),
        ('licence = "MIT"', f'licence = "MIT"\n{SHAPE.format(1 << 40)}', "mine: layers is from 1 to 512"),
        ("[[model.file]]", "[model.file]", "mine: file is written as"),
        ("[[model]]", "[[models]]", "model"),
        ("[[model]]", "[[model", "cannot be read"),
        (MINE, MINE + MINE, "mine stands in it twice"),
    ],
)
def test_a_mistake_is_told_with_the_models_name(home: Home, old: str, new: str, words: str) -> None:
    assert old in MINE
    catalogue.own_file(home).write_text(MINE.replace(old, new, 1))
    with pytest.raises(BadCatalogue, match=words) as caught:
        catalogue.cards(home)
    assert str(catalogue.own_file(home)) in caught.value.sentence
    assert caught.value.sentence.count("\n") <= 1
    assert caught.value.hint


def test_bytes_that_are_no_text_are_told(home: Home) -> None:
    catalogue.own_file(home).write_bytes(b"\xff\xfe")
    with pytest.raises(BadCatalogue, match="cannot be read"):
        catalogue.cards(home)


def test_the_file_holds_nothing_that_is_not_read() -> None:
    """Each key of a row reaches the card: one that is misspelt would be refused."""
    rows = tomllib.loads(OURS.read_text("utf-8"))["model"]
    assert len(rows) == len(CARDS)


def test_what_follows_a_model_is_known_and_what_it_replaces_is_in_the_catalogue(home: Home) -> None:
    ours = catalogue.cards()
    handles = {card.name for card in ours}
    assert {old for card in ours for old in card.replaces} <= handles
    old = catalogue.find("smollm2-1.7b")
    assert old is not None
    newer = catalogue.newer(old, ours)
    assert newer is not None
    assert newer.name == "smollm3-3b"
    assert catalogue.newer(newer, ours) is None


def test_the_card_of_a_content_is_found_without_reading_the_others(home: Home) -> None:
    digests = [digest for card in CARDS for file in card.files for digest in file.digests]
    assert len(digests) > 30
    for digest in (*digests, "0" * 64):
        catalogue._ours.cache_clear()
        found = catalogue.of_content(digest, home)
        assert catalogue._ours.cache_info().currsize == 0
        assert found == catalogue.with_content(digest, CARDS)


def test_a_card_of_the_homes_own_is_found_by_its_content(home: Home) -> None:
    mine = MINE.replace("size = 1000", f'size = 1000\nsha256 = "{"a" * 64}"')
    catalogue.own_file(home).write_text(mine, "utf-8")
    found = catalogue.of_content("a" * 64, home)
    assert found is not None
    assert found[0].name == "mine"
