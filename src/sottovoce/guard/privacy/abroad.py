"""Addresses as more countries write them: from Poland and Norway to Singapore and Brazil. Pure.

English, German, French, Spanish, Italian and Dutch ones are in postal.py, Chinese ones in postal_zh.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find
from sottovoce.guard.privacy.postal import plain

_L = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_CAP = rf"[A-Z\u00c0-\u00de\u0100-\u017f\u1e00-\u1eff][{_L}'.-]{{0,24}}"
_SMALL = (
    "of|the|de|del|do|da|dos|das|du|des|la|le|les|der|dem|den|und|am|an|im|in|zum|zur|van|von|het|y|e|"
    "i|og|och"
)
_NAME = rf"{_CAP}(?:[ ](?:{_CAP}|{_SMALL}|\d{{1,2}}\.)){{0,4}}"
_TOWN = rf"{_CAP}(?:[ -](?:{_CAP}|de|do|la|le|am|an|der|sur)){{0,3}}(?:[ ]\d{{1,2}}\b|[ ][A-ZÖ]\b)?"
_CODE = (
    r"(?:(?:D|A|F|I|E|B|L|CH|NL|DK|SE?|NO?|FI|LT|LV|EE|PL|CZ|SK|SI|HR|HU|RO)-)?(?:\d{5}-\d{3}|\d{4}-\d{3}|"
    r"\d{2}-\d{3}|\d{3}-\d{4}|\d{3}[ ]\d{2}|\d{4,6})(?:[ ][A-Z]{2}\b)?(?!\d)"
)
_NUMBER = (
    r"\d{1,4}(?:[ ]?[A-Za-z]\b)?(?:[ ]?[-/][ ]?(?:\d{1,4}[A-Za-z]?|[A-Z]|[IVX]{1,4}|bis|ter|hs|"
    r"huis)\b){0,3}"
)
_EXTRA = (
    r"(?:(?:,|[ ]-)?[ ](?:(?:st|kl)\.(?:[ ](?:th|tv|mf)\.?)?|(?:[a-z]{1,4}\.?[ ])?\d{1,2}\.?[ ]?(?:[oa]|tv"
    r"|th|mf|sal|og|stock|etage|emelet|floor)\b\.?"
    r"(?:[ ](?:[A-Z]\b|izqd?a?|dcha|esq|dto|fte)\.?)?|(?i:m|lok|apt|apto|apartment|flat|kv|wohnung|lgh|bus|"
    r"bte|bât"
    r"|int|sc|ap|et|no|d|kat|daire|hdfl)[.:]?[ ]?\d{1,5}[A-Za-z]?\b|[A-Z][ ]\d{1,3}\b)){0,3}"
)
_COMMA = r"(?:[ ]?,[ ]?\n?[ ]?|[ ]?\n[ ]?|[ ]-[ ])"
_DISTRICTS = rf"(?:{_COMMA}{_NAME}){{0,2}}"
_PLACE = rf"(?:{_COMMA}(?:{_CODE}[ ]{_TOWN}|{_TOWN}(?:,?[ ]|[ ]?-[ ]?[A-Z]{{2}},?[ ]){_CODE}|{_CODE}))"
_END = rf"(?:{_DISTRICTS}{_PLACE}|{_COMMA}{_TOWN})?(?:{_COMMA}{_CAP}(?=[.,;!?\n]|\Z))?"
_SINGAPORE = rf"(?:{_COMMA}|[ ])(?:Singapore[ ]|S)?[(]?\d{{6}}\)?"

_ANYWHERE = (
    # Name, number, code and town, or town and code, whatever the country.
    rf"{_NAME},?[ ](?:[Nn]o\.?:?[ ]?)?{_NUMBER}{_EXTRA}{_DISTRICTS}{_COMMA}(?:{_CODE}[ ]{_TOWN}|"
    rf"{_TOWN},?[ ](?:\d{{3}}[ ]\d{{2}}|\d{{5}}-\d{{3}}|\d{{3}}-\d{{4}}|\d{{5,6}})(?!\d))",
    rf"\d{{1,4}}[A-Za-z]?,?[ ](?:(?:rue|impasse|chemin|allée|place|quai|via|"
    rf"calle)[ ])?(?:{_SMALL}[ ])?{_NAME}"
    rf"{_EXTRA}{_COMMA}{_CODE}[ ]{_TOWN}",
    # Japan, Korea.
    rf"\d{{1,3}}(?:-\d{{1,3}}){{1,3}},?[ ]{_CAP}(?:[ ]{_CAP})?(?:,[ ]{_CAP}){{1,3}}(?:[ ]\d{{3}}-\d{{4}})?",
    rf"\d{{1,4}}(?:-\d{{1,3}})?,?[ ]{_CAP}-?(?:ro|gil|"
    rf"daero)\b(?:[ ]\d{{1,3}}-gil)?(?:,[ ]{_CAP}){{1,3}}(?:[ ]\d{{5}})?",
    # Vietnam; squares of Mannheim.
    rf"\d{{1,4}}(?:/\d{{1,3}}){{0,3}}[A-Z]?,?[ ](?:đường[ ])?{_NAME},[ ](?:Quận|Q\.|Phường|P\.|"
    rf"TP\.?)[ ]?[\w ]{{1,14}}"
    rf"(?:,[ ](?:TP\.?[ ])?{_NAME})?",
    rf"[A-U][ ]?\d{{1,2}},[ ]\d{{1,2}}[a-z]?,[ ]68\d{{3}}[ ]{_TOWN}",
)
_HINTED = (
    # Poland, Lithuania, Russia.
    rf"(?:[uU]l|[aA]l|[pP]l|[oO]s)\.[ ]{_NAME}[ ]{_NUMBER}{_EXTRA}{_END}",
    rf"{_CAP}(?:[ ]{_CAP})?[ ](?:g|pr|al)\.[ ]{_NUMBER}{_EXTRA}{_END}",
    rf"(?:[uU]l(?:itsa)?\.?|[pP]rospekt|[pP]r\.)[ ]{_NAME},?[ ](?:d\.?[ ]?)?{_NUMBER}{_EXTRA}{_END}",
    # Scandinavia and Finland.
    rf"{_CAP}(?:[ ]{_CAP})?[ ]?(?:gat[ae]n?|gate|väg(?:en)?|vei(?:en)?|vej|gade|allé|stræde|plads|tie|katu|"
    rf"kuja|polku)"
    rf"[ ]{_NUMBER}{_EXTRA}{_END}",
    # Hungary, Romania, Turkey.
    rf"{_CAP}(?:[ ]{_CAP})?[ ](?:utca|út|tér|körút|köz|sétány|fasor)[ ]{_NUMBER}\.?{_EXTRA}{_END}",
    rf"(?:Strada|Str\.|Bulevardul|Bd\.|Calea|Aleea)[ ]{_NAME},?[ ](?:nr\.?[ ]?)?{_NUMBER}{_EXTRA}{_END}",
    rf"(?:{_CAP}[ ](?:Mah(?:allesi)?\.?,?[ ]))?{_CAP}(?:[ ]{_CAP})?[ ](?:Caddesi|Cad\.|Cd\.|Soka[kğ]ı?|"
    rf"Sok\.|Sk\.|Bulvarı)"
    rf",?[ ][Nn]o[.:]?[ ]?{_NUMBER}{_EXTRA}{_END}",
    # Singapore, Malaysia, Indonesia, Vietnam.
    rf"(?:Blk|Block|"
    rf"BLK)\.?[ ]\d{{1,4}}[A-Z]?,?[ ]{_NAME}(?:[ ]\d{{1,3}})?,?[ ]?#\d{{1,2}}-\d{{1,4}}(?:{_SINGAPORE})?",
    rf"(?:[Nn]o\.?[ ]?)?(?:\d{{1,4}}[A-Z]?(?:[-/]\d{{1,4}})?,?[ ])?(?:Jalan|Jln\.?|Jl\.|Lorong|Persiaran|"
    rf"Lebuh)[ ]{_NAME}"
    rf"(?:[ ]\d{{1,3}}(?:/\d{{1,3}}[A-Z]?)?)?(?:,?[ ][Nn]o\.?[ ]?\d{{1,4}})?{_END}",
    # Latin America and Portugal.
    rf"(?:Carrera|Cra\.?|Calle|Cl\.?|Diagonal|Transversal|Avenida|Av\.)[ ]\d{{1,3}}[A-Z]?[ ]?(?:#|"
    rf"No\.?)[ ]?\d{{1,3}}[A-Z]?"
    rf"[ ]?-[ ]?\d{{1,3}}{_END}",
    rf"(?:Urb\.?|Urbanización|Residencial|Polígono|Barrio)[ ]{_NAME},?[ ](?:casa|nave|bloque|portal|parcela"
    rf"|nº?)?[ ]?"
    rf"{_NUMBER}{_EXTRA}{_END}",
    rf"(?:Rua|R\.|Avenida|Av\.|Alameda|Travessa|Praça|Largo|Calle|Estrada)[ ](?:(?:{_SMALL})[ ])?{_NAME},?[ ]"
    rf"(?:n[o.]?[ ]?)?{_NUMBER}{_EXTRA}{_END}",
    rf"(?:Lieu-?dit|Hameau|Domaine|Résidence|Château|Mas)[ ]{_NAME},[ ]\d{{5}}[ ]{_TOWN}",
    # Farms and roads of the United States, streets with a date.
    rf"(?:RR|HC|County[ ]Road|Rural[ ]Route|State[ ]Route)[ ]?\d{{1,4}},?[ ]Box[ ]\d{{1,4}}{_END}",
    rf"\d{{1,5}}[ ](?:Farm to Market|FM|State|US|Old|County)?[ ]?(?:Route|Road|Rd\.?|Highway|"
    rf"Hwy)[ ]\d{{1,4}}[A-Z]?\b"
    rf"(?:[ ][NSEW]\b)?(?:,?[ ]{_TOWN},?[ ][A-Z]{{2}}[ ]\d{{5}})?",
    rf"(?:Straße|Platz|Allee)[ ](?:der|des)[ ](?:\d{{1,2}}\.[ ])?{_CAP}(?:[ ]{_CAP})?[ ]{_NUMBER}{_END}",
)
_ANY_PATTERNS, _HINTED_PATTERNS = (
    tuple(re.compile(rf"(?<![\w.#/-]){one}") for one in written) for written in (_ANYWHERE, _HINTED)
)
_HINT = re.compile(
    r"\b(?:[uU]l|[aA]l|[pP]l|[oO]s|Jl|Av|Cl|Cra|R|Bd|Str|pr|g)\.|(?:gat[ae]n?|gate|väg|vägen|vei|veien|vej|"
    r"gade|allé|stræde"
    r"|plads|tie|katu|kuja|polku|utca|út|tér|körút|köz|sétány|fasor)[ ]\d|ulitsa|[pP]rospekt|Strada|"
    r"Bulevardul|Calea|Aleea"
    r"|Cadd?\.|Caddesi|Cd\.|Soka|Sok\.|Sk\.|Bulvarı|B[Ll][Kk]\b|Block|Jalan|Jln|Lorong|Persiaran|Lebuh|"
    r"Carrera|Cra|Calle|Cl"
    r"|Diagonal|Transversal|Avenida|Rua|Alameda|Travessa|Praça|Largo|Estrada|RR|HC|R(?:oad|oute)|Urb"
    r"|R[eé]sidenc|Lieu|Hameau|Domaine|Château|Mas|Polígono|Barrio|R(?:ou|oa|d)|H(?:igh)?w|"
    r"Straße|Platz|Allee"
)
"""What stands in all that `_HINTED` finds: where none of it does, nothing is looked for."""
_HAS_NUMBER = re.compile(r"\d")
_NO_STREET = re.compile(r"(?i)^(?:in|on|since|by|the|chapter|section|figure|table|page|version|january|"
    r"february|march|april"
                        r"|may|june|july|august|september|october|november|december)\b")  # fmt: skip


def abroad(text: str) -> Iterator[Find]:
    """Find addresses by how their country writes them."""
    if not _HAS_NUMBER.search(text):
        return
    for pattern in _ANY_PATTERNS + (_HINTED_PATTERNS if _HINT.search(text) else ()):
        for found in pattern.finditer(text):
            if _HAS_NUMBER.search(found[0]) and not _NO_STREET.match(found[0]):
                end = found.end() - (len(found[0]) - len(found[0].rstrip(" ,.\n")))
                yield Find(found.start(), end, "address", True, plain(text[found.start() : end]))
