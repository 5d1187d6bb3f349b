"""What is sent to the engine for an answer, and what comes back: built and read field by field.

The one place where a request to the engine is put together, from checked values and nothing else.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sottovoce.core.errors import BadValue
from sottovoce.core.events import Finished, Likelihood, Text, Timings, Usage
from sottovoce.core.sampling import Sampling, laid_over
from sottovoce.engine.script import Prompt, Script

REASONS = {"eos": "stop", "limit": "length", "word": "stop_text"}
DRAWN = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "repeat_penalty",
    "presence_penalty",
    "frequency_penalty",
    "seed",
)
"""Sampling's names that are the engine's names as well."""

BANNED = -100
LEAST_LOGPROB = -9999.0

ONE_SPACING = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}
"""How JSON is set. Free to choose, a small model fills its answer with blanks and empty lines."""

Json = Mapping[str, Any]


def piece_request(prompt: list[int], slot: int, *, afresh: bool) -> dict[str, Any]:
    """Return the request that has the first part of a prompt read, and nothing written. Pure."""
    return {
        "prompt": prompt,
        "n_predict": 0,
        "stream": True,
        "response_fields": ["stop", "timings"],
        "id_slot": slot,
        "cache_prompt": not afresh,
    }


def request(
    prompt: list[int],
    sampling: Sampling,
    defaults: Sampling,
    window: int,
    slot: int,
    *,
    afresh: bool,
    kept: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the engine's request for one answer. Pure.

    `afresh`: nothing that the slot holds is used. `kept` are control tokens to be told as text.
    """
    if sampling.schema is not None:
        # JSON repeats its marks by nature.
        defaults = replace(defaults, repeat_penalty=None)
    drawn = laid_over(defaults, sampling)
    room = window - len(prompt)
    body: dict[str, Any] = {
        "prompt": prompt,
        "n_predict": min(drawn.max_tokens or room, room),
        "stream": True,
        "return_tokens": True,
        "response_fields": ["content", "tokens", "stop", "stop_type", "stopping_word", "timings"],
        "id_slot": slot,
        "cache_prompt": not afresh,
    }
    for name in DRAWN:
        value = getattr(drawn, name)
        if value is not None:
            body[name] = value
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sampling.schema is not None:
        schema = json.loads(sampling.schema)
        body["json_schema"] = schema | ONE_SPACING if isinstance(schema, dict) else schema
    if sampling.bias:
        body["logit_bias"] = [[token, False if value <= BANNED else value] for token, value in sampling.bias]
    if kept:
        body["preserved_tokens"] = list(kept)
    if sampling.likelihoods is not None:
        body["n_probs"] = max(1, sampling.likelihoods)
    return body


def check_bias(sampling: Sampling, vocabulary: int) -> None:
    """Raise BadValue for a token that the model does not have: the engine would leave it out silently."""
    for token, _ in sampling.bias:
        if token >= vocabulary:
            raise BadValue(
                f"There is no token {token}; this model has {vocabulary:,}.",
                hint=f"Give token ids from 0 to {vocabulary - 1}",
                field="bias",
            )


class Spoken:
    """What the engine has sent of an answer so far.

    `opened` is told before its first word: what the prompt has of it already.
    """

    def __init__(self, likelihoods: int | None, opened: str = "") -> None:
        self.began = 0.0
        self.count = 0
        """Tokens, those included that are part of a character not yet whole."""
        self._opened = opened
        self._likelihoods = likelihoods
        self._untold: list[Likelihood] = []
        self._steps: list[_Step] = []
        self._whole = False

    def add(self, event: Json) -> Text | None:
        """Take one event, and return the text that came with it, if any did."""
        self.began = self.began or time.monotonic()
        step = _Step(event["content"], event["tokens"], event["tokens_predicted"] - self.count)
        self._steps.append(step)
        self.count += step.count
        if self._likelihoods is not None:
            self._untold += likelihoods(event, self._likelihoods)
        if not step.text:
            return None
        told, self._untold = tuple(self._untold), []
        return Text(self._begun(step.text), told)

    def end(self, stop_type: str) -> None:
        self.began = self.began or time.monotonic()
        # A stop text was written by the model and is not part of the answer.
        self._whole = stop_type != "word"
        if stop_type == "eos" and self._steps:
            self._steps[-1].drop_last()  # the end mark is not part of it either

    @property
    def held_back(self) -> list[int]:
        """The tokens at the end whose text the engine kept, as it may have begun a stop text."""
        kept = list(itertools.takewhile(lambda step: not step.text and not step.is_hole, self._steps[::-1]))
        return [token for step in kept[::-1] for token in step.tokens]

    def reveal(self, text: str) -> Text:
        """Take the text of what was held back."""
        self._steps[-1].text = text
        return Text(self._begun(text), tuple(self._untold))

    def _begun(self, text: str) -> str:
        opened, self._opened = self._opened, ""
        return opened + text

    @property
    def holes(self) -> list[str]:
        """The texts of which not all tokens are known."""
        return [step.text for step in self._steps if step.is_hole]

    def fill(self, usual: list[list[int]]) -> None:
        """Take the usual tokens of each hole for those that were written, where what is known agrees."""
        for step, tokens in zip([step for step in self._steps if step.is_hole], usual, strict=True):
            if len(tokens) == step.count and tokens[-len(step.tokens) :] == step.tokens:
                step.tokens = tokens

    def script(self, before: Script, asked: Prompt, prompt: list[int]) -> Script:
        """Return what the slot is known to hold; `before` is the part of the prompt that it held already."""
        known = list(itertools.takewhile(lambda step: not step.is_hole, self._steps))
        cut_off = not self._whole and len(known) == len(self._steps)
        while known and not known[-1].text and not cut_off:
            known.pop()  # not told yet: it may be the beginning of a stop text
        tokens = [token for step in known for token in step.tokens]
        if not asked.text:
            return Script((*prompt, *tokens))
        marks = before.marks if asked.text.startswith(before.text) else ()
        script = Script(tuple(prompt), asked.text, (*marks, (len(asked.text), len(prompt))))
        if cut_off:
            return replace(script, tokens=(*prompt, *tokens))
        return script.said("".join(step.text for step in known), tokens)


@dataclass(slots=True)
class _Step:
    """One event's text and tokens. Of a character that takes several, the engine tells the last alone."""

    text: str
    tokens: list[int]
    count: int

    @property
    def is_hole(self) -> bool:
        return len(self.tokens) < self.count

    def drop_last(self) -> None:
        self.tokens = self.tokens[:-1]
        self.count -= 1


def likelihoods(event: Json, others: int) -> list[Likelihood]:
    """Return the likelihood of each token in an event.

    For a character of several tokens that is one: its bytes, and the likelihood of its last token.
    """
    return [
        replace(_likelihood(each), others=tuple(_likelihood(one) for one in each["top_logprobs"][:others]))
        for each in event.get("completion_probabilities", ())
    ]


def _likelihood(each: Json) -> Likelihood:
    return Likelihood(each["token"], bytes(each["bytes"]), max(float(each["logprob"]), LEAST_LOGPROB))


def finished(event: Json, prompt: int, reused: int, asked: float, first: float, company: int = 1) -> Finished:
    """Translate the engine's last event. Pure but for the clock."""
    timings = event["timings"]
    now = time.monotonic()
    return Finished(
        REASONS.get(event["stop_type"], "stop"),
        Usage(prompt, reused, int(timings["predicted_n"])),
        Timings(
            first_token=(first or now) - asked,
            total=now - asked,
            prompt_per_second=float(timings["prompt_per_second"]),
            answer_per_second=float(timings["predicted_per_second"]),
        ),
        event.get("stopping_word") or None,
        company,
    )
