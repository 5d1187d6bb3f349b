from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from gguf_samples import language_model

from sottovoce.core.errors import LicenceRefused
from sottovoce.engine.gguf import read_header
from sottovoce.models import licences
from sottovoce.models.licences import Licence

KNOWN = licences.known()
each = pytest.mark.parametrize("licence", KNOWN, ids=lambda licence: licence.id)


@each
def test_every_licence_says_where_its_text_is_and_where_its_terms_were_read(licence: Licence) -> None:
    assert licence.text_where.startswith("https://")
    assert licence.sources
    for where, day in licence.sources:
        assert len(where) > 15
        assert "code index" not in where
        assert datetime.date.fromisoformat(day)


@each
def test_every_licence_says_whether_it_may_be_used_commercially(licence: Licence) -> None:
    assert licence.commercial in ("yes", "conditions", "no")
    assert licence.commercial == "yes" or licence.conditions


def test_no_two_licences_are_spelt_alike() -> None:
    spelt = [name for licence in KNOWN for name in {licence.id.lower(), *licence.aliases}]
    assert len(set(spelt)) == len(spelt)


@pytest.mark.parametrize(
    ("said", "id_"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("Apache 2.0", "Apache-2.0"),
        ("Apache License 2.0", "Apache-2.0"),
        ("mit", "MIT"),
        ("llama3.2", "Llama-3.2"),
        ("Llama_3.3", "Llama-3.3"),
        ("gemma", "Gemma"),
        ("qwen-research", "Qwen-Research"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0"),
        ("openrail++", "OpenRAIL++"),
        # Other texts than the one whose terms were read.
        ("openrail", None),
        ("creativeml-openrail-m", None),
        ("llama3", None),
        ("mit OR apache-2.0", None),
    ],
)
def test_a_licence_is_known_by_the_ways_files_and_repositories_spell_it(said: str, id_: str | None) -> None:
    found = licences.of(said)
    assert found.id == (id_ or said)
    assert (found.commercial == "unclear") == (id_ is None)


@pytest.mark.parametrize("said", ["", "  ", "unknown", "other"])
def test_no_licence_is_an_unclear_one_that_says_so(said: str) -> None:
    found = licences.of(said)
    assert (found.id, found.commercial) == ("unknown", "unclear")
    assert "Licence: a licence that is not named." in licences.plain(found)


def test_several_licences_are_clear_where_each_allows_it() -> None:
    both = licences.of("apache-2.0 and llama3.2")
    assert (both.id, both.commercial) == ("Apache-2.0 and Llama-3.2", "conditions")
    words = "\n".join(licences.plain(both))
    assert "Licence: Apache License 2.0 and " in words
    for said in (licences.of("apache-2.0"), licences.of("llama3.2")):
        assert said.text_where in words
        assert all(condition in words for condition in said.conditions)


@pytest.mark.parametrize("other", ["cc-by-nc-4.0", "strange-1.0", "other", ""])
def test_several_licences_of_which_one_does_not_allow_it_are_unclear(other: str) -> None:
    both = licences.of(f"apache-2.0 and {other}")
    assert both.commercial == "unclear"
    assert f"Licence: apache-2.0 and {other}".strip() in licences.plain(both)[0]


@pytest.mark.parametrize(
    ("elsewhere", "header", "counts"),
    [
        ("apache-2.0", "cc-by-nc-4.0", "CC-BY-NC-4.0"),
        ("cc-by-nc-4.0", "apache-2.0", "CC-BY-NC-4.0"),
        ("cc-by-nc-4.0", "qwen-research", "CC-BY-NC-4.0"),
        ("apache-2.0", "llama3.2", "Llama-3.2"),
        ("apache-2.0", "mit", "Apache-2.0 and MIT"),
        ("apache-2.0 and mit", "mit", "Apache-2.0 and MIT"),
        ("other", "apache-2.0", "unknown"),
        ("apache-2.0", "strange-1.0", "strange-1.0"),
    ],
)
def test_of_two_licences_that_differ_the_stricter_counts_and_both_are_told(
    elsewhere: str, header: str, counts: str
) -> None:
    found = licences.ruled(elsewhere, header).licence
    assert found.id == counts
    assert elsewhere in licences.plain(found)[1]
    assert header in licences.plain(found)[1]


@pytest.mark.parametrize(
    ("elsewhere", "header"), [("apache-2.0", "Apache 2.0"), ("apache-2.0", ""), ("unknown", "apache-2.0")]
)
def test_where_only_one_is_said_or_both_are_the_same_nothing_is_in_dispute(
    elsewhere: str, header: str
) -> None:
    assert licences.ruled(elsewhere, header).licence == licences.of("apache-2.0")


def test_a_publishers_own_licence_is_read_from_the_field_beside(tmp_path: Path) -> None:
    own = language_model().set("general.license", "string", "other")
    assert licences.in_header(read_header(own.write(tmp_path / "m.gguf"))) == "other"
    own.set("general.license.name", "string", "qwen-research")
    assert licences.in_header(read_header(own.write(tmp_path / "m.gguf"))) == "qwen-research"


def test_a_name_that_a_terminal_would_obey_is_made_harmless() -> None:
    assert "\x1b" not in "".join(licences.plain(licences.of("a\x1b[31m" + "x" * 500)))
    assert len(licences.of("x" * 500).id) <= 80


def test_the_words_say_what_a_person_has_to_know() -> None:
    words = "\n".join(licences.plain(licences.of("llama3.2"), gated=True))
    for part in (
        "yes, under conditions",
        "Built with Llama",
        "Acceptable Use Policy",
        "700 million",
        "Gated:",
    ):
        assert part in words
    words = "\n".join(licences.plain(licences.of("mit"), gated=False))
    assert "Commercial use: yes." in words
    assert "no list of forbidden uses" in words
    assert "Gated: no." in words


def test_what_was_not_found_out_is_not_claimed() -> None:
    words = "\n".join(licences.plain(licences.of("strange-1.0")))
    assert "Commercial use: not known here." in words
    assert "Attribution" not in words
    assert "Gated" not in words


def test_other_words_have_another_hash() -> None:
    licence = licences.of("gemma")
    shown = licences.plain(licence, gated=True)
    assert licences.digest(shown) == licences.digest(list(shown))
    assert licences.digest(shown) != licences.digest(licences.plain(licence))


@pytest.mark.parametrize(
    ("said", "goes"),
    [
        ("apache-2.0", True),
        ("llama3.2", True),
        ("qwen-research", False),
        ("cc-by-nc-4.0", False),
        ("x", False),
    ],
)
def test_commercial_use_goes_only_where_the_licence_clearly_allows_it(said: str, goes: bool) -> None:
    licence = licences.of(said)
    licences.allows(licence, "private")
    if goes:
        licences.allows(licence, "commercial")
        return
    with pytest.raises(LicenceRefused) as caught:
        licences.allows(licence, "commercial")
    assert caught.value.exit_code == 3
    assert "use private" in str(caught.value.hint)
