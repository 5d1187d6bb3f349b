from __future__ import annotations

import pytest

from sottovoce.core.errors import NotEnoughMemory, NotFound
from sottovoce.models.choosing import choose, packings
from sottovoce.models.hub import HubFile, Repository

GB = 10**9


def repository(**sizes: float) -> Repository:
    """A repository with a file for each packing, of so many GB."""
    files = tuple(HubFile(f"m-{packing}.gguf", int(size * GB), None) for packing, size in sizes.items())
    beside = (HubFile("mmproj-F16.gguf", GB, None), HubFile("README.md", 5, None))
    return Repository("org/m-GGUF", "0" * 40, (*files, *beside), None, False)


LARGE = repository(Q2_K=3, Q3_K_M=4, Q4_K_M=5, Q5_K_M=6, Q8_0=8, F16=16)


@pytest.mark.parametrize(
    ("room", "packing"), [(64, "Q4_K_M"), (8, "Q4_K_M"), (5.5, "Q3_K_M"), (5, "Q3_K_M"), (4, "Q2_K")]
)
def test_the_usual_packing_that_fits_is_chosen(room: float, packing: str) -> None:
    assert choose(LARGE, "", int(room * GB)).packing == packing


def test_a_small_model_is_taken_in_eight_bits() -> None:
    assert choose(repository(Q4_K_M=0.4, Q8_0=0.6, F16=1.2), "", 8 * GB).packing == "Q8_0"


def test_what_fits_nowhere_says_how_much_it_needs() -> None:
    with pytest.raises(NotEnoughMemory, match=r"has 3\.0 GB; 2\.0 GB of memory are free") as raised:
        choose(LARGE, "", 2 * GB)
    assert "m-Q2_K.gguf" in str(raised.value.hint)


def test_the_smallest_is_left_to_a_better_judge_where_its_size_alone_does_not_say_that_it_is_too_large() -> (
    None
):
    assert choose(repository(Q4_K_M=0.25, Q8_0=0.4), "", int(0.42 * GB)).packing == "Q4_K_M"


@pytest.mark.parametrize("wanted", ["Q8_0", "q8_0", "m-Q8_0.gguf"])
def test_a_named_file_is_taken_whatever_its_size(wanted: str) -> None:
    assert choose(LARGE, wanted, 0).path == "m-Q8_0.gguf"


def test_a_companion_is_taken_only_by_its_name() -> None:
    assert choose(LARGE, "mmproj-F16.gguf", 0).path == "mmproj-F16.gguf"
    assert choose(LARGE, "F16", 0).path == "m-F16.gguf"


def test_a_repository_of_companions_alone_says_how_to_take_one() -> None:
    projectors = repository()
    assert choose(projectors, "mmproj-F16.gguf", 0).path == "mmproj-F16.gguf"
    for wanted in ("", "Q4_K_M"):
        with pytest.raises(NotFound, match="no model, only what goes beside one") as raised:
            choose(projectors, wanted, 64 * GB)
        assert raised.value.hint == "To take that: sotto models pull hf:org/m-GGUF:mmproj-F16.gguf"


def test_a_name_that_is_not_there_says_what_is() -> None:
    with pytest.raises(NotFound, match="It has: Q2_K, Q3_K_M, Q4_K_M, Q5_K_M, Q8_0, F16"):
        choose(LARGE, "IQ1_S", 64 * GB)
    assert packings(LARGE)[0] == "Q2_K"


def test_a_repository_without_such_files_says_where_they_may_be() -> None:
    bare = Repository("org/m", "0" * 40, (HubFile("model.safetensors", GB, None),), None, False)
    with pytest.raises(NotFound, match="no GGUF file"):
        choose(bare, "", 64 * GB)


def test_the_parts_of_a_split_file_are_counted_together() -> None:
    parts = tuple(HubFile(f"m-Q4_K_M-0000{n}-of-00002.gguf", 5 * GB, None) for n in (1, 2))
    split = Repository("org/m", "0" * 40, (*parts, HubFile("m-Q2_K.gguf", 4 * GB, None)), None, False)
    assert choose(split, "", 9 * GB).packing == "Q2_K"
    assert choose(split, "", 16 * GB).packing == "Q4_K_M"


def test_a_split_file_that_lacks_a_part_is_left_out() -> None:
    lonely = HubFile("m-Q4_K_M-00001-of-00002.gguf", GB, None)
    torn = Repository("org/m", "0" * 40, (lonely, HubFile("m-Q2_K.gguf", GB, None)), None, False)
    assert choose(torn, "", 64 * GB).packing == "Q2_K"
    assert packings(torn) == ["Q2_K"]
    only = Repository("org/m", "0" * 40, (lonely,), None, False)
    for wanted in ("", "IQ1_S"):
        with pytest.raises(NotFound):
            choose(only, wanted, 64 * GB)


def test_a_file_of_no_parts_is_one_file() -> None:
    odd = Repository("org/m", "0" * 40, (HubFile("m-Q8_0-00001-of-00000.gguf", GB, None),), None, False)
    assert odd.parts(choose(odd, "", 64 * GB)) == odd.files
