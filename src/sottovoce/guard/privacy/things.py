"""Names of people that name something else: a place, a firm, a work, somebody whom all speak of. Pure."""

from __future__ import annotations

import re

from sottovoce.guard.privacy.listed import Lists, bare
from sottovoce.guard.privacy.parting import LETTERS, Word

After = tuple[str, str, bool]
"""What joins the next word, that word in small letters, and whether it has a capital."""

_FOLLOWING = re.compile(r"('s\b)?([^\w&']{0,3})([\w'&]*)")
_STATE = re.compile(
    r", (?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT"
    r"|V[TA]|W[AVIY]"
    r"|Alabama|Arizona|Arkansas|California|Colorado|Connecticut|Florida|Georgia|Illinois|Indiana|"
    r"Iowa|Kansas|Kentucky"
    r"|Louisiana|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|"
    r"Nevada|Ohio|Oklahoma"
    r"|Oregon|Pennsylvania|Tennessee|Texas|Utah|Vermont|Virginia|Wisconsin|Wyoming|Canada|Ontario|"
    r"Australia|France|Italy"
    r"|Spain|Germany|England|Mexico|New (?:York|Jersey|Mexico|Zealand)|(?:North|South|West) [CDV]\w+)\b"
)
_PARTNER = re.compile(rf"[ ]&[ ]([{LETTERS}]+)")
_GEOGRAPHY = frozenset((
    "lake", "mount", "mt", "fort", "port", "cape", "hotel", "hospital", "university", "college", "castle",
    "river", "bay", "gulf", "rue", "via", "calle", "plaza", "hms", "uss", "airport", "cafe", "ponte",
    "piazza", "palazzo",
))  # fmt: skip
"""What is named by the word after it."""
_SMALL_AFTER = frozenset((
    "&", "sauce", "effect", "theorem", "equation", "law", "disease", "syndrome", "algorithm", "method",
    "distribution", "constant", "principle", "award", "prize", "salad", "sponge", "steak", "soup", "cake",
    "pie",
))  # fmt: skip
"""What makes a name a thing even with a small letter: Newton's law, Caesar salad."""


def following(text: str, end: int) -> After:
    """Return what joins, the next word in small letters, and whether it has a capital."""
    found = _FOLLOWING.match(text, end)
    if not found:
        return "", "", False
    return (found[1] or "") + found[2], found[3].lower(), found[3][:1].isupper()


def is_thing(text: str, words: list[Word], known: Lists, after: After, *, titled: bool, strong: bool) -> bool:
    """Return whether these words name a place, a firm, a work or somebody whom everybody speaks of."""
    whole = " ".join(word.low for word in words).replace(".", "")
    alone = len(words) == 1 and (titled or strong)
    first_two = " ".join(word.low for word in words[:2])
    if (whole in known.known and not alone) or (len(words) > 2 and first_two in known.known):
        return True
    joint, follows, _ = after
    if joint == " " and follows == "&":
        partner = _PARTNER.match(text, words[-1].end)
        listed = text[max(0, words[0].start - 2) : words[0].start] == ", "
        pair = words[-1].kind == "G" or (
            partner and words[-1].kind == "B" and bare(partner[1]) in known.given
        )
        return not (listed or pair) and words[-1].kind in "FBfq"
    if not titled and joint in (" ", "'s ", "-") and follows in known.after:
        next_word = re.compile(r"[^\w&]{0,4}([\w&]+)").match(
            text, words[-1].end + (2 if joint.startswith("'s") else 0)
        )
        if next_word and (next_word[1][0].isupper() or follows in _SMALL_AFTER):
            return joint != "'s " or follows in known.after
    if not titled and len(words) == 1 and joint == ", " and _STATE.match(text, words[-1].end):
        return True
    if len(words) > 1 and not titled and words[0].shape == "T" and words[0].low in _GEOGRAPHY:
        return True
    ahead = re.search(r"([\w'é]+)\.? \Z", text[max(0, words[0].start - 16) : words[0].start])
    if (
        ahead
        and not titled
        and bare(ahead[1]) in known.before
        and (ahead[1][0].isupper() or len(ahead[1]) > 4)
    ):
        return True
    return (
        bool(re.search(r"& \Z", text[max(0, words[0].start - 2) : words[0].start]))
        and len(words) == 1
        and words[0].kind in "FBf"
    )
