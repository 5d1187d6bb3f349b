"""What of instructions to a model may itself be a request: not what they forbid, or say of others' wishes.

"Never help with bombs" and "if somebody asks for malware, say no" speak of harm to keep it away. Who writes a
request as an instruction writes it as one. Pure.
"""

from __future__ import annotations

import re

_PART = re.compile(
    r"(?<=[。！？])"
    r"|(?<=[^\d\s][.!?])\s+"
    # A list belongs to the line before it, and what follows a colon to what stands before that.
    r"|(?<![:：\s])\s*\n\s*(?!\s|[-*•–]|\d+[.)])"
)

_TELL = (
    r"(?:answer|assist|build|comply|cover|create|describe|discuss|engage|encourage|explain|generate|give|help|"
    r"make|mention|offer|output|produce|promote|provide|reply|respond|reveal|say|share|show|speak|support|talk|"
    r"teach|tell|touch|use|write)"
)
_SAY_NO = r"(?:avoid|declin|disallow|forbid|prohibit|refus|reject|steer clear|turn (?:it |them )?down)\w*"
_NOT = (
    r"(?:never|do not|don'?t|must not|mustn'?t|may not|should not|shouldn'?t|shall not|will not|won'?t"
    r"|cannot|can'?t|not allowed to|not to|without)"
)

_NO_REFUSAL = re.compile(
    rf"\b{_NOT}\s+(?:\w+\s+)?{_SAY_NO}|(?:不要|不得|不能|不可以?|不许|不准|切勿|请勿|绝不|别)(?:拒绝|回避|避免)"
)
_FORBIDS = re.compile(
    rf"\b{_NOT}\s+(?:\w+,?\s+){{0,5}}{_TELL}\b|\b{_SAY_NO}|\bsay no\b|\boff[- ]limits\b"
    r"|(?:不要|不得|不能|不可以?|不应该?|不许|不准|切勿|请勿|绝不|禁止|严禁|别)"
    r"[^，。！？,]{0,4}(?:回答|回应|说|讲|教|告诉|提供|帮|写|解释|讨论|谈|透露|协助|生成|描述|给)"
    r"|(?:拒绝|避免|禁止|严禁)"
)
_OF_OTHERS = re.compile(
    r"\b(?:if|when|whenever|should|unless|in case)\b.*\b(?:users?|someone|somebody|anyone|anybody|people|"
    r"persons?|they|customers?|visitors?|students?|child|children|questions?|requests?|topics?)\b"
    r"|(?:如果|若|当|假如|一旦|凡是).*(?:用户|有人|对方|他们|客户|学生|孩子|问题|请求|话题)",
    re.DOTALL,
)


def asking(instructions: str) -> str:
    """Return the parts of instructions that keep nothing away, each on a line."""
    parts = (part.strip() for part in _PART.split(instructions))
    return "\n".join(part for part in parts if part and not _keeps_away(part.casefold().replace("’", "'")))


def _keeps_away(part: str) -> bool:
    return bool(_FORBIDS.search(_NO_REFUSAL.sub(" ", part)) or _OF_OTHERS.search(part))
