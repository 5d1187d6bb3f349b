"""sotto fit, on a machine that was measured before."""

from __future__ import annotations

import json
from pathlib import Path

from gguf_samples import language_model

from sottovoce.core.paths import Home
from sottovoce.fit import known
from sottovoce.fit.machine import look

KEYS = ("low", "expected", "high")


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
        for figure in ("decode_tokens_per_s", "prompt_tokens_per_s", "first_token_s"):
            assert tuple(one[figure]) == KEYS
            assert one[figure]["low"] < one[figure]["expected"] < one[figure]["high"]


def test_larger_models_are_slower(measured_home: Home, sotto) -> None:
    found = {one["file"]: one for one in json.loads(sotto("fit", "--json").out)}
    rates = [
        one["decode_tokens_per_s"]["expected"] for name, one in found.items() if name.startswith("Qwen3-")
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
        assert (found["model"], found["command"]) == (name, f"sotto models add {ref}")
        assert sotto("models", "add", ref, "--yes").code == 0
        assert sotto("models", "remove", name, "--yes").code == 0
    missing = sotto("fit", "ollama:nothing")
    assert (missing.code, "sotto models list --elsewhere" in missing.err) == (2, True)


def test_a_measurement_of_another_machine_is_not_believed(measured_home: Home) -> None:
    assert known.kept(measured_home, known.key_of(look())) is not None
    assert known.kept(measured_home, "another machine") is None
    (measured_home.root / "machine.json").write_text("{")
    assert known.kept(measured_home, known.key_of(look())) is None
