"""A text as rules see it: plain words, whatever was done to hide them.

Full-width and accented letters, Cyrillic and Greek ones that look Latin, characters that cannot be seen,
digits in the place of letters, letters s p a c e d out, traditional Chinese. Only the beginning and the end
of a long text are looked at, so that the time is bounded. Knows no rule: which words there are is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

HEAD = 6_000
TAIL = 2_000
"""Characters at both ends that are looked at. What stands between them, in a longer text, is not."""

MOST = 2 * (HEAD + TAIL)
"""Characters after decomposition: one may become eighteen."""

SHORTEST_RUN = 11
LONGEST_RUN = 60
"""Letters without a space that are taken apart into words."""

LOOKALIKES = dict(
    zip(
        "авеёіїјкмнорѕстухһԁԛԝьгпոαβγεηικνορστυχωıɡⅼ",
        "abeeiijkmhopsctyxhdqwbrnnabyenikvopotuxwigl",
        strict=True,
    )
)
PICTURES = {
    "💣": " bomb ", "🧨": " dynamite ", "🔫": " gun ", "🔪": " knife ", "💀": " kill ", "☠": " kill ",
    "💰": " money ", "💸": " money ",
}  # fmt: skip
TRADITIONAL = (
    "麼么彈弹製制藥药殺杀槍枪樣样們们個个軟软體体軀躯寫写釣钓魚鱼郵邮銀银證证錢钱鈔钞偽伪騙骗詐诈話话術术號号"
    "碼码電电腦脑網网絡络擊击監监視视聽听記记錄录鍵键盤盘盜盗賬账帳账戶户兒儿學学關关於于歲岁誘诱發发亂乱輪轮"
    "傷伤遺遗書书繩绳樓楼橋桥結结離离開开顆颗種种貨货滾滚黨党納纳猶犹難难讓让該该滅灭幫帮給给請请從从麗丽隱隐"
    "跡迹蹤踪車车裝装單单燒烧過过飛飞機机場场檢检綁绑贖赎買买賣卖產产業业務务員员稅税臺台國国語语詞词彙汇別别"
    "壓压醫医歷历據据險险貸贷黃黄圖图戀恋愛爱媽妈爺爷無无礙碍殘残奪夺權权鎖锁壞坏連连線线編编譯译導导論论說说"
    "講讲課课題题這这裡里裏里邊边還还沒没嗎吗農农煩烦夠够獨独憂忧鬱郁輕轻淚泪靜静脈脉燙烫掛挂軌轨復复優优選选"
    "舉举團团幾几遠远區区壯壮義义勢势極极簽签購购報报響响應应劑剂鋁铝熱热砲炮試试驗验實实驅驱廣广傳传統统資资"
    "訊讯稱称銷销點点鏈链驟骤圍围設设備备動动運运轉转帶带"
    "為为爲为會会來来對对長长級级師师竊窃類类賤贱蟲虫豬猪頭头處处親亲紅红絕绝與与見见誰谁時时現现"
    "後后惡恶齡龄嬰婴婦妇樂乐養养顏颜環环遊游戲戏陰阴鎮镇屍尸牆墙瘋疯劍剑擾扰潛潜兇凶"
)
"""Pairs: the traditional form of a character in the rules, and the simplified one."""

INVISIBLE = "\u115f\u1160\u3164\uffa0\u2800'’‘`´"
"""Beside those of Unicode's category Cf. An apostrophe holds no words apart: don't is dont, for rules too."""

DIGITS = str.maketrans("01345789@$!|", "oieastbgasil")
SHAPES = str.maketrans("01i|!57", "ollllst")
"""Letters that look like others: a capital i, an l and a one are the same here."""

CHARACTERS = {
    **{ord(one): other for one, other in LOOKALIKES.items()},
    **{ord(one): other for one, other in PICTURES.items()},
    **{ord(one): other for one, other in zip(TRADITIONAL[::2], TRADITIONAL[1::2], strict=True)},
    **dict.fromkeys(map(ord, INVISIBLE)),
}

CHUNK = re.compile(r"[\u3400-\u9fff]|[a-z0-9@$!|*_.\-·•/+~]+|[。！？!?;；\n]")
ENDS = frozenset("。！？!?;；\n")
JOINT = re.compile(r"[*_.\-·•/+~]+")
EDGES = "*_.-·•/+~!|"
SIGNS = re.compile(r"[@$!|]+")
LETTER = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Folded:
    """The words of a text, a Chinese character being one, and the number of the sentence of each."""

    words: tuple[str, ...]
    sentences: tuple[int, ...]


def fold(text: str, known: Vocabulary) -> Folded:
    """Return the words of a text, those that were disguised as the known ones that they stand for."""
    words: list[str] = []
    sentences: list[int] = []
    at = 0
    for chunk in CHUNK.findall(plain(text)):
        if chunk in ENDS:
            at += 1
            continue
        found = [chunk] if chunk >= "\u3400" else known.words_in(chunk)
        words += found
        sentences += [at] * len(found)
        if chunk[-1] in ".!?":
            at += 1
    return _joined(words, sentences, known)


def plain(text: str) -> str:
    """Return both ends of a text in small plain letters."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    text = unicodedata.normalize("NFKD", text)[:MOST].casefold()
    kept = "".join(one for one in text if unicodedata.category(one) not in ("Cf", "Mn", "Me"))
    return kept.translate(CHARACTERS)


class Vocabulary:
    """The Latin words that rules speak of; what a text says is held against them."""

    def __init__(self, words: Collection[str]) -> None:
        self._words = frozenset(words)
        long = [word for word in sorted(words) if len(word) >= 5]
        self._shapes = dict(zip(" ".join(long).translate(SHAPES).split(), long, strict=True))
        self._longest = max(map(len, words), default=1)

    def words_in(self, chunk: str) -> list[str]:
        """Return the words of what stands between two spaces."""
        if chunk in self._words:
            return [chunk]
        core = chunk.strip(EDGES)
        if not JOINT.search(core):
            return self._word(core)
        whole = self._meant(JOINT.sub("", core))
        if whole is not None:
            return [whole]
        return [word for part in JOINT.split(core) for word in self._word(part)]

    def apart(self, run: str) -> list[str]:
        """Return the words that letters without spaces are made of, the longest first; else the letters."""
        words, at = [], 0
        while at < len(run):
            for size in range(min(self._longest, len(run) - at), 0, -1):
                if size == 1 or run[at : at + size] in self._words:
                    words.append(run[at : at + size])
                    at += size
                    break
        return words

    def _word(self, core: str) -> list[str]:
        meant = self._meant(core)
        if meant is not None:
            return [meant]
        if SHORTEST_RUN <= len(core) <= LONGEST_RUN:
            words = self.apart(core)
            if sum(len(word) == 1 for word in words) <= 1 < len(words):
                return words
        bare = SIGNS.sub("", core)
        return [bare] if bare else []

    def _meant(self, word: str) -> str | None:
        """Return the known word that this is, or is a disguise of."""
        if word in self._words:
            return word
        if len(word) < 3 or len(word) > LONGEST_RUN or not LETTER.search(word):
            return None
        for change in (word.translate(DIGITS), word.replace("1", "l").translate(DIGITS)):
            if change in self._words:
                return change
        return self._shapes.get(word.translate(SHAPES)) if len(word) >= 5 else None


def _joined(words: list[str], sentences: list[int], known: Vocabulary) -> Folded:
    """Return them with runs of three and more single letters made words."""
    out: list[str] = []
    numbers: list[int] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and end - at < LONGEST_RUN and len(words[end]) == 1 and words[end] < "\x7f":
            end += 1
        if end - at < 3:
            end = at + 1
            out.append(words[at])
            numbers.append(sentences[at])
        else:
            found = known.apart("".join(words[at:end]).translate(DIGITS))
            out += found
            numbers += [sentences[at]] * len(found)
        at = end
    return Folded(tuple(out), tuple(numbers))
