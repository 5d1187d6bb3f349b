"""What the page's API takes and gives of models elsewhere. Never a key."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field

from sottovoce.chat.elsewhere.agreeing import seal
from sottovoce.chat.elsewhere.preview import Edits, Preview
from sottovoce.hybrid import budget
from sottovoce.hybrid.upstream import Upstream
from sottovoce.server.app_api.nouns import MOST_TEXT, Noun
from sottovoce.server.app_api.nouns_runs import RouteNoun
from sottovoce.server.language import Told

MOST_EDITS = 1_000
MOST_WORD = 1_000

Words = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MOST_WORD)]], Field(max_length=MOST_EDITS)
]


# ---- what is taken ----


class NewPreview(Noun):
    """Whom to ask, and what is changed of what would leave.

    `never` are values of what was found that is not personal, `own` words to hide besides; `text` is sent in
    the place of the question, null as it is.
    """

    upstream: str = Field(min_length=1, max_length=60)
    never: Words = []  # noqa: RUF012  (pydantic copies it)
    own: Words = []  # noqa: RUF012
    text: str | None = Field(None, min_length=1, max_length=MOST_TEXT)

    def edits(self) -> Edits:
        return Edits(tuple(self.never), tuple(self.own), self.text)


class Departing(NewPreview):
    """A yes to the preview of this `seal`, with the same changes; `always`: to all further ones as well."""

    seal: str = Field(pattern=r"^[0-9a-f]{64}$")
    always: bool = False


# ---- what is given ----


class PriceNoun(Noun):
    """What a million tokens cost, of those read and of those written; as text, so that no digit is lost."""

    input: str
    output: str
    currency: str


class UpstreamNoun(Noun):
    """A model elsewhere as its owner described it; `where` is inside or outside.

    `host` is with whom it is spoken, `by` who runs it, `stated` the day on which the terms were read, ""
    where nobody said. `problem`: why its file cannot be used; then all else but the name is empty.
    """

    name: str
    host: str
    model: str
    where: str
    by: str
    price: PriceNoun | None
    terms: str
    retention: str
    stated: str
    problem: Told

    @classmethod
    def of(cls, upstream: Upstream) -> Self:
        price = upstream.price
        return cls(
            name=upstream.name,
            host="" if upstream.problem else upstream.host,
            model=upstream.model,
            where=upstream.where.value,
            by=upstream.by,
            price=None
            if price is None
            else PriceNoun(
                input=format(price.input, "f"), output=format(price.output, "f"), currency=price.currency
            ),
            terms=upstream.terms,
            retention=upstream.retention,
            stated="" if upstream.stated is None else upstream.stated.isoformat(),
            problem=upstream.problem,
        )


class UpstreamList(Noun):
    """`usual` is where questions go in a chat for which nothing was chosen."""

    upstreams: list[UpstreamNoun]
    usual: RouteNoun


class OutgoingNoun(Noun):
    """A text as it would leave, with placeholders."""

    role: str
    text: str


class HiddenNoun(Noun):
    """What a placeholder stands for, `count` times. `value` goes into `never`. `sure` false: look at it."""

    kind: str
    placeholder: str
    original: str
    value: str
    sure: bool
    count: int


class PreviewNoun(Noun):
    """What would leave, exactly. `seal` stands for all of it, and is given to say yes.

    `most` is what it costs at most in `currency`, null where no price is known; `tokens` are an estimate.
    `left_out` of the oldest exchanges do not fit there and stay here. `sha256` is of the bytes.
    """

    upstream: UpstreamNoun
    messages: list[OutgoingNoun]
    hidden: list[HiddenNoun]
    left_out: int
    bytes: int
    tokens: int
    most: str | None
    currency: str
    sha256: str
    seal: str

    @classmethod
    def of(cls, seen: Preview) -> Self:
        upstream = seen.upstream
        most = format(Decimal(seen.most.micro) / budget.MILLION, "f")
        return cls(
            upstream=UpstreamNoun.of(upstream),
            messages=[OutgoingNoun(role=one.role.value, text=one.text) for one in seen.messages],
            hidden=[
                HiddenNoun(
                    kind=item.kind,
                    placeholder=item.placeholder,
                    original=item.original,
                    value=item.value,
                    sure=item.sure,
                    count=item.count,
                )
                for item in seen.items
            ],
            left_out=seen.left_out,
            bytes=len(seen.call.body),
            tokens=seen.tokens,
            most=None if upstream.price is None else most,
            currency=upstream.currency,
            sha256=seen.sha256,
            seal=seal(seen),
        )


class ElsewhereNoun(Noun):
    """Who gave an answer elsewhere, and what it took.

    `masked` things were hidden; `cost` in `currency` as text, null where no price is known. `sent_sha256` is
    of the bytes that left, as in the ledger.
    """

    upstream: str
    by: str = ""
    where: str = ""
    masked: int = 0
    sent_sha256: str = ""
    cost: str | None = None
    currency: str = ""
