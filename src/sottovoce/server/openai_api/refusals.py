"""Why some things that the original can do cannot be done here: for the errors, and for the table."""

from __future__ import annotations

from collections.abc import Mapping

TEXT_ONLY = "The model reads and writes text only."
NOTHING_STORED = "What is asked here is never stored; /v1/responses can do it."
ONE_TIER = "There is one kind of service, and everybody is served in turn."
ONLY_FUNCTIONS = "Only functions can be offered here."
NO_NUMBERS = "The numbers of tokens are not taken; send the text itself."
NO_QUESTION = "A plain text asks no shelf; /v1/chat/completions does."
ONE_CHOSEN = "All answers are given, none is chosen: it must be the same as n."

CHAT: Mapping[str, str] = {
    "audio": TEXT_ONLY,
    "moderation": "No moderation model runs here.",
    "web_search_options": "Nothing is looked up on the network.",
}
"""Fields of a chat completion that are refused whatever they say."""

COMPLETION: Mapping[str, str] = {
    "knowledge": NO_QUESTION,
    "quote": NO_QUESTION,
    "suffix": "The model goes on with a text; it cannot fill a gap within one.",
}
