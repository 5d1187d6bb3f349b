"""Check digits of cards, accounts and identity numbers. Pure arithmetic on strings without separators.

Luhn: ISO/IEC 7812. IBAN: ISO 13616, mod 97. Chinese resident number: GB 11643, ISO 7064 mod 11-2.
"""

from __future__ import annotations

import re

_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC",
        32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_IBAN_DIGITS = 8
"""No country has fewer in its accounts' numbers; words that happen to fit the check do."""

_VERHOEFF = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTED = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
_ODD_FISCAL = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12,
         14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
_TAIWAN = {letter: 10 + at for at, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


def luhn(digits: str) -> bool:
    total = 0
    for at, one in enumerate(reversed(digits)):
        value = int(one) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban_length(country: str) -> int | None:
    """Return how many signs an IBAN of a country has, by its two capital letters."""
    return _IBAN_LENGTHS.get(country)


def iban(value: str) -> bool:
    """Return whether capital letters and digits are an IBAN: length of its country and mod 97."""
    if len(value) != _IBAN_LENGTHS.get(value[:2]) or not value[2:4].isdigit():
        return False
    if sum(one.isdigit() for one in value) < _IBAN_DIGITS:
        return False
    return int("".join(str(int(one, 36)) for one in value[4:] + value[:4])) % 97 == 1


def resident(value: str) -> bool:
    """Return whether 18 signs are a Chinese resident number: date and check sign."""
    if not re.fullmatch(
        r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", value
    ):
        return False
    total = sum(int(one) * (2 ** (17 - at) % 11) for at, one in enumerate(value[:17]))
    return "10X98765432"[total % 11] == value[17]


def social_security(digits: str) -> bool:
    """Return whether nine digits can be a number of the United States' social security."""
    return digits[:3] not in ("000", "666") and digits[3:5] != "00" and digits[5:] != "0000"


def german_tax(digits: str) -> bool:
    """Return whether eleven digits are a German tax number: ISO 7064 mod 11, 10."""
    product = 10
    for one in digits[:10]:
        total = (int(one) + product) % 10 or 10
        product = total * 2 % 11
    return digits[0] != "0" and (11 - product) % 10 == int(digits[10])


def french(digits: str) -> bool:
    """Return whether fifteen digits are a French number of social security."""
    return digits[0] in "12" and 97 - int(digits[:13]) % 97 == int(digits[13:])


def spanish(value: str) -> bool:
    """Return whether a DNI or NIE has its letter."""
    number = str("XYZ".find(value[0])) + value[1:8] if value[0] in "XYZ" else value[:8]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == value[8]


def italian(value: str) -> bool:
    """Return whether sixteen signs are a codice fiscale."""
    total = sum(
        int(one) if one.isdigit() else ord(one) - 65 for one in value[1:15:2]
    ) + sum(_ODD_FISCAL[one] for one in value[:15:2])  # fmt: skip
    return chr(65 + total % 26) == value[15]


def dutch(digits: str) -> bool:
    total = sum(int(one) * (9 - at) for at, one in enumerate(digits[:8])) - int(digits[8])
    return total % 11 == 0


def polish(digits: str) -> bool:
    total = sum(
        int(one) * weight for one, weight in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), strict=True)
    )
    return total % 10 == 0


def brazilian(digits: str) -> bool:
    for length in (9, 10):
        total = sum(int(one) * (length + 1 - at) for at, one in enumerate(digits[:length]))
        if total * 10 % 11 % 10 != int(digits[length]):
            return False
    return len(set(digits)) > 1


def indian(digits: str) -> bool:
    """Return whether twelve digits are an Aadhaar number: Verhoeff's check digit."""
    check = 0
    for at, one in enumerate(reversed(digits)):
        check = int(_VERHOEFF[check][int(_PERMUTED[at % 8][int(one)])])
    return check == 0 and digits[0] not in "01"


def british_health(digits: str) -> bool:
    total = sum(int(one) * (10 - at) for at, one in enumerate(digits[:9]))
    return (11 - total % 11) % 11 == int(digits[9])


def hong_kong(value: str) -> bool:
    """Return whether a letter or two, six digits and a check sign are a Hong Kong identity number."""
    letters = value[:-7].rjust(2)
    signs = [36 if one == " " else int(one, 36) for one in letters] + [int(one) for one in value[-7:-1]]
    check = 10 if value[-1] == "A" else int(value[-1])
    return (sum(one * (9 - at) for at, one in enumerate(signs)) + check) % 11 == 0


def taiwanese(value: str) -> bool:
    first = _TAIWAN[value[0]]
    total = first // 10 + first % 10 * 9
    total += sum(int(one) * (8 - at) for at, one in enumerate(value[1:9])) + int(value[9])
    return total % 10 == 0


def singaporean(value: str) -> bool:
    total = sum(int(one) * weight for one, weight in zip(value[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += 4 if value[0] in "TG" else 0
    return ("JZIHGFEDCBA" if value[0] in "ST" else "XWUTRQPNMLK")[total % 11] == value[8]


def korean(digits: str) -> bool:
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(int(one) * weight for one, weight in zip(digits[:12], weights, strict=True))
    return (11 - total % 11) % 10 == int(digits[12])


def irish(value: str) -> bool:
    """Return whether seven digits and a letter or two are an Irish number of personal public service."""
    total = sum(int(one) * (8 - at) for at, one in enumerate(value[:7]))
    total += (ord(value[8]) - 64) % 23 * 9 if len(value) == 9 else 0
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == value[7]


def routing(digits: str) -> bool:
    """Return whether nine digits are the number of a bank in the United States."""
    return sum(int(one) * (3, 7, 1)[at % 3] for at, one in enumerate(digits)) % 10 == 0
