"""What exports for people (Markdown, page, Word document, PDF) say themselves, in English and in Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from sottovoce.chat.author import AI, Author, author_of
from sottovoce.core.messages import State
from sottovoce.store.rows import StoredMessage


@dataclass(frozen=True, slots=True)
class Words:
    """What an export says itself, in one language."""

    tag: str
    untitled: str
    begun: str
    notice: str
    you: str
    ai: str
    program: str
    """Who answered, where no model did."""
    by: dict[Author, str]
    """What it answered from."""
    instructions: str
    attached: str
    quoted: str
    unsupported: str
    made: str
    coded: str
    """Of a PDF with letters that no font of its machine has."""
    endings: dict[State, str]

    def told(self, notice: str) -> str:
        """Return a notice beside an answer as a line: it is the program's, though it stands at the answer."""
        return f"{self.program}: {' '.join(notice.split())}"


WORDS = {
    "en": Words(
        tag="en",
        untitled="Chat",
        begun="Begun {day}.",
        notice="What stands under “AI” was written by artificial intelligence: a language model. "
        "It may be wrong; check what matters. What stands under “Sottovoce” was written by no model.",
        you="You",
        ai="AI",
        program="Sottovoce",
        by={
            Author.RULE: "by rule, no model",
            Author.TOOL: "computed, by no model",
            Author.DOCUMENTS: "from documents, by no model",
            Author.HELP: "from the help, by no model",
            Author.UNKNOWN: "unknown model",
        },
        instructions="Instructions to the AI:",
        attached="Attached: {names}",
        quoted="Quoted from documents:",
        unsupported="Of {all} sentences, {count} are supported by no passage.",
        made="Saved from Sottovoce {version}.",
        coded="[U+…] stands for a character that could not be set: no font of the machine that wrote "
        "this has it, or its script is not set here. The HTML and Word exports show it.",
        endings={
            State.STOPPED: "This answer was stopped.",
            State.INTERRUPTED: "This answer was interrupted.",
            State.WRITING: "This answer was still being written.",
            State.FAILED: "This answer failed.",
        },
    ),
    "zh": Words(
        tag="zh-CN",
        untitled="对话",
        begun="开始于 {day}。",
        notice="标有“AI”的内容由人工智能（语言模型）生成，可能有误，重要信息请自行核实。"
        "标有“Sottovoce”的内容不是模型写的。",
        you="用户",
        ai="AI",
        program="Sottovoce",
        by={
            Author.RULE: "由规则给出，未用模型",
            Author.TOOL: "由精确工具计算，未用模型",
            Author.DOCUMENTS: "出自文件，未用模型",
            Author.HELP: "出自帮助，未用模型",
            Author.UNKNOWN: "未知模型",
        },
        instructions="给 AI 的指令：",
        attached="附件：{names}",
        quoted="引自文件：",
        unsupported="{all} 句中有 {count} 句没有段落支持。",
        made="由 Sottovoce {version} 导出。",
        coded="[U+…] 代表无法排印的字符：导出时的机器没有含该字符的字体，或这种文字在此不能排印。"
        "导出为 HTML 或 Word 文档即可显示。",
        endings={
            State.STOPPED: "这个回答被停止了。",
            State.INTERRUPTED: "这个回答被中断了。",
            State.WRITING: "导出时这个回答还没有写完。",
            State.FAILED: "这个回答失败了。",
        },
    ),
}


def words_in(language: str) -> Words:
    """Return the words of a language; of one that is not among WORDS, the English ones."""
    return WORDS.get(language, WORDS["en"])


def speaker(message: StoredMessage, words: Words) -> tuple[str, str]:
    """Return under what an answer stands, AI or this program, and which model, or what it was made from."""
    author = author_of(message)
    who = words.ai if author in AI else words.program
    return who, message.model if author is Author.MODEL else words.by[author]
