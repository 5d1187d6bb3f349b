"""What other programs keep here is found; what is wrong with it does no harm."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from gguf_samples import language_model, split

from sottovoce.models import found
from sottovoce.models.found import FoundFile, Places

DIGEST = "ab" * 32


def manifest(folder: Path, *where: str, said: Any = None, digest: str = f"sha256:{DIGEST}") -> Path:
    """Write what Ollama writes when it has pulled a model."""
    path = folder.joinpath("manifests", *where)
    path.parent.mkdir(parents=True, exist_ok=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:" + "0" * 64, "size": 1},
        {"mediaType": "application/vnd.ollama.image.model", "digest": digest, "size": 5},
    ]
    path.write_text(json.dumps({"schemaVersion": 2, "layers": layers} if said is None else said))
    return path


def blob(folder: Path, name: str = f"sha256-{DIGEST}", content: bytes = b"model") -> Path:
    path = folder / "blobs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (("registry.ollama.ai", "library", "llama3.2", "1b"), "ollama:llama3.2:1b"),
        (("registry.ollama.ai", "me", "mine", "latest"), "ollama:me/mine:latest"),
        (("hf.co", "org", "repo", "Q4_K_M"), "ollama:hf.co/org/repo:Q4_K_M"),
    ],
)
def test_a_model_of_ollama_is_found_by_its_name(tmp_path: Path, where: tuple[str, ...], name: str) -> None:
    manifest(tmp_path, *where)
    path = blob(tmp_path)
    assert list(found.in_ollama(tmp_path)) == [FoundFile("Ollama", name, path, 5, DIGEST)]


def test_the_older_name_of_a_blob_is_known_too(tmp_path: Path) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", "old", "latest")
    path = blob(tmp_path, f"sha256:{DIGEST}")
    assert [file.path for file in found.in_ollama(tmp_path)] == [path]


HOSTILE = [
    [],
    "text",
    None,
    5,
    {"layers": None},
    {"layers": "abc"},
    {"layers": [None, 5, "x", []]},
    {"layers": [{"mediaType": found.MODEL_LAYER}]},
    {"layers": [{"mediaType": found.MODEL_LAYER, "digest": 5}]},
    {"layers": [{"mediaType": found.MODEL_LAYER, "digest": "sha256:../../secret"}]},
    {"layers": [{"mediaType": found.MODEL_LAYER, "digest": "/etc/passwd"}]},
    {"layers": [{"mediaType": found.MODEL_LAYER, "digest": f"sha256:{DIGEST}\n"}]},
    {"layers": [{"mediaType": found.MODEL_LAYER, "digest": f"sha256:{DIGEST.upper()}"}]},
    {"layers": [{"mediaType": found.MODEL_LAYER, "digest": "sha512:" + "0" * 128}]},
]


@pytest.mark.parametrize("said", HOSTILE, ids=str)
def test_a_hostile_manifest_names_nothing(tmp_path: Path, said: Any) -> None:
    path = manifest(tmp_path, "registry.ollama.ai", "library", "bad", "latest")
    path.write_text(json.dumps(said))
    blob(tmp_path)
    (tmp_path / "secret").write_text("x")
    assert list(found.in_ollama(tmp_path)) == []


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b" " * 2_000_000 + b"{}"], ids=lambda data: data[:4]
)
def test_a_manifest_that_is_no_json_names_nothing(tmp_path: Path, content: bytes) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", "bad", "latest").write_bytes(content)
    manifest(tmp_path, "registry.ollama.ai", "library", "good", "latest")
    blob(tmp_path)
    assert [file.name for file in found.in_ollama(tmp_path)] == ["ollama:good:latest"]


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a b", "-x", "ü", "a\nb"])
def test_a_name_that_nobody_could_type_is_passed_over(tmp_path: Path, name: str) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", name, "latest")
    blob(tmp_path)
    assert list(found.in_ollama(tmp_path)) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_a_pipe_or_a_circle_of_links_holds_nobody_up(tmp_path: Path) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", "good", "latest")
    blob(tmp_path)
    os.mkfifo(tmp_path / "manifests" / "registry.ollama.ai" / "library" / "good" / "pipe")
    (tmp_path / "manifests" / "registry.ollama.ai" / "round").symlink_to(tmp_path / "manifests")
    (tmp_path / "manifests" / "gone").symlink_to(tmp_path / "nowhere")
    assert [file.name for file in found.in_ollama(tmp_path)] == ["ollama:good:latest"]


def test_a_model_whose_blob_is_gone_is_passed_over(tmp_path: Path) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", "gone", "latest")
    assert list(found.in_ollama(tmp_path)) == []


def test_a_folder_with_more_than_can_be_looked_at_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "MOST_FILES", 3)
    for number in range(9):
        manifest(tmp_path, "registry.ollama.ai", "library", f"m{number}", "latest")
    blob(tmp_path)
    assert len(list(found.in_ollama(tmp_path))) == 3


def test_lm_studios_models_are_found_by_their_path_the_first_part_of_each(tmp_path: Path) -> None:
    folder = tmp_path / "me" / "big"
    folder.mkdir(parents=True)
    parts = split(folder)
    one = language_model().write(folder / "one.GGUF")
    (folder / "notes.txt").write_text("none")
    assert list(found.in_lm_studio(tmp_path)) == [
        FoundFile("LM Studio", str(parts[0]), parts[0], sum(part.stat().st_size for part in parts)),
        FoundFile("LM Studio", str(one), one, one.stat().st_size),
    ]


def test_a_cached_file_of_hugging_face_carries_the_digest_its_blob_is_named_by(tmp_path: Path) -> None:
    repository = tmp_path / "models--me--mine-GGUF"
    (repository / "blobs").mkdir(parents=True)
    (repository / "blobs" / DIGEST).write_bytes(b"model")
    snapshot = repository / "snapshots" / ("c" * 40) / "sub"
    snapshot.mkdir(parents=True)
    path = snapshot / "m-Q4_K_M.gguf"
    path.symlink_to(repository / "blobs" / DIGEST)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "gone.gguf").symlink_to(repository / "blobs" / "gone")
    name = "hf:me/mine-GGUF:sub/m-Q4_K_M.gguf"
    assert list(found.in_hugging_face(tmp_path)) == [FoundFile("Hugging Face", name, path, 5, DIGEST)]


def test_a_file_is_found_by_its_name_and_has_one_for_the_shelf(tmp_path: Path) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", "llama3.2", "1b")
    manifest(tmp_path, "registry.ollama.ai", "me", "mine", "latest")
    blob(tmp_path)
    where = Places((tmp_path,), (), ())
    names = {name: found.named(name, where) for name in ("ollama:llama3.2:1b", "ollama:me/mine", "ollama:no")}
    assert [None if file is None else file.called for file in names.values()] == [
        "llama3.2-1b",
        "me-mine-latest",
        None,
    ]


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    nowhere = (tmp_path / "nowhere",)
    assert found.everything(Places(nowhere, nowhere, nowhere)) == []


def test_the_same_file_is_told_once(tmp_path: Path) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", "one", "latest")
    blob(tmp_path)
    assert len(found.everything(Places((tmp_path, tmp_path), (), ()))) == 1


def test_other_programs_are_looked_for_where_they_were_told_to_keep_things(tmp_path: Path) -> None:
    usual = found.places(tmp_path, {})
    assert usual.ollama[0] == tmp_path / ".ollama" / "models"
    assert usual.lm_studio == (
        tmp_path / ".lmstudio" / "models",
        tmp_path / ".cache" / "lm-studio" / "models",
    )
    assert usual.hugging_face == (tmp_path / ".cache" / "huggingface" / "hub",)
    told = found.places(tmp_path, {"OLLAMA_MODELS": "/a", "HF_HOME": "/b"})
    assert (told.ollama[0], told.hugging_face) == (Path("/a"), (Path("/b/hub"),))
    assert found.places(tmp_path, {"HF_HOME": "/b", "HF_HUB_CACHE": "/c"}).hugging_face == (Path("/c"),)


def test_looking_changes_nothing(tmp_path: Path) -> None:
    manifest(tmp_path, "registry.ollama.ai", "library", "one", "latest")
    path = blob(tmp_path)
    path.chmod(0o444)
    before = {file: file.lstat() for file in tmp_path.rglob("*")}
    list(found.in_ollama(tmp_path))
    after = {file: file.lstat() for file in tmp_path.rglob("*")}
    assert {file: (info.st_mode, info.st_mtime_ns) for file, info in before.items()} == {
        file: (info.st_mode, info.st_mtime_ns) for file, info in after.items()
    }
