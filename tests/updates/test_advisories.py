from __future__ import annotations

import json

import pytest

from sottovoce.core.errors import BadValue
from sottovoce.updates.advisories import Advisory, affected, parsed

ONE = {"id": "S-1", "kind": "library", "name": "Some_Lib", "severity": "high", "sentence": "It breaks."}
OTHER = {
    "id": "S-2",
    "kind": "model",
    "name": "m",
    "severity": "critical",
    "sentence": "It lies.",
    "sha256": "a" * 64,
}


def a_list(*advisories: object, **changes: object) -> bytes:
    return json.dumps({"version": 1, "made": "2026-11-01", "advisories": advisories, **changes}).encode()


@pytest.mark.parametrize(
    ("since", "fixed", "version", "hit"),
    [
        ("", "", "1.0", True),
        ("", "1.2", "1.1.9", True),
        ("", "1.2", "1.2", False),
        ("", "1.2", "1.2.0", False),
        ("", "1.10", "1.9", True),
        ("1.0", "1.2", "0.9", False),
        ("1.0", "1.2", "1", True),
        ("1.0", "", "2026.11.3", True),
        ("", "1.2", "1.2rc1", False),
    ],
)
def test_a_library_is_affected_from_one_version_to_another(since, fixed, version, hit):
    found = parsed(a_list({**ONE, "since": since, "fixed": fixed}))
    assert bool(affected(found, {"some-lib": version}, {})) is hit


def test_a_model_is_known_by_its_content_and_the_worst_comes_first():
    found = affected(parsed(a_list(ONE, OTHER)), {"some.lib": "1"}, {"a" * 64: "mine", "b" * 64: "other"})
    assert [(one.advisory.id, one.version) for one in found] == [("S-2", "mine"), ("S-1", "1")]
    assert affected(parsed(a_list(ONE, OTHER)), {"another": "1"}, {"c" * 64: "x"}) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        a_list(version=2),
        a_list(made="yesterday"),
        a_list("text"),
        a_list({**ONE, "severity": "awful"}),
        a_list({**ONE, "more": "x"}),
        a_list({**ONE, "sentence": " "}),
        a_list({**ONE, "fixed": "next"}),
        a_list({**ONE, "name": "../x"}),
        a_list({**OTHER, "sha256": "short"}),
        a_list({**ONE, "name": 3}),
        b" " * 5_000_000,
    ],
)
def test_a_list_that_is_none_is_refused_in_a_sentence(data):
    with pytest.raises(BadValue, match=r"This list of known faults cannot be used: .*\."):
        parsed(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"version": 1,\n', "it is not JSON, as line 2 shows"),
        (b"[]", "it has no advisories in a list"),
        (a_list(made="yesterday"), "made is the day on which it was made, as 2026-11-27"),
        (a_list({"id": "S-1", "kind": "library", "name": "x"}), "entry 1 lacks severity, sentence"),
    ],
)
def test_what_is_wrong_in_a_list_is_told_to_who_writes_it(data, said):
    with pytest.raises(BadValue, match=f"This list of known faults cannot be used: {said}."):
        parsed(data)


def test_fields_that_say_nothing_may_be_left_out():
    assert parsed(a_list(ONE)).all == (Advisory("S-1", "library", "Some_Lib", "high", "It breaks."),)
