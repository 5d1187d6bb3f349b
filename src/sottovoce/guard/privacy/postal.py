"""Where people live: addresses as English, German, French, Spanish, Italian and Dutch write them. Pure.

A street with a number is what makes an address; the flat before it and the town, code and country after it
belong to it. Chinese addresses are in postal_zh.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sottovoce.guard.privacy.found import Find

SUFFIX = (
    "street|st|str|avenue|ave|av|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|"
    "place|pl|square|sq|terrace|ter|"
    "close|crescent|cres|gardens|gdns|row|mews|hill|parkway|pkwy|highway|hwy|circle|cir|"
    "trail|trl|grove|walk|quay|"
    "alley|loop|plaza|rise|park|view|vale|green|gate|wharf|embankment|broadway|esplanade|"
    "parade|promenade|turnpike|"
    "prospekt|prospect|market|passage|cottages|villas|wynd|brae|croft|approach|causeway|fold|"
    "drove|yard|heights|ridge|crossing|bend|cove|path|pike|run|point|circus|strand"
)
_LONG = (
    "street|avenue|road|lane|drive|boulevard|court|terrace|crescent|gardens|parkway|"
    "highway|square|blvd|ave|st|rd|ln"
)
COUNTRY = (
    "USA|U\\.S\\.A\\.|United States|UK|U\\.K\\.|United Kingdom|England|Scotland|Wales|"
    "Ireland|Canada|Australia|New Zealand|Germany|"
    "Deutschland|France|Spain|España|Italy|Italia|Netherlands|Austria|Österreich|"
    "Switzerland|Schweiz|China|Singapore|India"
)
STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|"
    "NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|ON|QC|BC|AB|MB|SK|NS|NB|NSW|VIC|QLD|TAS|ACT|"
    "California|Texas|Florida|New York|Illinois|Ohio|Oregon|Washington|Massachusetts|"
    "Georgia|Colorado|Arizona|Virginia|"
    "Michigan|Pennsylvania|Minnesota|Ontario|Quebec|Victoria|Queensland"
)
UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}"
_SEP = r"(?:[ \t]*,[ \t]*\n?[ \t]*|[ ]-[ ]|[ \t]*\n[ \t]*|[ \t]+)"
CAPITAL = r"[A-Z\u00c0-\u00de](?:[\w.'\u00c0-\u024f-]{0,24})"
_TOWN = (
    rf"{CAPITAL}(?:[ -](?:{CAPITAL}|upon|on|of|the|am|an|der|de|la|le|im|in|under|le|sur|sous|del|y)){{0,4}}"
)
_UNIT = (
    r"(?:(?:app|apt|apartment|unit|suite|ste|flat|floor|fl|room|rm|building|bldg|block|#|"
    r"top flat|basement|hinterhaus|wohnung|whg|stock|etage|og|"
    r"eg)\.?[ ]?#?[ ]?(?:[\w/-]{0,5}\d[\w/-]{0,4}|[A-Z]{1,2}\b)|#[ ]?\w{1,6}|\d{1,2}(?:st|nd|rd|th) floor)"
)
_TAIL = re.compile(
    rf"(?:{_SEP}(?i:{_UNIT})(?![A-Za-z0-9]))?"
    rf"(?:{_SEP}{_TOWN}(?=[ \t]*[,\n]|[ \t]+(?:{STATES}|{UK_CODE}|\d{{4,6}})\b)){{0,2}}"
    rf"(?:{_SEP}(?:{_TOWN}(?:[ ]\((?:Québec|Ontario|QC|ON)\))?,?{_SEP})?(?:(?:{STATES}|"
    rf"[A-Z]\d[A-Z][ ]?\d[A-Z]\d)\.?(?:,?{_SEP}(?:\d{{5}}(?:-\d{{4}})?|"
    rf"[A-Z]\d[A-Z][ ]?\d[A-Z]\d|\d{{4}}))?|(?:{_TOWN},?{_SEP})?(?i:{UK_CODE})|"
    rf"(?:D-|F-|A-|CH-|I-|E-|"
    rf"NL-|[A-Z]{{1,2}}-)?(?:\d{{5}}-\d{{3}}|\d{{4}}-\d{{3}}|\d{{2}}-\d{{3}}|\d{{3}}[ ]\d{{2}}|"
    rf"\d{{4,6}})(?:[ ]?[A-Z]{{2}})?(?:[ ]{_TOWN}(?:[ ]\d{{1,2}}\b|[ ][A-Z]\b)?)?(?:[ "
    rf"]\((?:[A-Z]{{2}})\))?)(?![A-Za-z0-9]))?"
    rf"(?:{_SEP}(?:{COUNTRY})\b)?",
)
_TOWN_ONLY = re.compile(
    rf"(?:,[ \t]*\n?[ \t]*{CAPITAL}(?:[ -]{CAPITAL}){{0,2}}(?:[ ]\d{{1,2}}\b)?"
    r"(?=[ \t]*(?:[.,;:!?)\n]|\Z)"
    r"|[ ](?:by|before|until|from|on|and|since|for|with|as|but|where|which|every|at|next|this|after)\b))"
)
_BEFORE = re.compile(
    rf"(?:(?:(?i:{_UNIT})|(?:Top|Ground|First|Second|Third|Basement|Garden)[ ](?:Floor|Flat)(?=,)|"
    rf"(?<![\w.,/-])(?:\d{{1,2}}/\d{{1,2}}|\d[FR]\d|[GBP]F\d)(?=,)|"
    rf"The[ ]{CAPITAL}(?:[ ]{CAPITAL})?(?=,)|(?i:bât|rés|esc)\.?[ ]"
    rf"[A-Z0-9]{{1,3}}(?=,)|Résidence(?:[ ]{CAPITAL}){{1,3}}(?=,)|"
    rf"{CAPITAL}(?: {CAPITAL})? (?:House|Court|Lodge|Cottage|Building|Tower|Mansions|"
    rf"Farm|Hall|Residency|Apartments|Heights|Forge|Barn|Stables|Rectory|Vicarage|Villa|"
    rf"Priory|Abbey|Convent|Presbytery|Manse|School|Hospital|Hospice|Hostel|Home|Surgery|Clinic|Centre"
    rf"|Center|"
    rf"Chambers|Works|Mills?|Wharf|Studios?|Park|Estate|Point|Gate|Plaza|Place))[ \t]*,?[ \t]*\n?"
    rf"|(?:No\.?|Lane|Alley|Room|Building|Gate|Penthouse)[ ]?\d{{1,4}}[A-Z]?(?=,)[ \t]*,?"
    rf"|(?<!the )(?<!our )(?<!a )\b(?i:lane|unit|flat|apt|apartment|lot|shop|suite|no|nr|blk|h\.?no|"
    rf"plot)\.?)[ \t]*\Z"
)

_NUMBER = r"(?<![A-Za-z0-9.,/-])\d{1,5}(?:[ ]?[A-Za-z](?![A-Za-z]))?(?:[ ]?[-/][ ]?\d{1,5}[A-Za-z]?)?"
_ENGLISH = re.compile(
    rf"{_NUMBER}(?:[ \t]+|,[ ]|[ ]?\n)(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Upper|"
    rf"Lower|Old|New|Great|Little|St\.?|Saint|The)\.? )?"
    rf"(?:(?:{CAPITAL}|\d{{1,3}}(?:st|nd|rd|"
    rf"th))[ \n]){{1,4}}?(?:(?i:{SUFFIX})\b\.?)(?:[ ](?:N|S|E|W|NE|NW|SE|SW|North|South|"
    rf"East|West)\b\.?)?"
)
_AVENUE_FIRST = re.compile(
    rf"{_NUMBER}[ ](?:Avenue|Ave\.?|Broadway|Highway|Route|County Road|The)[ ](?:of the "
    rf"{CAPITAL}|{CAPITAL}|[A-Z0-9]{{1,4}})\b|{_NUMBER}[ ](?:Broadway|Piccadilly|Strand|Pall Mall|"
    rf"Haymarket|Kingsway|Whitehall|Cheapside)\b"
)
_SMALL = re.compile(
    rf"{_NUMBER}[ \n](?:[a-z'-]{{2,20}}[ \n]){{1,3}}?(?:{_LONG})\b\.?(?:[ ]?,?[ ](?:apt|"
    rf"unit|flat|suite)\.?[ ]?\w{{1,5}})?",
    re.IGNORECASE | re.ASCII,
)
_NOT_STREETS = re.compile(
    r"\b(?:the|a|an|of|to|down|up|on|in|at|my|our|your|his|her|minutes?|mins?|hours?|"
    r"miles?|km|metres?|meters?|blocks?|people|years?|"
    r"different|new|more|days?|weeks?|cars?|houses?|by|from|per|for|and|or|is|was|with|"
    r"that|this|lanes?|main roads)\b",
    re.IGNORECASE | re.ASCII,
)
_NO_STREET = re.compile(
    r"(?i)\b(?:google|flash|hard|usb|disk|one|test|milky|wall|sesame|main) (?:drive|way|street wall)\b"
)
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_SINCE = re.compile(r"(?i)(?:\bin|since|by|until|of|from|after|before|around|year) \Z")
_BOX = re.compile(
    r"\b(?:P\.?[ ]?O\.?[ ]?Box|Postfach|GPO Box|Apartado(?: de Correos)?)[ ]?\d{1,6}(?:[ ]\d{2,3})*\b",
    re.IGNORECASE | re.ASCII,
)
_TOWN_STATE = re.compile(
    rf"\b{CAPITAL}(?:[ ]{CAPITAL}){{0,2}},?[ ]+(?:{STATES})\.?,?[ \n]+\d{{5}}(?:-\d{{4}})?\b"
)
_CODE_LOW = re.compile(
    rf"(?:postcode|post code|postal code|zip(?: code)?|PLZ|邮编|邮政编码)[ ]?(?:is|:|=|是|"
    rf"为)?[ ]{{0,2}}(?P<value>{UK_CODE}|\d{{5}}(?:-\d{{4}})?|\d{{6}})(?![A-Za-z0-9])",
    re.IGNORECASE | re.ASCII,
)

_HOUSE = (
    r"\d{1,4}(?:[ ]?[a-zA-Z](?![a-zA-Z]))?(?:[ ]?[-/][ ]?(?:\d{1,4}[a-zA-Z]?|[A-Z]|[IVX]{1,4}|bis|ter|hs|"
    r"huis)"
    r"(?![A-Za-z0-9])){0,3}(?![\d.,]\d|[A-Za-z0-9])"
)
_GERMAN_END = (
    "straße|strasse|str\\.|str|weg|platz|allee|gasse|ring|damm|ufer|chaussee|"
    "steig|stieg|graben|markt|promenade|zeile|kamp|twiete|pfad"
)
_PART = r"[A-Z\u00c0-\u00de][\w.'\u00c0-\u024f]{0,24}"
_GERMAN = re.compile(
    rf"(?<![A-Za-z0-9\u00c0-\u024f])(?:(?:{_PART}[ -]){{0,3}}(?:{_PART}(?:{_GERMAN_END})|"
    rf"[A-Z][\w\u00c0-\u024f]{{2,20}}(?:er|e|s|en|n)?[ -](?i:straße|strasse|str\.|weg|platz|"
    rf"allee|ring|damm|ufer|chaussee|markt))"
    rf"|(?i:am|an der|an den|auf der|auf dem|im|unter den|zum|zur|hinter der|vor dem|alte[rn]?|"
    rf"neue[rn]?)[ ](?!\w*(?:{_GERMAN_END})[ \n]|(?:Jan|Feb|M[aä]rz|Apr|Mai|Jun|Jul|Aug|Sep|"
    rf"Okt|Nov|Dez|\w+tag|\w+woch|Jahr|Kapitel|Alter|Punkt|"
    rf"Platz))(?:(?:alten?|neuen?|oberen?|unteren?|hohen?|langen?|kleinen?"
    rf"|großen?)[ ])?{CAPITAL}(?:[ ]{CAPITAL})?)[ \n](?!\d{{4}}){_HOUSE}"
)
_GERMAN_SMALL = re.compile(
    rf"(?<![A-Za-z0-9\u00c0-\u024f])[a-z\u00c0-\u024f-]{{3,24}}(?:straße|strasse|str\.|"
    rf"gasse|allee|platz|weg)[ \n]{_HOUSE}",
    re.IGNORECASE | re.ASCII,
)
_ROMANCE = re.compile(
    rf"{_NUMBER},?[ ](?:(?:bis|ter|quater),?[ ])?(?:rue|avenue|av\.|boulevard|bd|place|"
    rf"chemin|allée|impasse|quai|cours|route|passage|square|faubourg|Rue|Avenue|Boulevard|Chemin|Allée|"
    rf"Impasse|Quai)[ ]"
    rf"(?:(?:de|du|des|la|le|les|l'|d'|de la|de l'|au|"
    rf"aux)[ ]?){{0,3}}[\w\u00c0-\u024f'-]{{2,24}}(?:[ -](?:{CAPITAL}|de|du|la|des|le)){{0,4}}"
    rf"|\b(?:Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Paseo|Pº|Ronda|Carrer|Camino|Travesía|[Vv]ia|"
    rf"Viale|Piazza|Corso|Largo|Vicolo|Rua|Rue|Avenue|Boulevard)[ ]?"
    rf"(?:(?:de|del|della|dei|degli|delle|di|do|da|la|las|los|"
    rf"el)[ ]){{0,2}}{CAPITAL}(?:[ ](?:{CAPITAL}|de|del|di|della|la|y|"
    rf"e)){{0,4}}[ ]?,?[ ](?:n[ºo.°][ ]?)?{_HOUSE}",
)
_DUTCH = re.compile(
    rf"(?<![A-Za-z0-9\u00c0-\u024f]){CAPITAL}(?:[ -]{CAPITAL})?(?:straat|laan|gracht|plein|kade|"
    rf"dijk|weg|singel|hof|vägen|gatan|gata|vej|gade|gården)[ ]{_HOUSE}"
)
_FLOORS = re.compile(
    r"(?:,[ ]?\d{1,2}[oa°]\.?(?:[ ]?[A-Z]\b|[ ](?:izqd?a?|dcha|esq|dto|derecha|izquierda)\b\.?)?|,[ ]"
    r"(?:Hinterhaus|Vorderhaus|Seitenflügel)(?:,[ ]\d\.[ ]OG)?|[ ]?(?:,|//|-)[ ]?\d\.[ ](?:OG|Etage"
    r"|Stock)(?:[ ](?:links|rechts|mitte))?)?"
)


def postal(text: str) -> Iterator[Find]:
    """Find addresses where somebody lives or gets mail."""
    for pattern in (_ENGLISH, _AVENUE_FIRST, _GERMAN, _ROMANCE, _DUTCH):
        for found in pattern.finditer(text):
            if _NO_STREET.search(found[0]) or (
                _YEAR.match(found[0]) and _SINCE.search(text[max(0, found.start() - 10) : found.start()])
            ):
                continue
            yield _whole(text, found.start(), found.end())
    for pattern in (_SMALL, _GERMAN_SMALL):
        for found in pattern.finditer(text):
            if not _NOT_STREETS.search(found[0]) and (
                found[0].islower() or found[0].isupper() or "\n" in found[0]
            ):
                yield _whole(text, found.start(), found.end(), small=True)
    for found in _BOX.finditer(text):
        yield _whole(text, found.start(), found.end())
    for found in _TOWN_STATE.finditer(text):
        yield Find(*found.span(), "address", True, plain(found[0]))
    for found in _CODE_LOW.finditer(text):
        yield Find(*found.span("value"), "address", True, plain(found["value"]))


_SMALL_TAIL = re.compile(
    rf"(?:,?[ \n](?i:{_UNIT})(?![A-Za-z0-9]))?(?:,?[ \n][a-z\u00c0-\u024f]{{3,20}}(?=[ ](?i:{UK_CODE})))?"
    rf"(?:,[ \n]?[a-z\u00c0-\u024f]{{3,20}}(?:[ ][a-z]{{3,20}})?(?=,|"
    rf"[ ](?i:{UK_CODE}|{STATES}|\d{{5}})\b|[.;!?\n]|"
    rf"\Z)){{0,2}}(?:,?[ "
    rf"\n](?i:{STATES})\b)?(?:,?[ \n](?:\d{{5}}(?:-\d{{4}})?(?:[ "
    rf"][a-z\u00c0-\u024f]{{3,20}})?|(?i:{UK_CODE}))(?![A-Za-z0-9]))?",
    re.IGNORECASE | re.ASCII,
)


def _whole(text: str, start: int, end: int, *, small: bool = False) -> Find:
    """Return an address with the flat before its street, and the town, code and country after it."""
    ahead = text[max(0, start - 60) : start]
    for _ in range(3):
        if more := _BEFORE.search(ahead):
            start -= len(ahead) - more.start()
            ahead = ahead[: more.start()]
    after = _FLOORS.match(text, end)
    end = after.end() if after else end
    tail = (_SMALL_TAIL if small else _TAIL).match(text, end, end + 160)
    end = tail.end() if tail else end
    if not small and (town := _TOWN_ONLY.match(text, end, end + 60)):
        end = town.end()
    while text[end - 1] in " .,;\n":
        end -= 1
    return Find(start, end, "address", True, plain(text[start:end]))


def plain(raw: str) -> str:
    """Return an address in one spelling."""
    return " ".join(re.findall(r"\w+", raw)).lower()
