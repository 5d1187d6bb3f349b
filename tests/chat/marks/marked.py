"""Chats to be exported: every kind of thing that an answer can have in it, in English and in Chinese."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from sottovoce.chat.marks.pen import Pen
from sottovoce.core.messages import Role, State
from sottovoce.guard.labels import label_of
from sottovoce.guard.provenance import Signer
from sottovoce.store import chats
from sottovoce.store.rows import Chat, StoredMessage, insert_message
from sottovoce.store.values import new_id

SIGNER = Signer(bytes(range(32)), "sottovoce 1.2.3")
STRANGER = Signer(bytes(range(1, 33)), "sottovoce 1.2.3")
DIGEST = "ab" * 32

ANSWERS = (
    """\
# The Rhine

It is **1,230 km** long and flows from the *Alps* to the North Sea. See [its page](https://example.org/rhine
"About it") or <https://example.org>. ~~Nothing~~ Much lives in it & on it.

1. Chur
2. Basel, with `three` harbours

   and a bridge
   - old town
   - new town
3. Köln

> Boats go there.
> > Slowly.

```python
def flow(year: int) -> float:
    return year * 2.5  # "about" <so>
```

| place | km |
|-------|---:|
| Mainz | 498 |
| Bonn | 655 |

![a map](https://example.org/map.png) <b>not bold</b>
""",
    """\
莱茵河长约1230公里，发源于阿尔卑斯山。它流经六个国家。

- 瑞士
- 德国：**科隆**、波恩

河上有很多船！水流不快。AI 也会出错，请核实。
""",
    "Yes.",
)
QUESTIONS = ("How long is the Rhine?\n\nTell me *all*.", "莱茵河有多长？用中文回答。", "Is it wet?")


def message(text: str, role: Role = Role.ASSISTANT, **more: Any) -> StoredMessage:
    is_answer = role is Role.ASSISTANT
    about: dict[str, Any] = {
        "state": State.COMPLETE,
        "model": "starter" if is_answer else "",
        "digest": DIGEST if is_answer else "",
        "facts": {"made": "here", "reason": "stop"} if is_answer else {},
        "created": 1_764_237_600.5,
    }
    return StoredMessage(
        number=0, id=new_id(), chat="c" * 16, parent=None, role=role, text=text, **{**about, **more}
    )


def tell(connection: sqlite3.Connection, answers: Sequence[StoredMessage], title: str = "The river") -> Chat:
    """Store a chat with these answers, each to a question."""
    chat = chats.start(connection, "me", system="Be brief.", model="starter", now=1_764_237_000.25)
    chats.rename(connection, "me", chat.id, title)
    parent = None
    for question, answer in zip(QUESTIONS, answers, strict=False):
        for one in (message(question, Role.USER), answer):
            one = replaced(one, chat.id, parent)
            insert_message(connection, "me", one)
            parent = one.id
    connection.execute("UPDATE chats SET leaf = ? WHERE id = ?", (parent, chat.id))
    return chats.get(connection, "me", chat.id)


def replaced(one: StoredMessage, chat: str, parent: str | None) -> StoredMessage:
    from dataclasses import replace

    return replace(one, chat=chat, parent=parent)


def pen(labels: str = "none", signer: Signer | None = SIGNER) -> Pen:
    return Pen(signer, label_of(labels), "sottovoce 1.2.3")
