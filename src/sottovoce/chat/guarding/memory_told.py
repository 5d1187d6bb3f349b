"""What is said of the memory in a chat, in English and Chinese, and what may ask for it to be said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sottovoce.store.memory import Remembered

MAY_ASK = (
    "remember", "memor", "forget", "in mind", "note", "about me", "of me", "on me", "记", "忘", "关于我",
    "有关我", "知道", "了解", "让你", "叫你",
)  # fmt: skip
"""One of them stands in everything that asks something of the memory, and in few other questions."""


def may_ask(text: str) -> bool:
    """Tell at a glance whether a message may ask for it: what reads its forms takes long to load."""
    said = " ".join(text.casefold().split())
    return any(word in said for word in MAY_ASK)


@dataclass(frozen=True, slots=True)
class Sentences:
    """In one language. `kept` and `erased` have a blank for the line, `all` for how many were erased."""

    off: str
    temporary: str
    temporary_off: str
    kept: str
    erased: str
    none: str
    several: str
    nothing: str
    one: str
    all: str
    head: str
    foot: str
    off_still: str

    def listed(self, lines: Sequence[Remembered], *, is_on: bool) -> str:
        """Return all that is remembered; where it is off, that no model is told."""
        if not lines:
            return self.nothing
        shown = "\n".join(f"{number}. {line.text}" for number, line in enumerate(lines, 1))
        return "\n\n".join((self.head, shown, self.foot if is_on else f"{self.off_still} {self.foot}"))

    def which(self, meant: Sequence[Remembered], lines: Sequence[Remembered]) -> str:
        """Return that several lines may be meant: these, by their numbers among all."""
        shown = "\n".join(f"{number}. {one.text}" for number, one in enumerate(lines, 1) if one in meant)
        return f"{self.several}\n\n{shown}"

    def all_erased(self, count: int) -> str:
        return {0: self.nothing, 1: self.one}.get(count) or self.all.format(count=count)


ENGLISH = Sentences(
    off="Nothing is remembered beyond this chat: that is off. To turn it on: sotto settings set memory on, "
    "or in the page's settings.",
    temporary="This chat is temporary: nothing of it is kept, and what is remembered is not used in it. "
    "Memory is on in other chats: say it there.",
    temporary_off="This chat is temporary: nothing of it is kept, and nothing is remembered from it. "
    "Elsewhere memory is off. To turn it on: sotto settings set memory on, or in the page's settings; "
    "then say it in another chat.",
    kept="Remembered for all chats: “{line}”. `sotto memory list` and the page's settings show all that is.",
    erased="Forgotten: “{line}”. It still stands in the chats where you said it.",
    none="Nothing that is remembered says that, so nothing was erased. `sotto memory list` and the page's "
    "settings show all that is.",
    several="More than one line may be meant, so nothing was erased. `sotto memory remove NUMBER` and the "
    "page's settings erase one of these:",
    nothing="Nothing is remembered. To have something remembered, say “Remember that I…”.",
    one="The one line that was remembered is erased. It still stands in the chat where you said it.",
    all="All {count} lines that were remembered are erased. They still stand in the chats where you said "
    "them.",
    head="Remembered for all chats:",
    foot="`sotto memory` and the page's settings change and erase lines.",
    off_still="Memory is off, so no model is told.",
)
CHINESE = Sentences(
    off="这个对话之外不会记住任何内容：该功能处于关闭状态。"
    "开启方法：sotto settings set memory on，或在页面的设置中开启。",
    temporary="这是临时对话：其中的内容不会保存，已记住的内容在这里也不会使用。"
    "其他对话中记忆已开启，请在那里说。",
    temporary_off="这是临时对话：其中的内容不会保存，也不会被记住。其他对话中记忆也处于关闭状态。"
    "开启方法：sotto settings set memory on，或在页面的设置中开启；然后请在其他对话中说。",
    kept="已为所有对话记住：“{line}”。运行 `sotto memory list` 或在页面的设置中可以查看全部内容。",
    erased="已忘记：“{line}”。在你说过它的对话中，它仍然保留着。",
    none="记住的内容中没有这一条，因此没有清除任何内容。"
    "运行 `sotto memory list` 或在页面的设置中可以查看全部内容。",
    several="可能指的不止一条，因此没有清除任何内容。"
    "用 `sotto memory remove 编号` 或在页面的设置中可以清除其中一条：",
    nothing="还没有记住任何内容。想让我记住什么，请说“记住我……”。",
    one="记住的唯一一条内容已清除。在你说过它的对话中，它仍然保留着。",
    all="记住的 {count} 条内容已全部清除。在你说过它们的对话中，它们仍然保留着。",
    head="已为所有对话记住：",
    foot="用 `sotto memory` 或在页面的设置中可以修改和清除。",
    off_still="记忆处于关闭状态，模型不会知道这些内容。",
)
