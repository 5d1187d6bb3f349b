from __future__ import annotations

import io
import json
import os
import sqlite3

import pytest
from gguf_samples import encoder, language_model, projector, renamed, split

from sottovoce.core.paths import Home
from sottovoce.models import catalogue, records
from sottovoce.models.starter import SHA256, card, path, starter

KEYS = {
    "name", "kind", "file", "links_to", "bytes", "used", "licence", "sha256", "source", "languages", "note",
}  # fmt: skip


@pytest.fixture
def tiny(tmp_path):
    return language_model().write(tmp_path / "tiny.gguf")


@pytest.fixture
def person(monkeypatch):
    """Let a person sit at the terminal who gives this answer."""

    def answering(sotto, answer, *arguments):
        typed = io.TextIOWrapper(io.BytesIO(answer), "utf-8")
        monkeypatch.setattr("sottovoce.cli._show.Show.can_ask", property(lambda self: True))
        monkeypatch.setattr("sottovoce.cli._show.Show.confirm", lambda self, asked: typed.readline() == "y\n")
        return sotto(*arguments)

    return answering


def listed(sotto):
    return {model["name"]: model for model in json.loads(sotto("models", "list", "--json").out)}


# ── list and show ─────────────────────────────────────────────────────────────────────────────────


def test_the_starter_is_listed_with_its_licence(sotto):
    (model,) = json.loads(sotto("models", "list", "--json").out)
    assert (model["name"], model["licence"]) == (starter().name, "Apache-2.0")
    assert set(model) == KEYS
    assert starter().name in sotto("models", "list").out


def test_the_list_says_of_each_file_what_it_is_and_what_it_is_worth(sotto, tmp_path):
    (tmp_path / "home" / "models").mkdir(parents=True)
    shelf = tmp_path / "home" / "models"
    encoder().write(shelf / "e.gguf")
    projector().write(shelf / "p.gguf")
    (shelf / "bad.gguf").write_bytes(b"junk")
    split(shelf)
    found = listed(sotto)
    kinds = {name: model["kind"] for name, model in found.items()}
    assert kinds == {
        starter().name: "language",
        "big": "language",
        "e": "embedding",
        "p": "projector",
        "bad": "",
    }
    assert found["big"]["bytes"] == sum(part.stat().st_size for part in shelf.glob("big-*"))
    text = sotto("models", "list").out
    assert text.splitlines()[0].split() == ["NAME", "KIND", "SIZE", "USED", "LICENCE", "SHA-256", "NOTE"]
    assert "cannot be used" in text


def test_a_fit_stands_in_the_list_once_this_machine_was_measured(sotto, measured_home):
    assert "FIT" in sotto("models", "list").out
    assert listed(sotto)[starter().name]["fit"] == "runs"


def test_a_kind_that_the_engine_does_not_know_does_not_run_in_the_list_and_in_fit(sotto, measured_home):
    renamed(language_model(), "strange").write(measured_home.models / "odd.gguf")
    assert listed(sotto)["odd"]["fit"] == "no"
    (found,) = json.loads(sotto("fit", "odd", "--json").out)
    assert found["verdict"] == "no"


def test_the_list_stands_without_the_starters_file(sotto, tmp_path, monkeypatch):
    monkeypatch.setattr("sottovoce.models.starter.FOLDER", tmp_path)
    found = listed(sotto)[card().name]
    assert (found["kind"], found["bytes"]) == ("", 0)


def test_show_tells_the_facts_of_the_file(sotto):
    facts = json.loads(sotto("models", "show", "--json").out)
    assert facts["sha256"] == SHA256
    assert (facts["architecture"], facts["layers"], facts["parameters"]) == ("llama", 30, 134_515_008)
    assert (facts["heads"], facts["kv_heads"], facts["can"]) == (9, 3, ["chat"])
    assert facts["template"]["known"] == "SmolLM2 Instruct"
    text = sotto("models", "show", "starter").out
    assert SHA256 in text
    assert "134,515,008" in text
    assert "It can chat." in text
    assert "Commercial use: yes." in text
    assert "2024-06" in text, "what the catalogue knows of this content"


def test_the_whole_licence_can_be_read(sotto):
    text = sotto("models", "show", "--licence").out
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert json.loads(sotto("models", "show", "--licence", "--json").out)["licence_text"] in text + "\n"


def test_a_model_that_is_not_here_is_shown_as_the_catalogue_knows_it(sotto):
    shown = sotto("models", "show", "Gemma-3-4B")
    for part in ("not here yet", "Gated:", "Outputs:", "mmproj", "Not verified: ", "Read 2026-"):
        assert part in shown.out
    assert catalogue.command(catalogue.find("gemma-3-4b")) in shown.err
    assert json.loads(sotto("models", "show", "gemma-3-4b", "--json").out)["licence"] == "Gemma"


def test_the_catalogues_name_of_the_starter_says_that_it_is_here(sotto):
    shown = sotto("models", "show", "smollm2-135m")
    assert "You already have this: it is starter." in shown.out
    assert "models pull" not in shown.out + shown.err


def test_a_damaged_file_gets_a_sentence(sotto, tmp_path):
    file = tmp_path / "cut.gguf"
    file.write_bytes(b"GGUF\x03\x00")
    wrong = sotto("models", "show", file)
    assert (wrong.code, wrong.out) == (1, "")
    assert "cut.gguf" in wrong.err


def test_an_unknown_model_is_an_error_with_a_hint(sotto):
    wrong = sotto("models", "show", "gpt-9")
    assert wrong.code == 2
    assert "hint: sotto models list" in wrong.err


def test_an_own_catalogue_with_a_mistake_is_named(sotto, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "catalogue.toml").write_text('[[model]]\nname = "mine"\n')
    wrong = sotto("models", "suggest")
    assert wrong.code == 2
    assert "catalogue.toml: mine: " in wrong.err


def test_files_of_other_programs_are_listed(sotto, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("OLLAMA_MODELS", raising=False)
    folder = tmp_path / ".lmstudio" / "models" / "me" / "mine"
    folder.mkdir(parents=True)
    file = language_model().write(folder / "m.gguf")
    (found,) = json.loads(sotto("models", "list", "--elsewhere", "--json").out)
    assert (found["program"], found["path"]) == ("LM Studio", str(file))
    assert str(file) in sotto("models", "list", "--elsewhere").out


# ── add ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_added_by_a_link_with_its_licence_accepted_and_on_record(sotto, tiny, tmp_path):
    done = sotto("models", "add", tiny, "--yes")
    assert done.code == 0
    assert "Licence: Apache License 2.0." in done.err
    model = listed(sotto)["tiny"]
    assert (model["links_to"], model["source"], model["licence"]) == (str(tiny), str(tiny), "Apache-2.0")
    (yes,) = json.loads(sotto("models", "licences", "--json").out)
    assert (yes["file_sha256"], yes["licence"], yes["use"]) == (model["sha256"], "Apache-2.0", "private")
    assert len(yes["text_sha256"]) == 64
    assert "Apache-2.0" in sotto("models", "licences").out


def test_an_added_model_answers(sotto, tiny):
    sotto("models", "add", tiny, "--yes", "--name", "mine")
    assert sotto("--model", "mine", "ask", "hello").out.strip() == "hello"


def test_without_a_yes_nothing_is_added(sotto, tiny, tmp_path):
    refused = sotto("models", "add", tiny)
    assert (refused.code, refused.out) == (3, "")
    assert refused.err.endswith("hint: Add --yes\n")
    assert list((tmp_path / "home" / "models").iterdir()) == []
    assert json.loads(sotto("models", "licences", "--json").out) == []


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1), (b"", 1)])
def test_a_person_is_asked(sotto, person, tiny, tmp_path, answer, code):
    assert person(sotto, answer, "models", "add", tiny).code == code
    assert len(list((tmp_path / "home" / "models").iterdir())) == (code == 0)
    assert len(json.loads(sotto("models", "licences", "--json").out)) == (code == 0)


def test_the_same_words_are_accepted_once_and_recorded_for_each_file(sotto, tiny, tmp_path):
    other = language_model().set("general.name", "string", "Other").write(tmp_path / "other.gguf")
    assert sotto("models", "add", tiny, "--yes").code == 0
    assert sotto("models", "add", other).code == 0
    first, second = json.loads(sotto("models", "licences", "--json").out)
    assert first["text_sha256"] == second["text_sha256"]
    assert first["file_sha256"] != second["file_sha256"]


def test_what_is_here_already_is_not_added_twice(sotto, tiny):
    sotto("models", "add", tiny, "--yes")
    again = json.loads(sotto("models", "add", tiny, "--yes", "--name", "again", "--json").out)
    assert (again["name"], again["added"]) == ("tiny", False)
    assert "You already have this: it is starter." in sotto("models", "add", path()).err
    assert set(listed(sotto)) == {starter().name, "tiny"}


def test_a_name_that_is_taken_is_refused_before_anybody_is_asked(sotto, tiny, tmp_path):
    sotto("models", "add", tiny, "--yes")
    other = language_model().set("general.name", "string", "Other").write(tmp_path / "other.gguf")
    refused = sotto("models", "add", other, "--name", "tiny", "--yes")
    assert refused.code == 2
    assert "tiny already" in refused.err
    assert len(json.loads(sotto("models", "licences", "--json").out)) == 1


@pytest.mark.parametrize("name", ["../up", "a/b", "", "starter"])
def test_a_name_that_leads_elsewhere_is_refused(sotto, tiny, tmp_path, name):
    assert sotto("models", "add", tiny, "--yes", "--name", name).code == 2
    assert list((tmp_path / "home" / "models").iterdir()) == []


def test_what_is_no_model_is_refused_in_a_sentence(sotto, tmp_path):
    page = tmp_path / "page.gguf"
    page.write_text("<!doctype html><title>Log in</title>")
    refused = sotto("models", "add", page, "--yes")
    assert (refused.code, refused.out) == (1, "")
    assert "is a web page" in refused.err


def test_a_model_of_another_program_is_added_by_the_name_it_has_there(sotto, tmp_path, monkeypatch):
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    digest = "ab" * 32
    manifest = tmp_path / "ollama" / "manifests" / "registry.ollama.ai" / "library" / "tiny" / "1b"
    manifest.parent.mkdir(parents=True)
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"}
    manifest.write_text(json.dumps({"layers": [layer]}))
    (tmp_path / "ollama" / "blobs").mkdir()
    blob = language_model().write(tmp_path / "ollama" / "blobs" / f"sha256-{digest}")
    assert sotto("models", "add", "ollama:tiny:1b", "--yes").code == 0
    assert listed(sotto)["tiny-1b"]["links_to"] == str(blob)
    missing = sotto("models", "add", "ollama:nothing", "--yes")
    assert missing.code == 2
    assert "sotto models list --elsewhere" in missing.err


# ── commercial use ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def odd(tmp_path):
    return language_model().drop("general.license").write(tmp_path / "odd.gguf")


def test_for_commercial_use_an_unclear_licence_is_refused_until_it_is_named(sotto, odd, tmp_path):
    sotto("settings", "set", "use", "commercial")
    refused = sotto("models", "add", odd, "--yes")
    assert refused.code == 3
    assert "not clear" in refused.err
    assert list((tmp_path / "home" / "models").iterdir()) == []
    assert sotto("models", "add", odd, "--yes", "--licence", "mit").code == 0
    assert json.loads(sotto("models", "licences", "--json").out)[0]["use"] == "commercial"
    assert sotto("--model", "odd", "ask", "hello").code == 0


def test_for_commercial_use_no_model_answers_that_does_not_allow_it(sotto, tmp_path):
    research = language_model().set("general.license", "string", "cc-by-nc-4.0").write(tmp_path / "r.gguf")
    assert sotto("--model", research, "ask", "hello").code == 0
    sotto("settings", "set", "use", "commercial")
    refused = sotto("--model", research, "ask", "hello")
    assert (refused.code, refused.out) == (3, "")
    assert "forbids commercial use" in refused.err
    assert sotto("ask", "hello").code == 0


def test_a_file_that_came_by_hand_gets_its_licence_on_record(sotto, odd, tmp_path):
    sotto("settings", "set", "use", "commercial")
    there = tmp_path / "home" / "models" / "odd.gguf"
    odd.rename(there)
    assert sotto("--model", "odd", "ask", "hello").code == 3
    done = sotto("models", "add", there, "--licence", "mit", "--yes")
    assert done.code == 0
    assert "was here already" in done.err
    assert sotto("--model", "odd", "ask", "hello").code == 0
    assert not there.is_symlink()


def test_a_kind_that_the_engine_does_not_know_is_not_added(sotto, tmp_path):
    file = renamed(language_model(), "strange").write(tmp_path / "m.gguf")
    refused = sotto("models", "add", file, "--yes")
    assert (refused.code, "of the kind strange" in refused.err) == (1, True)
    assert list(listed(sotto)) == [starter().name]


def test_no_licence_can_be_named_for_a_file_that_says_its_own(sotto, tmp_path):
    research = language_model().set("general.license", "string", "cc-by-nc-4.0").write(tmp_path / "r.gguf")
    sotto("settings", "set", "use", "commercial")
    refused = sotto("models", "add", research, "--licence", "mit", "--yes")
    assert (refused.code, "hint: Leave out --licence" in refused.err) == (2, True)
    assert "r" not in listed(sotto)


def test_the_catalogue_knows_better_than_whoever_names_a_licence(sotto, tmp_path):
    """A digest that the catalogue knows has the licence that was read for it."""
    file = language_model().drop("general.license").write(tmp_path / "m.gguf")
    sotto("models", "add", file, "--yes", "--licence", "mit")
    digest = listed(sotto)["m"]["sha256"]
    (tmp_path / "home" / "catalogue.toml").write_text(
        '[[model]]\nname = "m"\nkind = "chat"\nrepository = "a/b"\nlicence = "CC-BY-NC-4.0"\n'
        f'[[model.file]]\nname = "m.gguf"\npacking = "F32"\nsize = 5\nsha256 = "{digest}"\n'
    )
    assert listed(sotto)["m"]["licence"] == "CC-BY-NC-4.0"
    sotto("settings", "set", "use", "commercial")
    assert sotto("--model", "m", "ask", "hello").code == 3


# ── verify and remove ─────────────────────────────────────────────────────────────────────────────


def test_verify_finds_what_changed_since_it_was_added(sotto, tiny, tmp_path):
    sotto("models", "add", tiny, "--yes", "--copy")
    sound = sotto("models", "verify")
    assert sound.code == 0
    assert "tiny: sound." in sound.out
    there = tmp_path / "home" / "models" / "tiny.gguf"
    data = bytearray(there.read_bytes())
    data[-500] ^= 1
    there.write_bytes(data)
    wrong = sotto("models", "verify", "tiny", "--json")
    assert wrong.code == 1
    assert [verdict["state"] for verdict in json.loads(wrong.out)] == ["wrong"]
    assert sotto("models", "verify", "starter").code == 0


def test_verify_finds_a_later_part_that_changed_each_time(sotto, tmp_path):
    sotto("models", "add", split(tmp_path)[0], "--yes", "--copy")
    there = tmp_path / "home" / "models" / "big-00002-of-00003.gguf"
    data = bytearray(there.read_bytes())
    data[-1] ^= 1
    there.write_bytes(data)
    os.utime(there, ns=(1, 1))
    for _ in range(2):
        wrong = sotto("models", "verify", "big", "--json")
        assert [verdict["state"] for verdict in json.loads(wrong.out)] == ["sound", "wrong", "sound"]
        assert wrong.code == 1


def test_removing_a_link_leaves_the_file(sotto, tiny, tmp_path):
    sotto("models", "add", tiny, "--yes")
    assert sotto("models", "remove", "tiny").code == 3
    assert sotto("models", "remove", "tiny", "--yes").code == 0
    assert set(listed(sotto)) == {starter().name}
    assert tiny.exists()
    assert len(json.loads(sotto("models", "licences", "--json").out)) == 1
    with sqlite3.connect(Home(tmp_path / "home").database) as conn:
        assert records.every(conn) == {}
    conn.close()


def test_removing_the_model_that_answers_says_what_to_do(sotto, tiny):
    sotto("models", "add", tiny, "--yes")
    sotto("settings", "set", "model", "tiny")
    assert "sotto settings unset model" in sotto("models", "remove", "tiny", "--yes").err


@pytest.mark.parametrize(("answer", "left"), [(b"y\n", 0), (b"n\n", 1)])
def test_a_person_is_asked_before_anything_is_removed(sotto, person, tiny, tmp_path, answer, left):
    sotto("models", "add", tiny, "--yes", "--copy")
    person(sotto, answer, "models", "remove", "tiny")
    assert len(list((tmp_path / "home" / "models").iterdir())) == left


def test_the_starter_stays(sotto):
    assert sotto("models", "remove", "starter", "--yes").code == 3
    assert path().exists()


# ── suggest ───────────────────────────────────────────────────────────────────────────────────────


def test_suggestions_come_with_the_command_that_gets_them(sotto, measured_home, monkeypatch):
    monkeypatch.setattr("sottovoce.engine.memory.available", lambda: 8_000_000_000)
    found = json.loads(sotto("models", "suggest", "--json").out)
    assert {"chat", "code", "embedding"} <= {one["for"] for one in found}
    for one in found:
        assert one["command"] == catalogue.command(catalogue.find(one["model"]))
        assert one["command"] in sotto("models", "suggest").out


def test_where_nothing_runs_a_sentence_says_so_and_no_empty_table_stands_there(
    sotto, measured_home, monkeypatch
):
    monkeypatch.setattr("sottovoce.engine.memory.available", lambda: 1)
    shown = sotto("models", "suggest")
    assert (shown.code, shown.out) == (0, "")
    assert "Nothing of the catalogue runs here" in shown.err


@pytest.mark.parametrize("command", [("fit",), ("models", "suggest")])
def test_a_card_of_ones_own_of_which_too_little_is_known_is_named_with_the_next_step(
    sotto, measured_home, command
):
    (measured_home.root / "catalogue.toml").write_text(
        '[[model]]\nname = "mine"\nkind = "chat"\nrepository = "me/mine-GGUF"\nlicence = "MIT"\n'
        '[[model.file]]\nname = "mine-Q4_K_M.gguf"\npacking = "Q4_K_M"\nsize = 1000000000\n'
    )
    shown = sotto(*command)
    assert shown.code == 0
    assert "Left out" in shown.err
    assert "mine" in shown.err
    assert "sotto fit hf:me/mine-GGUF:mine-Q4_K_M.gguf" in shown.err


@pytest.mark.parametrize("command", [("fit",), ("models", "list")])
def test_what_may_not_be_used_commercially_is_marked_where_the_use_is(sotto, measured_home, command):
    language_model().set("general.license", "string", "cc-by-nc-4.0").write(measured_home.models / "nc.gguf")
    before = sotto(*command)
    assert "refused" not in before.out + before.err
    sotto("settings", "set", "use", "commercial")
    after = sotto(*command)
    lines = {line.split()[0]: line for line in after.out.splitlines()}
    assert "(refused)" in lines["nc"]
    assert "(refused)" not in lines["SmolLM2-135M-Instruct"]
    assert "the setting use is commercial" in after.err


def test_a_newer_one_in_the_catalogue_is_told(sotto, home):
    assert json.loads(sotto("models", "show", "--json").out)["newer"] is None
    catalogue.own_file(home).write_text(
        """
[[model]]
name = "next"
title = "Next"
repository = "me/next"
kind = "chat"
licence = "MIT"
replaces = ["smollm2-135m"]

[[model.file]]
name = "next.gguf"
packing = "Q8_0"
size = 1000
"""
    )
    told = "A newer one is in the catalogue: Next. To get it: sotto models pull next"
    assert told in " ".join(sotto("models", "show").out.split())
    facts = json.loads(sotto("models", "show", "--json").out)
    assert (facts["newer"], facts["knowledge_until"]) == ("next", "2024-06")
