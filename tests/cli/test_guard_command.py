from __future__ import annotations

import json

import pytest


def test_show_tells_what_each_profile_refuses(sotto):
    shown = sotto("guard", "show").out
    assert "The profile is open." in shown
    assert "cannot" not in shown
    told = json.loads(sotto("guard", "show", "--json").out)
    assert told["refuses"]["open"] == ["minors"]
    assert "private_data" not in told["refuses"]["workplace"]
    assert len(told["refuses"]["public"]) == 7


def test_show_names_the_lines_of_the_region_that_is_set(sotto):
    sotto("settings", "set", "region", "gb")
    assert "116 123 (Samaritans)" in sotto("guard", "show").out


def test_eval_prints_both_rates_with_intervals(sotto):
    shown = sotto("guard", "eval", "--profile", "family", "--group", "held-out").out
    assert "BLOCKED FALSELY" in shown
    assert "Crisis cards:" in shown
    (told,) = json.loads(sotto("guard", "eval", "--profile", "family", "--json").out)
    assert 0 <= told["blocked"]["low"] < told["blocked"]["value"] <= told["blocked"]["high"] <= 1
    assert {row["category"] for row in told["categories"]} >= {"weapons", "self_harm"}


def test_eval_lists_what_went_wrong_when_asked(sotto):
    told = json.loads(sotto("guard", "eval", "--profile", "family", "--json").out)
    listed = sotto("guard", "eval", "--profile", "family", "--wrong").out
    assert all(one["id"] in listed for one in told[0]["wrong"])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("profile", "strict", "profile is one of open, family, workplace, public"),
        ("region", "Austria", "two letters of a country"),
        ("region", "QQ", "two letters of a country"),
    ],
)
def test_a_setting_that_is_none_is_refused(sotto, name, value, told):
    refused = sotto("settings", "set", name, value)
    assert refused.code == 2
    assert told in refused.err
