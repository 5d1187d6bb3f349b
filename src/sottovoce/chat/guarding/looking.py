"""What rules look at before a question is answered: all that it joins, and the texts given along with it.

A text that was given along is looked at as if it stood before the question, and of a long one both ends.
"""

from __future__ import annotations

from sottovoce.chat.guarded import Said
from sottovoce.guard.folding import HEAD, TAIL
from sottovoce.guard.instructions import asking
from sottovoce.guard.urging import is_urging


def question(said: Said) -> str:
    """Return the question with those that it joins or urges on.

    Where none of them says anything, and nothing is given along, the model is left with its instructions:
    then what these ask for stands before it.
    """
    asked = [*said.beside, said.text]
    if said.instructions and not said.attached and all(map(is_urging, asked)):
        asked.insert(0, asking(said.instructions))
    return "\n".join(text for text in asked if text)


def given(said: Said) -> tuple[str, ...]:
    """Return each text that was given along, behind its name."""
    return tuple(f"{one.name}\n{_ends(one.text)}" for one in said.attached)


def together(said: Said) -> tuple[str, ...]:
    """Return the question, and each text that was given along with the question behind it."""
    asked = question(said)
    return (asked, *(f"{text}\n\n{asked}" for text in given(said)))


def _ends(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"
