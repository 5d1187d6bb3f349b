from __future__ import annotations

from typing import Any

import pytest
from mirror import COMMIT, Blob, Mirror

from sottovoce.core.errors import BadSettings, NetworkProblem, NotFound, Refused, SottoError
from sottovoce.core.paths import Home
from sottovoce.models.hub import Hub, HubFile, Repository, address, look, open_hub, told
from sottovoce.net.address import Where
from sottovoce.net.answer import Declined
from sottovoce.net.bearer import origin
from sottovoce.net.door import Door
from sottovoce.net.ledger import Ledger

NAME = "org/repo"


def hub(home: Home, mirror: Mirror, token: str | None = None) -> Hub:
    return open_hub(Door(lambda: "ask", Ledger(home.ledger), where=Where.ANYWHERE), mirror.hub, token)


async def test_a_repository_tells_its_files_licence_and_commit(home: Home, mirror: Mirror) -> None:
    repo = mirror.put(NAME, ("a-Q4_0.gguf", b"GGUFa"), ("README.md", b"hello"), licence="mit")
    repo.files["README.md"].lfs = False
    found = await look(hub(home, mirror), NAME, "main")
    sha256 = repo.files["a-Q4_0.gguf"].sha256
    files = (HubFile("a-Q4_0.gguf", 5, sha256), HubFile("README.md", 5, None))
    assert found == Repository(NAME, COMMIT, files, "mit", False)
    assert [file.path for file in found.models] == ["a-Q4_0.gguf"]
    assert address(hub(home, mirror), found, found.files[0]) == mirror.url(NAME, "a-Q4_0.gguf")


@pytest.mark.parametrize(
    ("said", "licence"), [(["mit"], "mit"), (["apache-2.0", "cc-by-nc-4.0"], "apache-2.0 and cc-by-nc-4.0")]
)
async def test_of_several_licences_none_counts_alone(
    home: Home, mirror: Mirror, said: list[str], licence: str
) -> None:
    mirror.put(NAME, ("a.gguf", b"GGUF"), licence=said)
    assert (await look(hub(home, mirror), NAME, "main")).licence == licence


async def test_parts_belong_together(home: Home, mirror: Mirror) -> None:
    names = [f"Q8/b-00{n:03}-of-00003.gguf" for n in (1, 2, 3)]
    mirror.put(NAME, *((name, b"GGUF") for name in names))
    found = await look(hub(home, mirror), NAME, COMMIT)
    (first,) = found.models
    assert [file.path for file in found.parts(first)] == names
    del mirror.repos[NAME].files[names[1]]
    found = await look(hub(home, mirror), NAME, COMMIT)
    with pytest.raises(NotFound, match="lacks a part"):
        found.parts(found.models[0])


@pytest.mark.parametrize(
    ("path", "packing"),
    [
        ("Qwen3-4B-Q4_K_M.gguf", "Q4_K_M"), ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1"), ("x.gguf", ""),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"), ("a-IQ3_XXS.gguf", "IQ3_XXS"), ("m-f16.gguf", "F16"),
        ("BF16/m-BF16-00001-of-00002.gguf", "BF16"), ("qwen2.5-0.5b-instruct-q8_0.gguf", "Q8_0"),
        ("Q4_K_M/model.gguf", "Q4_K_M"), ("x-UD-Q4_K_XL.gguf", "Q4_K_XL"), ("Q2.gguf", "Q2"),
    ],
)  # fmt: skip
def test_a_packing_is_read_from_the_name(path: str, packing: str) -> None:
    assert HubFile(path, 1, None).packing == packing


async def test_a_closed_repository_says_how_to_get_in(home: Home, mirror: Mirror) -> None:
    mirror.put(NAME, ("a.gguf", b"GGUF"), gated="manual")
    assert (await look(hub(home, mirror), NAME, "main")).gated
    mirror.repos[NAME].private = True
    with pytest.raises(NotFound, match="or it is private"):
        await look(hub(home, mirror), NAME, "main")
    with pytest.raises(Refused, match="does not know the token in SOTTO_HF_TOKEN") as raised:
        await look(hub(home, mirror, "hf_wrong"), NAME, "main")
    assert "SOTTO_HF_TOKEN" in str(raised.value.hint)
    assert raised.value.exit_code == 3
    assert (await look(hub(home, mirror, "hf_right"), NAME, "main")).commit == COMMIT


@pytest.mark.parametrize(
    ("status", "reason", "token", "of_store", "sentence"),
    [
        (401, "GatedRepo", None, False, "is gated"),
        (403, "GatedRepo", "hf_right", False, "is gated"),
        (401, "RepoNotFound", "hf_wrong", False, "does not know the token"),
        (403, "", "hf_right", False, "may not read org/repo"),
        (401, "", None, False, "no repository org/repo, or it is private"),
        (403, "", None, False, "answered 403"),
        (403, "", "hf_right", True, "answered 403"),
        (404, "", None, True, "answered 404"),
    ],
)
def test_what_was_refused_and_by_whom_is_told_apart(
    home: Home, mirror: Mirror, status: int, reason: str, token: str | None, of_store: bool, sentence: str
) -> None:
    where = origin(mirror.cdn if of_store else mirror.hub)
    said = f"127.0.0.1 answered {status}."
    problem = Declined(said, origin=where, status=status, reason=reason, hint="Check it.", wait=None)
    found = told(hub(home, mirror, token), NAME, problem)
    assert sentence in found.sentence
    assert found.hint


async def test_a_repository_or_revision_that_is_not_there(home: Home, mirror: Mirror) -> None:
    mirror.put(NAME)
    with pytest.raises(NotFound, match="no repository"):
        await look(hub(home, mirror), "org/other", "main")
    with pytest.raises(NotFound, match="no such revision"):
        await look(hub(home, mirror), NAME, "v9")


HOSTILE: list[bytes] = [
    b"", b"<html>", b"[]", b"{}", b"null", b'{"sha": 5, "siblings": []}', b'{"sha": "main", "siblings": []}',
    b'{"sha": "%s", "siblings": {}, "cardData": 5}' % (b"0" * 40),
    b'{"sha": "%s", "siblings": [{"rfilename": 5, "size": 1}]}' % (b"0" * 40),
    b'{"sha": "%s", "siblings": [{"rfilename": "a", "size": -1}]}' % (b"0" * 40),
    b'{"sha": "%s", "siblings": [{"rfilename": "a", "size": 1, "lfs": {"sha256": "x"}}]}' % (b"0" * 40),
    b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hub_that_talks_nonsense_gets_a_sentence(
    home: Home, mirror: Mirror, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mirror import Handler

    monkeypatch.setattr(Handler, "describe", lambda self, *_: self.send(200, body, {}))
    with pytest.raises(NetworkProblem) as raised:
        await look(hub(home, mirror), NAME, "main")
    assert raised.value.hint


async def test_a_hub_that_sends_the_token_on_does_not_get_it_there(
    home: Home, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mirror import Handler

    def send_on(self: Any, *_: object) -> None:
        self.send(302, b"", {"Location": f"{mirror.cdn}/stolen"})

    monkeypatch.setattr(Handler, "describe", send_on)
    with pytest.raises(SottoError):
        await look(hub(home, mirror, "hf_right"), NAME, "main")
    assert [headers for where, _, headers in mirror.seen if where == "cdn"] == []


@pytest.mark.parametrize(
    "endpoint",
    ["", "huggingface.co", "ftp://x", "http://example.org", "https://", "https://a b", "https://me@x"],
)
def test_what_is_no_hub_is_refused(home: Home, endpoint: str) -> None:
    with pytest.raises(BadSettings):
        open_hub(Door(lambda: "on", Ledger(home.ledger)), endpoint, None)


def test_a_hub_may_send_on_to_its_stores_and_to_itself(home: Home) -> None:
    door = Door(lambda: "on", Ledger(home.ledger))
    made = open_hub(door, "https://mirror.example:8443/hf/", "hf_canary")
    assert made.elsewhere == ("*.huggingface.co", "*.hf.co", "mirror.example")
    assert "hf_canary" not in repr(made)


def test_a_blob_has_its_digest_for_a_tag() -> None:
    assert Blob(b"x").etag == f'"{Blob(b"x").sha256}"'
