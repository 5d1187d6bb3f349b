from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from getting import small_model
from gguf_samples import encoder, language_model, projector
from mirror import Mirror

from sottovoce.core.account import account
from sottovoce.core.amounts import amount
from sottovoce.models.starter import starter

NAME = "org/m-GGUF"
TOKEN = "hf_right"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_pulled_model_is_listed_with_its_licence_on_record(sotto: Any, mirror: Mirror) -> None:
    done = sotto("models", "pull", f"hf:{NAME}", "--accept-licence", "--json")
    assert done.code == 0, done.err
    plan, *_, last = lines(done.out)
    assert (plan["event"], plan["name"], plan["licence"]) == ("plan", "m-Q4_0", "apache-2.0")
    assert plan["bytes"] == len(small_model())
    assert (plan["fit"], plan["decode_tokens_per_s"] > 0) == ("runs", True)
    assert (last["event"], last["name"]) == ("done", "m-Q4_0")
    assert last["files"][0]["sha256"] == plan["sha256"]
    assert "m-Q4_0" in sotto("models", "list").out
    (accepted,) = json.loads(sotto("models", "licences", "--json").out)
    assert plan["sha256"] in accepted.values()
    assert accepted["account"] == account()
    assert sotto("models", "verify", "m-Q4_0").code == 0


def test_the_licence_is_told_first_and_nothing_comes_without_a_yes(sotto: Any, mirror: Mirror) -> None:
    refused = sotto("models", "pull", f"hf:{NAME}")
    assert refused.code == 3
    assert "Commercial use" in refused.err
    assert "hint: Add --accept-licence" in refused.err
    assert "m-Q4_0" not in sotto("models", "list").out
    assert f"m-Q4_0: {amount(len(small_model()))}; " in refused.err


def test_of_one_that_embeds_only_reading_is_predicted(sotto: Any, mirror: Mirror) -> None:
    mirror.put("org/e-GGUF", ("e-Q4_0.gguf", encoder().bytes()))
    assert "It runs here: it reads about" in sotto("models", "pull", "hf:org/e-GGUF").err
    plan, *_ = lines(sotto("models", "pull", "hf:org/e-GGUF", "--accept-licence", "--json").out)
    assert (plan["fit"], plan["decode_tokens_per_s"]) == ("runs", None)


def test_a_licence_is_accepted_once(sotto: Any, mirror: Mirror) -> None:
    assert sotto("models", "pull", f"hf:{NAME}", "--accept-licence").code == 0
    again = sotto("models", "pull", f"hf:{NAME}:Q4_0")
    assert (again.code, "You already have this" in again.err) == (0, True)
    mirror.put("org/n-GGUF", ("n-Q4_0.gguf", small_model()[:-4] + b"\0\0\0\1"))
    unasked = sotto("models", "pull", "hf:org/n-GGUF", stdin=b"n\n")
    assert (unasked.code, "hint: Add --yes" in unasked.err) == (3, True)
    assert sotto("models", "pull", "hf:org/n-GGUF", "--yes").code == 0


def test_a_yes_to_one_licence_that_nobody_named_is_none_to_another(sotto: Any, mirror: Mirror) -> None:
    mirror.repos[NAME].licence = "other"
    assert sotto("models", "pull", f"hf:{NAME}", "--accept-licence").code == 0
    mirror.put("org/n-GGUF", ("n-Q4_0.gguf", small_model()[:-4] + b"\0\0\0\1"), licence="other")
    refused = sotto("models", "pull", "hf:org/n-GGUF", "--yes")
    assert (refused.code, "not accepted yet" in refused.err) == (3, True)


def test_what_a_publisher_said_of_a_licence_stays_on_record(
    sotto: Any, mirror: Mirror, tmp_path: Path
) -> None:
    bare = language_model().drop("general.license").bytes()
    for licence, code in (("cc-by-nc-4.0", 2), (None, 0)):
        name = f"n{code}-Q4_0"
        mirror.put("org/n-GGUF", (f"{name}.gguf", bare + bytes(code)), licence=licence)
        assert sotto("models", "pull", "hf:org/n-GGUF", "--accept-licence").code == 0
        there = tmp_path / "home" / "models" / f"{name}.gguf"
        assert sotto("models", "add", there, "--licence", "mit", "--yes").code == code
        model = next(one for one in json.loads(sotto("models", "list", "--json").out) if one["name"] == name)
        assert model["source"].startswith("hf:org/n-GGUF")
        assert model["licence"] == (licence or "MIT")


@pytest.mark.parametrize(("at_hub", "in_file"), [("apache-2.0", "cc-by-nc-4.0"), ("cc-by-nc-4.0", "mit")])
def test_the_stricter_of_two_licences_counts_when_it_comes_and_when_it_answers(
    sotto: Any, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, at_hub: str, in_file: str
) -> None:
    odd = language_model().set("general.license", "string", in_file).bytes()
    mirror.put("org/n-GGUF", ("n-Q4_0.gguf", odd), licence=at_hub)
    pulling = ("models", "pull", "hf:org/n-GGUF", "--accept-licence")
    told = f"called {at_hub}, in the file itself {in_file}: the stricter counts"
    monkeypatch.setenv("SOTTO_USE", "commercial")
    refused = sotto(*pulling)
    assert (refused.code, told in refused.err) == (3, True)
    monkeypatch.delenv("SOTTO_USE")
    done = sotto(*pulling)
    assert (done.code, told in done.err) == (0, True)
    monkeypatch.setenv("SOTTO_USE", "commercial")
    assert sotto("ask", "hello", "--model", "n-Q4_0").code == 3


def test_a_licence_that_hub_and_file_leave_unclear_can_be_named(
    sotto: Any, mirror: Mirror, tmp_path: Path
) -> None:
    mirror.repos[NAME].licence = "other"
    assert sotto("models", "pull", f"hf:{NAME}", "--accept-licence").code == 0
    there = tmp_path / "home" / "models" / "m-Q4_0.gguf"
    assert sotto("models", "add", there, "--licence", "mit", "--yes").code == 0
    assert json.loads(sotto("models", "show", "m-Q4_0", "--json").out)["licence"] == "MIT"


def test_off_refuses_and_says_how_to_allow_it(
    sotto: Any, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOTTO_NETWORK")
    refused = sotto("models", "pull", f"hf:{NAME}", "--accept-licence")
    assert refused.code == 3
    assert "sotto settings set network ask" in refused.err
    assert mirror.seen == []


def test_a_gated_model_says_how_to_get_in(
    sotto: Any, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.repos[NAME].gated = "manual"
    refused = sotto("models", "pull", f"hf:{NAME}", "--accept-licence")
    assert (refused.code, "SOTTO_HF_TOKEN" in refused.err) == (3, True)
    monkeypatch.setenv("SOTTO_HF_TOKEN", TOKEN)
    done = sotto("models", "pull", f"hf:{NAME}", "--accept-licence")
    assert done.code == 0, done.err
    assert TOKEN not in done.out + done.err + sotto("settings", "list").out


def test_a_commercial_use_is_not_begun_without_a_licence_for_it(
    sotto: Any, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOTTO_USE", "commercial")
    mirror.repos[NAME].licence = "cc-by-nc-4.0"
    refused = sotto("models", "pull", f"hf:{NAME}", "--accept-licence")
    assert refused.code == 3
    assert "m-Q4_0" not in sotto("models", "list").out


def test_of_one_that_is_here_it_is_told_when_it_may_not_be_used_so(
    sotto: Any, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.repos[NAME].licence = "cc-by-nc-4.0"
    assert sotto("models", "pull", f"hf:{NAME}", "--accept-licence").code == 0
    monkeypatch.setenv("SOTTO_USE", "commercial")
    again = sotto("models", "pull", f"hf:{NAME}")
    assert again.code == 3
    assert "You already have this" in again.err
    assert "forbids commercial use" in again.err


@pytest.mark.parametrize(
    ("ref", "code"),
    [("nonsense here", 2), ("hf:org/none", 2), ("hf:../x", 2), ("no-such-handle", 2), (f"hf:{NAME}:Q9_9", 2)],
)
def test_what_cannot_be_pulled_gets_a_sentence_and_a_step(
    sotto: Any, mirror: Mirror, ref: str, code: int
) -> None:
    refused = sotto("models", "pull", ref, "--accept-licence")
    assert (refused.code, "hint: " in refused.err) == (code, True)


def test_a_path_is_linked_instead(sotto: Any, mirror: Mirror, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(small_model())
    assert sotto("models", "pull", file, "--accept-licence").code == 0
    assert "mine" in sotto("models", "list").out
    assert mirror.seen == []


def test_the_same_content_under_another_name_is_not_fetched(sotto: Any, mirror: Mirror) -> None:
    assert sotto("models", "pull", f"hf:{NAME}", "--accept-licence").code == 0
    mirror.put("org/copy-GGUF", ("copy-Q4_0.gguf", small_model()))
    again = sotto("models", "pull", "hf:org/copy-GGUF", "--accept-licence")
    assert "You already have this: it is m-Q4_0." in again.err
    assert "copy-Q4_0" not in sotto("models", "list").out


def test_what_another_program_has_here_is_linked_not_fetched(
    sotto: Any, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = mirror.repos[NAME].files["m-Q4_0.gguf"].sha256
    ollama = tmp_path / "ollama"
    manifest = ollama / "manifests" / "registry.ollama.ai" / "library" / "m" / "latest"
    manifest.parent.mkdir(parents=True)
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}", "size": 1}
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": [layer]}))
    blob = ollama / "blobs" / f"sha256-{digest}"
    blob.parent.mkdir()
    blob.write_bytes(small_model())
    blob.chmod(0o400)
    monkeypatch.setenv("OLLAMA_MODELS", str(ollama))
    done = sotto("models", "pull", f"hf:{NAME}", "--accept-licence")
    assert (done.code, "is linked, not fetched" in done.err) == (0, True), done.err
    (model,) = (tmp_path / "home" / "models").glob("*.gguf")
    assert (model.is_symlink(), model.resolve()) == (True, blob.resolve())
    assert blob.stat().st_mode & 0o777 == 0o400
    assert sotto("models", "verify", model.stem).code == 0


def test_what_another_program_has_damaged_is_fetched(
    sotto: Any, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_file = mirror.repos[NAME].files["m-Q4_0.gguf"]
    snapshot = tmp_path / "hub" / "models--org--m-GGUF" / "snapshots" / ("0" * 40)
    blob = tmp_path / "hub" / "models--org--m-GGUF" / "blobs" / test_file.sha256
    snapshot.mkdir(parents=True)
    blob.parent.mkdir()
    blob.write_bytes(test_file.data[:-4] + b"\0\0\0\1")
    (snapshot / "m-Q4_0.gguf").symlink_to(blob)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert sotto("models", "pull", f"hf:{NAME}", "--accept-licence").code == 0
    (model,) = (tmp_path / "home" / "models").glob("*.gguf")
    assert (model.is_symlink(), model.read_bytes()) == (False, test_file.data)


# --- As a process --------------------------------------------------------------------------------


def started(mirror: Mirror, home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")},
        "SOTTO_HOME": str(home),
        "SOTTO_HUB": mirror.hub,
        "SOTTO_NETWORK": "ask",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "sottovoce", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition: Any) -> None:
    ends = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform == "win32", reason="a signal of this kind needs a POSIX system")
def test_ctrl_c_keeps_what_came_and_says_how_to_go_on(mirror: Mirror, tmp_path: Path) -> None:
    mirror.speed = 5e5
    home = tmp_path / "home"
    pulling = ("models", "pull", f"hf:{NAME}", "--accept-licence")
    running = started(mirror, home, *pulling)
    until(lambda: len(mirror.paths("cdn")) > 1)
    time.sleep(0.8)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=20)
    assert running.returncode == 130, told
    assert f"to go on: sotto models pull hf:{NAME}" in told
    assert list((home / "models").glob("*.gguf")) == []
    mirror.speed, mirror.seen[:] = None, []
    again = started(mirror, home, *pulling)
    _, told = again.communicate(timeout=20)
    assert again.returncode == 0, told
    assert (home / "models" / "m-Q4_0.gguf").read_bytes() == small_model()
    assert "bytes=0-" not in mirror.seen[-1][2]["range"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pull", "."), "is a folder."),
        (("pull", "/"), "/ is a folder."),
        (("add", "."), "is a folder."),
        (("pull", "starter"), "The starter came with the program."),
        (("add", "m.gguf", "--name", "starter"), "'starter' is what the model that came with the program"),
    ],
)
def test_what_cannot_be_got_is_called_what_it_is(
    sotto: Any, mirror: Mirror, arguments: tuple[str, ...], words: str
) -> None:
    refused = sotto("models", *arguments)
    assert (refused.code, words in refused.err) == (2, True), refused.err


def test_a_projector_is_taken_by_its_name_and_not_talked_to(sotto: Any, mirror: Mirror) -> None:
    mirror.put("org/proj", ("mmproj-F16.gguf", projector().bytes()))
    done = sotto("models", "pull", "hf:org/proj:mmproj-F16.gguf", "--accept-licence")
    assert done.code == 0, done.err
    assert "mmproj-F16 is here.\n" in done.err
    assert not re.search("runs here|To talk to it", done.err)


@pytest.mark.model
def test_the_starter_is_not_fetched_once_more(sotto: Any, mirror: Mirror) -> None:
    mirror.put("org/starter-GGUF", starter().path)
    done = sotto("models", "pull", "hf:org/starter-GGUF", "--accept-licence")
    assert (done.code, "You already have this: it is starter." in done.err) == (0, True)


@pytest.mark.model
def test_the_starter_pulled_through_a_mirror_killed_and_resumed_answers(
    mirror: Mirror, tmp_path: Path
) -> None:
    data = starter().path.read_bytes() + bytes(32)  # other content than the starter's, which is here already
    mirror.put("org/copy-GGUF", ("SmolLM2-copy.Q4_1.gguf", data))
    digest = hashlib.sha256(data).hexdigest()
    mirror.speed = 8e7
    home = tmp_path / "home"
    pulling = ("models", "pull", "hf:org/copy-GGUF", "--accept-licence", "--json")
    running = started(mirror, home, *pulling)
    until(lambda: len(mirror.paths("cdn")) > 1)
    time.sleep(1.3)
    running.kill()
    running.communicate(timeout=20)
    assert list((home / "models").glob("*.gguf")) == []
    mirror.speed = None
    again = started(mirror, home, *pulling)
    out, told = again.communicate(timeout=60)
    assert again.returncode == 0, told
    assert lines(out)[-1]["files"][0]["sha256"] == digest
    assert mirror.seen[-1][2]["range"] != f"bytes=0-{len(data) - 1}"
    name = lines(out)[-1]["name"]
    verifying = started(mirror, home, "models", "verify", name)
    sound, told = verifying.communicate(timeout=60)
    assert (verifying.returncode, digest in sound) == (0, True), told
    asking = started(mirror, home, "--model", name, "ask", "--max-tokens", "8", "Hello")
    answer, told = asking.communicate(timeout=60)
    assert (asking.returncode, bool(answer.strip())) == (0, True), told


def test_what_lies_elsewhere_is_fitted_by_its_header_alone(sotto: Any, mirror: Mirror) -> None:
    shown = sotto("fit", f"hf:{NAME}:Q4_0", "--json")
    assert shown.code == 0, shown.err
    (found,) = json.loads(shown.out)
    assert (found["file"], found["bytes"], found["verdict"]) == ("m-Q4_0.gguf", len(small_model()), "runs")
    assert found["command"] == f"sotto models pull hf:{NAME}:m-Q4_0.gguf"
    assert "m-Q4_0" not in sotto("models", "list").out
