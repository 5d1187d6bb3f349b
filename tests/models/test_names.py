from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from sottovoce.core.errors import BadValue
from sottovoce.models.names import (
    RESERVED,
    CatalogueRef,
    FileRef,
    HubRef,
    OllamaRef,
    UrlRef,
    file_name,
    last_name,
    parse,
)

MEANT = {
    "hf:Qwen/Qwen3-4B-GGUF": HubRef("Qwen/Qwen3-4B-GGUF"),
    "hf:Qwen/Qwen3-4B-GGUF:Q4_K_M": HubRef("Qwen/Qwen3-4B-GGUF", "Q4_K_M"),
    "hf:a/b:sub/x-Q8_0.gguf": HubRef("a/b", "sub/x-Q8_0.gguf"),
    "hf:a/b:x.gguf@refs/pr/1": HubRef("a/b", "x.gguf", "refs/pr/1"),
    "hf:a/b@0123abc": HubRef("a/b", "", "0123abc"),
    "https://example.org/a/m%2Bn.gguf?key=1": UrlRef("https://example.org/a/m%2Bn.gguf?key=1", "m+n.gguf"),
    "https://huggingface.co/a/b-GGUF/resolve/main/x.gguf?download=true": HubRef("a/b-GGUF", "x.gguf"),
    "https://huggingface.co/a/b/blob/refs%2Fpr%2F1/Q8/x.gguf": HubRef("a/b", "Q8/x.gguf", "refs/pr/1"),
    "https://hf.co/a/b/resolve/0123abc/x.gguf": HubRef("a/b", "x.gguf", "0123abc"),
    "ollama:llama3.2": OllamaRef("llama3.2"),
    "ollama:someone/model:7b-q4_0": OllamaRef("someone/model", "7b-q4_0"),
    "qwen3-4b": CatalogueRef("qwen3-4b"),
    "x.gguf": FileRef(Path("x.gguf")),
    "./models": FileRef(Path("models")),
    "~/x": FileRef(Path("~/x")),
    "C:\\models\\x": FileRef(Path("C:\\models\\x")),
}


@pytest.mark.parametrize("text", MEANT)
def test_a_reference_means(text: str) -> None:
    assert parse(text) == MEANT[text]


@pytest.mark.parametrize("text", ["ftp://x/y.gguf", "file:///x/y.gguf", "s3://x/y"])
def test_another_kind_of_address_is_no_file_here(text: str) -> None:
    with pytest.raises(BadValue, match=f"over {text.partition(':')[0]}"):
        parse(text)


@pytest.mark.parametrize("text", ["hf:a/b:Q4_0", "hf:a/b", "hf:a/b@v1", "ollama:x:y", "qwen3-4b"])
def test_a_reference_is_written_as_it_is_read(text: str) -> None:
    assert str(parse(text)) == text


def test_the_key_in_an_address_is_not_shown() -> None:
    assert str(parse("https://me.example/x.gguf?token=secret")) == "https://me.example/x.gguf"
    assert str(parse("https://me:secret@me.example/x.gguf")) == "https://me.example/x.gguf"
    for text in ("https://[me:secret@x/m.gguf?secret", "ftp://me:secret@x/m.gguf?secret ", "x?key=secret"):
        with pytest.raises(BadValue) as raised:
            parse(text)
        assert "secret" not in f"{raised.value.sentence} {raised.value.hint} {raised.value.detail}"


@pytest.mark.parametrize(
    "text", ["\\\\host\\share\\x.gguf", "//host/share/x.gguf", "\\/host/x.gguf", "\\\\?\\C:\\x.gguf"]
)
def test_a_file_of_another_machine_is_not_even_looked_at(text: str) -> None:
    with pytest.raises(BadValue, match="another machine") as raised:
        parse(text)
    assert "sotto models add" in str(raised.value.hint)


@pytest.mark.parametrize("text", ["https://me.example:8443/x.gguf", "https://[::1]:8443/x.gguf"])
def test_an_address_keeps_its_port(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "hf:", "hf:a", "hf:a/b/c", "hf:../b", "hf:a/..", "hf:a/b:../x.gguf", "hf:a/b:/x.gguf",
        "hf:a/b:x y", "hf:a/b@../../etc", "hf:a/b@-x", "hf:a/b:.x.gguf", "https://example.org/",
        "https://example.org/model.bin", "https://example.org/%2e%2e%2fx.gguf", "https://[bad/x.gguf",
        "https://example.org/a%00.gguf", "ollama:", "ollama:../x", "ollama:a//b", "ollama:x:", "ollama:x:a/b",
        "Qwen/Qwen3-4B-GGUF", "ftp://example.org/x", "two words", "hf:a/b\n:x.gguf", "ollama:x:..",
        "https://huggingface.co/a/b/resolve/main/..%2Fx.gguf",
    ],
)  # fmt: skip
def test_a_reference_that_means_nothing_is_refused_with_a_next_step(text: str) -> None:
    with pytest.raises(BadValue) as raised:
        parse(text)
    assert raised.value.hint


def hostile_names() -> list[str]:
    """Return names that would leave the folder, meet a device, hide, deceive a reader, or not fit a disk."""
    climbs = ["..", "../x", "..\\x", "a/../x", "a\\..\\x", "/x", "\\x", "//host/x", "\\\\host\\share\\x"]
    climbs += ["C:x", "C:\\x", "C:/x", "\\\\?\\C:\\x", "\\\\.\\pipe\\x", "file:///x", "~/x", "./x", "x/"]
    climbs += ["%2e%2e%2fx", "..%2fx", "..;/x", "....//x", ".\u2024/x", "\uff0e\uff0e/x"]
    slashes = [
        f"a{slash}b" for slash in "\u2044\u2215\u29f8\uff0f\u29f5\ufe68\uff3c\u2571\u2572\u3033\u30ce\u4e3f"
    ]
    unseen = [
        f"a{chr(code)}b" for code in (*range(32), 127, 0x85, 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060)
    ]
    turned = [
        f"a{chr(code)}fugg" for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    ]
    alike = [
        "m\u043edel",
        "mod\u0435l",
        "\u0391",
        "\uff41",
        "mode\u0301l",
        "\u212a",
        "\u0130",
        "\ufb01",
        "\u05d0",
    ]
    signs = [f"a{sign}b" for sign in "<>:\"|?*$`'!&;(){}[]# ,%^\t"]
    ends = ["", ".", "..", "...", " ", "-", "-rf", "--home=x", ".hidden", "_x", "~", "@x", "+"]
    devices = [form for name in sorted(RESERVED) for form in (name, name.upper(), f"{name}.x")]
    devices += ["starter", "Starter", "starter-00001-of-00002"]
    long = ["x" * 196, "x" * 255, "x" * 5000, "\u00e9" * 120]
    whole = [*climbs, *slashes, *unseen, *turned, *alike, *signs, *ends, *devices, *long]
    odd = [
        "model",
        "model.gguf.exe",
        "model.gguf ",
        "model.gguf.",
        "model.gguf\0.bin",
        "model.GGUF:x",
        ".gguf",
    ]
    return [f"{name}.gguf" for name in whole] + odd


def test_there_are_enough_hostile_names() -> None:
    assert len(set(hostile_names())) >= 200


@pytest.mark.parametrize("name", hostile_names(), ids=ascii)
def test_a_hostile_name_is_refused_with_a_sentence(name: str) -> None:
    for refuse in (file_name, last_name):
        with pytest.raises(BadValue) as raised:
            refuse(name)
        assert raised.value.hint
        assert raised.value.sentence.isprintable()
        assert len(raised.value.sentence) < 240


@pytest.mark.parametrize("folder", ["..", ".", "", "a b", "\u202e", "-x", ".git", "x" * 300])
def test_a_hostile_folder_is_refused(folder: str) -> None:
    with pytest.raises(BadValue):
        last_name(f"{folder}/model.gguf")


GOOD = [
    "SmolLM2-135M-Instruct.Q4_1.gguf",
    "a.gguf",
    "0.5B+x=1@2~3.gguf",
    "big-00001-of-00003.gguf",
    "console.gguf",
]


@pytest.mark.parametrize("name", GOOD)
def test_an_ordinary_name_is_kept_as_it_is(name: str, tmp_path: Path) -> None:
    assert file_name(name) == last_name(f"Q4_K_M/{name}") == name
    (tmp_path / name).write_bytes(b"")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_no_accepted_name_is_a_path() -> None:
    signs = "./\\:~-_ a0\0"
    for letters in itertools.product(signs, repeat=4):
        name = "".join(letters) + ".gguf"
        try:
            accepted = file_name(name)
        except BadValue:
            continue
        assert Path(accepted).name == accepted
        assert "\\" not in accepted
        assert ":" not in accepted
