"""Notices that a text goes round: the same again and again, while it is being written.

What repeats may be one sign or some two hundred tokens, and a list whose items differ in nothing but their
number. A text goes round when its end says once more what stands a fixed distance before, for longer than
people do so. That is looked for letter by letter, in time that grows with the text alone. Knows no model and
no page; whether an API's call goes round is looked at when it is whole, in chat/spoken.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

TOKENS = 36
"""Said once more without a change: then it is a loop. What people write does not go on so, but for"""

GENRE_TOKENS = 120
"""verses with a refrain, tables, templates and code, where they were asked for, and code between fences;"""

ASKED_TOKENS = 4_000
"""what was to be repeated: "write it a hundred times";"""

DRAWN = 250
DRAWN_IN_CODE = 400
"""rules, frames, squares and digits, in characters: they are drawings, empty forms and long numbers."""

SAME_LETTER = 30
"""One letter or picture, in characters."""

LONGEST = 1_600
"""Characters of what repeats."""

GRAM = 12
"""Characters by which an earlier place is found."""

LETTERS_A_TOKEN = 10
HAN_A_TOKEN = 4
"""A piece with more of them counts as several tokens."""

DRAWN_A_TOKEN = 8
"""Signs of a rule or a row of dots that count as one."""

_REPEAT = re.compile(
    r"\b(?:\d+|two|three|four|five|six|ten|twelve|fifteen|twenty|thirty|fifty|hundred|thousand|many) times\b"
    r"|\brepeat(?:ed)?\b|\bover and over\b|\bagain and again\b|\bin a loop\b|\bmantra\b"
    r"|重复|反复|[\d十百千几多][遍次]",
    re.IGNORECASE,
)
_GENRE = re.compile(
    r"\b(?:songs?|lyrics?|poems?|poetry|verses?|chorus|refrain|rhymes?|ballad|hymn|rap|lullaby|villanelle|chant"
    r"|carol|table|csv|json|yaml|xml|html|css|sql|svg|matrix|grid|template|form|calendar|schedule|timetable"
    r"|worksheet|checklist|code|function|script|program|python|javascript|java|rust|bash|shell|regex|query|test|tests|config|markdown"
    r"|ascii|art|draw|pattern|board|banner|tabs?|tablature|drum|chords?|sheet|binary|sequence)\b"
    r"|歌|诗|词|谣|表|模板|代码|程序|函数|脚本|图案|画|矩阵|清单|日历|棋盘",
    re.IGNORECASE,
)
_SIGNS = frozenset("-=_*~#.|+/\\<>^:,;'\"`()[]{}·•…—–\t\n 0123456789%@")
_RULES = frozenset("-=_*~#.|+/\\<>^: \t\n·•…—–")
_DIGITS = frozenset("0123456789 \n.")
_GROUPED = frozenset("0123456789,.")
_ENDS = frozenset(".!?。！？…；;")
HAN = "\u2e80"
"""From here on stand the characters of Chinese, Japanese and Korean, and pictures."""

_COUNTER_LETTERS = 12
HAN_LETTERS = 3
"""Letters of a word that a Chinese or Japanese character stands for."""
_COUNTER = "\0"
"""Stands for a number whose value does not count."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A text goes round: from `start`, it says what it said `period` characters before.

    `keep`: so much of it is worth keeping.
    """

    start: int
    period: int
    keep: int


class Listening:
    """Follows one text as it is written; `asked` is what it answers, `said` what stands there already."""

    def __init__(self, asked: str = "", said: str = "") -> None:
        self._limit = (
            ASKED_TOKENS if _REPEAT.search(asked) else GENRE_TOKENS if _GENRE.search(asked) else TOKENS
        )
        self._letters: list[str] = []
        self._last, self._same = "", 0
        """The newest letter, and how many times it stands there."""
        self._tokens = 0.0
        self._ages: list[float] = []
        """For each letter, how many tokens came before it."""
        self._plain = _Track(self._letters)
        self._counters: _Counted | None = None
        """From the first digit on: before it, nothing counts."""
        self._fences = 0
        if said:
            self.feed(said)

    @property
    def text(self) -> str:
        return "".join(self._letters)

    def feed(self, piece: str) -> Loop | None:
        """Take more of the text; return the loop that it has got into by now, if it has."""
        han = 0 if piece.isascii() else sum(letter >= HAN for letter in piece)
        tokens = max(1.0, (len(piece) - han) / LETTERS_A_TOKEN + han / HAN_A_TOKEN)
        share = tokens / max(1, len(piece))
        found: Loop | None = None
        for letter in piece:
            self._same = self._same + 1 if letter == self._last else 1
            self._last = letter
            is_drawn_on = self._same > 3 and not letter.isspace() and _is_drawn(letter)
            self._letters.append(letter)
            self._ages.append(self._tokens)
            self._tokens += share / DRAWN_A_TOKEN if is_drawn_on else share
            if self._same == 3 and letter == "`":
                self._fences += 1
            self._plain.look(letter)
            if self._counters is not None:
                self._counters.add(letter)
            elif letter.isdigit():
                self._counters = _Counted(self._letters)
            found = found or self._judged()
        return found

    def _judged(self) -> Loop | None:
        plain, counters = self._plain, self._counters
        if plain.run >= GRAM and self._goes_round(plain):
            return self._loop(len(self._letters) - plain.run, plain.period)
        if counters is None:
            return None
        track = counters.track
        if track.run >= GRAM and self._limit == TOKENS and not self._fences % 2:
            start = counters.places[len(counters.places) - track.run]
            if self._tokens - self._ages[start] >= TOKENS and counters.goes_on_counting():
                return self._loop(
                    start, start - counters.places[len(counters.places) - track.run - track.period]
                )
        return None

    def _goes_round(self, track: _Track) -> bool:
        run, period = track.run, track.period
        tokens = self._tokens - self._ages[-run]
        is_code = self._fences % 2 == 1
        limit = max(self._limit, GENRE_TOKENS) if is_code else self._limit
        is_one_letter = period == 1 and run >= SAME_LETTER and self._letters[-1] != " "
        if is_one_letter and limit < ASKED_TOKENS and not is_code and not _is_drawn(self._letters[-1]):
            return True
        if tokens < limit:
            return False
        repeated = self._letters[-min(run, period) :]
        if is_code and all(letter in _SIGNS or _is_square(letter) for letter in repeated):
            return run >= DRAWN_IN_CODE
        return run >= DRAWN or not _is_drawn(repeated)

    def _loop(self, start: int, period: int) -> Loop:
        return Loop(start, period, _kept(self._letters, start, period))


class _Track:
    """Finds the distance at which the end of a row of signs repeats, and for how long it has done so."""

    def __init__(self, signs: list[str]) -> None:
        self._signs = signs
        self._gram = ""
        self._seen: dict[str, int] = {}
        self.period = 0
        self.run = 0

    def look(self, sign: str) -> None:
        """Take the newest sign into account, which is among the signs by now."""
        signs, at = self._signs, len(self._signs) - 1
        if self.period and sign == signs[at - self.period]:
            self.run += 1
        else:
            self.period = self.run = 0
        self._gram = gram = (self._gram + sign)[-GRAM:]
        if not self.period and len(signs) >= GRAM:
            before = self._seen.get(gram)
            if before is not None and at - before <= LONGEST:
                self.period = at - before
                self.run = self._matched(at)
        self._seen[gram] = at

    def _matched(self, at: int) -> int:
        """Return for how long the signs up to this one have been as they were a period before."""
        signs, period = self._signs, self.period
        run = GRAM
        while run < LONGEST and at - run - period >= 0 and signs[at - run] == signs[at - run - period]:
            run += 1
        return run


class _Counted:
    """The same text with each number as one sign, so that "1. Go. 2. Go." repeats, and the numbers."""

    def __init__(self, letters: Iterable[str]) -> None:
        self._signs: list[str] = []
        self._letters = 0
        self.places: list[int] = []
        """For each sign, where it stands in the text."""
        self._numbers: list[tuple[int, str]] = []
        """Where among the signs numbers stand, and their digits."""
        self.track = _Track(self._signs)
        for letter in letters:
            self.add(letter)

    def add(self, letter: str) -> None:
        if not letter.isdigit():
            self._take(letter)
        elif self._signs and self._signs[-1] == _COUNTER:
            place, digits = self._numbers[-1]
            self._numbers[-1] = (place, digits + letter)
        else:
            self._numbers.append((len(self._signs), letter))
            self._take(_COUNTER)
        self._letters += 1

    def _take(self, sign: str) -> None:
        self._signs.append(sign)
        self.places.append(self._letters)
        self.track.look(sign)

    def goes_on_counting(self) -> bool:
        """Tell whether words repeat, with one number among them that goes up by one each time."""
        run, period = self.track.run, self.track.period
        repeated = self._signs[-min(run, period) :]
        letters = sum(HAN_LETTERS if sign >= HAN else 1 for sign in repeated if sign.isalpha())
        if run < period or repeated.count(_COUNTER) != 1 or letters < _COUNTER_LETTERS or "|" in repeated:
            return False
        first = len(self._signs) - run - period
        numbers = [int(digits[:9]) for place, digits in self._numbers[-200:] if place >= first]
        if self._signs[-1] == _COUNTER:
            numbers.pop()  # it may go on
        steps = {after - before for before, after in pairwise(numbers)}
        return len(numbers) > 1 and steps == {1}


def _is_drawn(repeated: Sequence[str]) -> bool:
    """Tell whether this is a rule, a frame, an empty form or a long number, and no words."""
    if all(letter.isspace() for letter in repeated):
        return False
    is_rule = all(letter in _RULES or _is_square(letter) for letter in repeated)
    return is_rule or _DIGITS.issuperset(repeated) or _GROUPED.issuperset(repeated)


def _is_square(letter: str) -> bool:
    """Tell whether this is of the signs that pictures are made of: frames, blocks and coloured squares."""
    code = ord(letter)
    return 0x2500 <= code <= 0x25FF or 0x2B1B <= code <= 0x2B1C or 0x1F7E0 <= code <= 0x1F7EB


def _kept(letters: Sequence[str], start: int, period: int) -> int:
    """Return up to where a text is kept: its first round, to the end of a line, a sentence or a word.

    What repeats may begin anywhere, in the middle of a word too; within one more round it comes to an end.
    """
    best, found = 0, start
    for at in range(max(1, start), min(start + period, len(letters)) + 1):
        how_good = _end_at(letters, at)
        if how_good > best:
            best, found = how_good, at
    while found and letters[found - 1].isspace():
        found -= 1
    return found


def _end_at(letters: Sequence[str], at: int) -> int:
    """Return what ends just before this place: 3 a line, 2 a sentence, 1 a word, 0 none of them."""
    last = letters[at - 1]
    if last == "\n":
        return 3
    if last in "。！？":
        return 2
    if last.isspace():
        back = at - 1
        while back and letters[back - 1].isspace():
            back -= 1
        return 2 if back and letters[back - 1] in _ENDS else 1
    return 0
