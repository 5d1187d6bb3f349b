"""The sentences that tell a person that an AI answers, in the languages that the program speaks itself.

Pure, and the only place that has them but for the page, whose strings a test holds against these.
"""

from __future__ import annotations

HEADER = "X-AI-Generated"
"""The header of every answer of the server that an AI may have written. Its value is `true`."""

TALKING = {
    "en": "You are talking to an AI",
    "zh": "你正在与 AI 对话",
}
"""How a conversation begins; the model's name may follow behind a colon."""

SAID = {
    "en": "An AI answers: {model}. It can be wrong.",
    "zh": "由 AI 回答：{model}。它可能出错。",
}
"""What stands before a single answer at a terminal."""

CONTINUOUS = {
    "en": "You are talking to an AI that runs on this machine. It can be wrong: check what matters.",
    "zh": "你正在与运行在本机上的 AI 对话。它可能出错，重要内容请自行核实。",
}
"""The line that a page has in sight all the time."""
