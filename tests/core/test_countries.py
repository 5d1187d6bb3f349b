import pytest

from sottovoce.core.countries import ISO_3166, is_country
from sottovoce.guard.crisis import EUROPEAN_UNION, lines


@pytest.mark.parametrize("code", ["AT", "at", "cn", "UK", "EU", "TW", *lines(), *EUROPEAN_UNION])
def test_what_names_a_country_is_known(code: str) -> None:
    assert is_country(code)


@pytest.mark.parametrize("code", ["QQ", "XX", "Austria", "A", "", "A1", "ſt"])
def test_what_names_none_is_not(code: str) -> None:
    assert not is_country(code)


def test_there_are_as_many_as_the_standard_has() -> None:
    assert len(ISO_3166) == 249
