"""sotto fit, on a machine that was measured before."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from gguf_samples import encoder, language_model, projector

from sottovoce.core.messages import OWNER, State
from sottovoce.core.paths import Home
from sottovoce.fit import known
from sottovoce.fit.machine import look
from sottovoce.models import shelf, starter
from sottovoce.store import chats
from sottovoce.store.db import open_database

KEYS = ("low", "expected", "high")
FIGURES = ("decode_tokens_per_s", "prompt_tokens_per_s", "first_token_s")
MORE = {"bytes", "reason", "context", "measured_tokens_per_s", "evaluated", "card", "class"}
"""What stands in the JSON beside what was promised first."""


def only(shown: Any) -> dict[str, Any]:
    assert shown.code == 0, shown.err
    (found,) = json.loads(shown.out)
    return dict(found)


def test_it_lists_the_starter_and_the_catalogue(measured_home: Home, sotto) -> None:
    shown = sotto("fit", "--json")
    assert shown.code == 0
    found = json.loads(shown.out)
    assert found[0]["model"] == "SmolLM2-135M-Instruct"
    assert len(found) > 10
    for one in found:
        assert one["verdict"] in ("runs", "tight", "no")
        assert one["memory_bytes"] > 0.5 * one["bytes"]
        assert one["licence"]
        assert one["command"].startswith("sotto ")
        for figure in FIGURES:
            if one[figure] is None and figure != "prompt_tokens_per_s":
                assert one["class"] is None, "it embeds or ranks"
                continue
            assert tuple(one[figure]) == KEYS
            assert one[figure]["low"] < one[figure]["expected"] < one[figure]["high"]


def test_the_json_holds_what_scripts_rely_on(measured_home: Home, sotto) -> None:
    promised = {"model", "file", "verdict", "memory_bytes", *FIGURES, "licence", "command"}
    for arguments in ((), ("starter",), ("qwen3-4b",)):
        found = json.loads(sotto("fit", *arguments, "--json").out)
        assert isinstance(found, list)
        for row in found:
            assert set(row) == promised | MORE
            assert all(
                isinstance(row[name], str) for name in ("model", "file", "verdict", "licence", "command")
            )
            assert isinstance(row["memory_bytes"], int)


def test_what_a_model_reached_stands_beside_the_prediction_and_moves_it(measured_home: Home, sotto) -> None:
    file = language_model().write(measured_home.models / "tiny.gguf")
    before = only(sotto("fit", "tiny", "--json"))
    assert before["measured_tokens_per_s"] is None
    seen = shelf.content(file)
    with closing(open_database(measured_home)) as database:
        database.call(lambda conn: shelf.remember(conn, seen))
        for rate in (70.0, 80.0, 90.0):
            answered(database, seen.sha256, rate)
    after = only(sotto("fit", "tiny", "--json"))
    assert after["measured_tokens_per_s"] == 80.0
    assert after["decode_tokens_per_s"]["expected"] == pytest.approx(80.0, rel=0.05)
    assert "measured 80" in sotto("fit", "tiny").out
    file.write_bytes(language_model().set("general.name", "string", "Other").bytes())
    assert only(sotto("fit", "tiny", "--json"))["measured_tokens_per_s"] is None, "it is another model now"


def answered(database: Any, digest: str, rate: float) -> None:
    facts = {"usage": {"prompt": 5, "answer": 40}, "timings": {"answer_per_second": rate}}

    def keep(conn: Any) -> None:
        chat = chats.start(conn, OWNER, system="", model="tiny", now=0)
        more = {"parent": None, "text": "?", "model": "tiny", "writer": "", "now": 0}
        _, answer = chats.ask(conn, OWNER, chat.id, **more)
        chats.finish(conn, answer, text="!", state=State.COMPLETE, digest=digest, facts=facts, now=0)

    database.call(keep)


def test_one_slow_answer_moves_no_prediction_far_and_every_command_says_the_same(
    measured_home: Home, sotto
) -> None:
    before = rates(sotto)
    with closing(open_database(measured_home)) as database:
        answered(database, starter.starter().sha256, 0.1 * before["starter"]["expected"])
    after = rates(sotto)
    for name, rate in after.items():
        assert rate["expected"] > 0.7 * before[name]["expected"]
        alone = json.loads(sotto("fit", name, "--json").out)
        assert rate in [one["decode_tokens_per_s"] for one in alone]
    found = only(sotto("fit", "starter", "--json"))
    assert found["decode_tokens_per_s"]["low"] <= round(found["measured_tokens_per_s"], 3)


def rates(sotto) -> dict[str, dict[str, float]]:
    """Return what is predicted of two models in the list."""
    found = {one["model"]: one for one in json.loads(sotto("fit", "--json").out)}
    names = {"starter": "SmolLM2-135M-Instruct", "qwen3-8b": "Qwen3 8B"}
    return {name: found[title]["decode_tokens_per_s"] for name, title in names.items()}


def test_of_weights_held_twice_both_sums_are_told(measured_home: Home, sotto) -> None:
    shown = sotto("fit", "qwen3-8b")
    memory = next(line for line in shown.out.splitlines() if "Q4_K_M" in line)
    assert re.search(r"  \d+\.\d–\d+\.\d GB  ", memory)
    assert "what must be free" in shown.err


def test_larger_models_are_slower(measured_home: Home, sotto) -> None:
    found = {one["file"]: one for one in json.loads(sotto("fit", "--json").out)}
    rates = [
        one["decode_tokens_per_s"]["expected"]
        for name, one in found.items()
        if name.startswith("Qwen3-") and one["class"]
    ]
    assert rates == sorted(rates, reverse=True)


def test_a_wider_window_and_more_users_take_more_memory(measured_home: Home, sotto) -> None:
    def memory(*options: str) -> int:
        return int(json.loads(sotto("fit", "starter", "--json", *options).out)[0]["memory_bytes"])

    assert memory() < memory("--context", "8192") < memory("--context", "8192", "--users", "4")


def test_one_of_the_catalogue_shows_each_packing(measured_home: Home, sotto) -> None:
    found = json.loads(sotto("fit", "qwen3-4b", "--json").out)
    assert {one["model"] for one in found} == {"Qwen3 4B"}
    assert [one["command"] for one in found] == [
        f"sotto models pull hf:Qwen/Qwen3-4B-GGUF:{one['file']}" for one in found
    ]


def test_a_name_that_nobody_knows_gets_a_sentence_and_a_next_step(measured_home: Home, sotto) -> None:
    shown = sotto("fit", "no-such-model")
    assert shown.code == 2
    assert "no-such-model" in shown.err


def test_a_file_that_is_no_model_is_told_as_what_it_is(measured_home: Home, sotto, tmp_path: Path) -> None:
    page = tmp_path / "page.gguf"
    page.write_text("<!doctype html><title>Sign in</title>")
    shown = sotto("fit", page)
    assert shown.code == 1
    assert "is a web page" in shown.err


def test_what_another_program_keeps_here_is_fitted_by_its_name_there(
    measured_home: Home, sotto, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    digest = "ab" * 32
    manifest = tmp_path / "ollama" / "manifests" / "registry.ollama.ai" / "library" / "tiny" / "1b"
    manifest.parent.mkdir(parents=True)
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"}
    manifest.write_text(json.dumps({"layers": [layer]}))
    snapshot = tmp_path / "hub" / "models--org--m-GGUF" / "snapshots" / ("0" * 40)
    studio = tmp_path / "lmstudio" / "org"
    for folder in (tmp_path / "ollama" / "blobs", snapshot, studio):
        folder.mkdir(parents=True)
    language_model().write(tmp_path / "ollama" / "blobs" / f"sha256-{digest}")
    language_model().write(snapshot / "m-F32.gguf")
    kept = language_model().write(studio / "s.gguf")
    names = {"ollama:tiny:1b": "tiny-1b", "hf:org/m-GGUF:m-F32.gguf": "m-F32", str(kept): "s"}
    for ref, name in names.items():
        shown = sotto("fit", ref, "--json")
        assert shown.code == 0, shown.err
        (found,) = json.loads(shown.out)
        use = f"sotto --model {ref}" if ref == str(kept) else f"sotto models add {ref}"
        assert (found["model"], found["command"]) == (name, use)
        assert sotto("models", "add", ref, "--yes").code == 0
        assert sotto("models", "remove", name, "--yes").code == 0
    missing = sotto("fit", "ollama:nothing")
    assert (missing.code, "sotto models list --elsewhere" in missing.err) == (2, True)


def test_a_measurement_of_another_machine_is_not_believed(measured_home: Home) -> None:
    assert known.kept(measured_home, known.key_of(look())) is not None
    assert known.kept(measured_home, "another machine") is None
    (measured_home.root / "machine.json").write_text("{")
    assert known.kept(measured_home, known.key_of(look())) is None


# ── models that write nothing ─────────────────────────────────────────────────────────────────────


def test_of_one_that_embeds_only_reading_is_told_and_the_command_makes_it_the_one_for_vectors(
    measured_home: Home, sotto
) -> None:
    encoder().write(measured_home.models / "vectors.gguf")
    found = only(sotto("fit", "vectors", "--json"))
    assert [found[name] for name in ("decode_tokens_per_s", "first_token_s", "class")] == [None] * 3
    assert found["prompt_tokens_per_s"]["expected"] > 0
    assert sotto(*found["command"].split()[1:]).code == 0
    assert "vectors" in sotto("settings", "list").out
    shown = sotto("fit", "vectors")
    assert "reads " in shown.out
    assert "writes nothing" in shown.err


def test_one_of_the_catalogue_that_embeds_writes_nothing_either(measured_home: Home, sotto) -> None:
    for name in ("nomic-embed-text-v1.5", "bge-reranker-v2-m3", "qwen3-embedding-0.6b"):
        found = only(sotto("fit", name, "--json"))
        assert found["decode_tokens_per_s"] is None
        assert found["context"] == 2048, "as long as a text may be"
        assert found["command"].startswith("sotto models pull ")


def test_a_ranking_model_here_is_told_of_with_a_command_that_works(measured_home: Home, sotto) -> None:
    encoder().set("bert.pooling_type", "uint32", 4).write(measured_home.models / "rank.gguf")
    found = only(sotto("fit", "rank", "--json"))
    assert found["command"] == "sotto settings set rerank_model rank"
    assert sotto(*found["command"].split()[1:]).code == 0
    assert sotto("settings", "get", "rerank_model").out == "rank\n"


def test_a_file_elsewhere_is_used_by_its_path(measured_home: Home, sotto, tmp_path: Path) -> None:
    file = language_model().write(tmp_path / "some where.gguf")
    assert only(sotto("fit", file, "--json"))["command"] == f"sotto --model '{file}'"


def test_what_goes_beside_a_model_is_not_listed_as_one(measured_home: Home, sotto) -> None:
    projector().write(measured_home.models / "mmproj.gguf")
    assert "mmproj.gguf" not in sotto("fit", "--json").out
    shown = sotto("models", "list", "--json")
    assert {row["name"]: row.get("fit", "none") for row in json.loads(shown.out)}["mmproj"] == "none"


# ── wrong questions ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_wider_window_than_a_model_has_is_told_and_what_it_has_is_counted(
    measured_home: Home, sotto, as_json: tuple[str, ...]
) -> None:
    shown = sotto("fit", "starter", "--context", "100000", *as_json)
    assert shown.code == 0
    assert "at most 8,192 tokens" in shown.err
    assert only(sotto("fit", "starter", "--context", "100000", "--json"))["context"] == 8192
    assert only(sotto("fit", "starter", "--context", "0", "--json"))["context"] == 8192


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--users", "0"), "--users"),
        (("--users", "1000"), "--users"),
        (("--users", "many"), "--users"),
        (("--context", "-1"), "--context"),
        (("--context", "9999999"), "--context"),
    ],
)
def test_a_number_that_cannot_be_is_told_with_the_next_step(
    measured_home: Home, sotto, options: tuple[str, ...], word: str
) -> None:
    shown = sotto("fit", "starter", *options, "--json")
    assert (shown.code, shown.out) == (2, "")
    assert word in shown.err.splitlines()[0]
    assert shown.err.splitlines()[-1] == "hint: sotto fit --help"


def wrong(folder: Path) -> dict[str, tuple[Path, str]]:
    """Return files of every kind that are no model, each with a word that tells why."""
    whole = language_model().bytes()
    tensors = b'{"__metadata__":{"format":"pt"}}'
    kept = {
        "empty.gguf": b"",
        "cut.gguf": whole[: len(whole) // 2],
        "model.safetensors": len(tensors).to_bytes(8, "little") + tensors,
        "notes.txt": b"nothing of a model",
    }
    for name, data in kept.items():
        (folder / name).write_bytes(data)
    words = {
        "empty.gguf": "empty",
        "cut.gguf": "cut",
        "model.safetensors": "is a safetensors file",
        "notes.txt": "GGUF",
    }
    (folder / "folder").mkdir()
    return {"folder": (folder / "folder", "folder")} | {name: (folder / name, words[name]) for name in kept}


@pytest.mark.parametrize("name", ["empty.gguf", "cut.gguf", "model.safetensors", "notes.txt", "folder"])
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_what_is_no_model_is_told_with_the_next_step(
    measured_home: Home, sotto, tmp_path: Path, name: str, as_json: tuple[str, ...]
) -> None:
    (tmp_path / "given").mkdir()
    path, word = wrong(tmp_path / "given")[name]
    shown = sotto("fit", path, *as_json)
    assert (shown.code != 0, shown.out) == (True, "")
    sentence, *_, hint = shown.err.splitlines()
    assert word in sentence
    assert hint.startswith("hint: ")


def test_a_card_without_a_shape_says_how_to_learn_more(measured_home: Home, sotto) -> None:
    shown = sotto("fit", "smolvlm-500m", "--json")
    assert (shown.code, shown.out) == (2, "")
    assert "does not say how SmolVLM 500M Instruct is built" in shown.err
    assert "sotto fit hf:ggml-org/SmolVLM-500M-Instruct-GGUF:" in shown.err


def test_a_wrong_name_is_told_before_the_machine_is_measured(sotto) -> None:
    shown = sotto("fit", "no-such-model")
    assert shown.code == 2
    assert "Measuring" not in shown.err
