"""What the page's API takes and gives of chats and their messages."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from sottovoce.chat.archive import Report
from sottovoce.chat.elsewhere import offering
from sottovoce.chat.elsewhere.sending import ELSEWHERE
from sottovoce.chat.guarding.own import NOTED_BY_RULE
from sottovoce.chat.guarding.policy import CRISIS, REFUSED
from sottovoce.chat.marks import copying
from sottovoce.chat.marks.pen import Pen
from sottovoce.core import computed, notices
from sottovoce.core.events import Asked, Computed, Notice
from sottovoce.core.grounds import read_cited
from sottovoce.core.messages import MADE, REPLACED
from sottovoce.guard import crisis
from sottovoce.server.app_api.nouns import ID, MOST_TEXT, Noun, SettingsNoun, Shelves
from sottovoce.server.app_api.nouns_elsewhere import ElsewhereNoun
from sottovoce.server.app_api.nouns_runs import OfferNoun, RouteNoun, RunNoun
from sottovoce.server.app_api.nouns_settings import ContextNoun
from sottovoce.server.grounds import CitationNoun, CitedNoun, ClaimNoun, GroundNoun, passages
from sottovoce.server.language import Told, told
from sottovoce.store.attachments import Listed
from sottovoce.store.order import MOST_FOLDER, Folder
from sottovoce.store.rows import Chat, StoredMessage
from sottovoce.store.search import Hit
from sottovoce.store.shown import Shown

MOST_TITLE = 300

AS_SAID = frozenset((CRISIS, NOTED_BY_RULE))
"""Notices that stay as they were said: the crisis card in the question's language, the owner's own words."""


# ---- what is taken ----


class NewChat(Noun):
    title: str = Field("", max_length=MOST_TITLE)
    system: str | None = Field(None, max_length=MOST_TEXT)
    """Instructions placed before the chat; left out, those of the settings."""
    settings: SettingsNoun | None = None
    temporary: bool = False
    """Nothing of it is ever stored; it has no title."""
    knowledge: Shelves = []  # noqa: RUF012  (pydantic copies it)
    """The shelves that it asks."""
    quote: bool = False
    """No model answers, but the sentences on the shelves do."""


class ChatChange(Noun):
    """Only what is given is changed. `leaf`: show the branch with this message. `folder`: "" for none.

    `settings` take the place of all that were set; null resets them. `temporary` false: store a chat that
    was not. `knowledge`: the shelves that it asks from now on, [] for none. `quote`: whether their sentences
    alone answer. `route`: where its questions go; null: by the rules and the settings. What was allowed for
    all of the chat ends, unless it is that.
    """

    title: str | None = Field(None, min_length=1, max_length=MOST_TITLE)
    system: str | None = Field(None, max_length=MOST_TEXT)
    leaf: str | None = Field(None, pattern=ID)
    pinned: bool | None = None
    archived: bool | None = None
    folder: str | None = Field(None, max_length=MOST_FOLDER)
    temporary: Literal[False] | None = None
    settings: SettingsNoun | None = None
    knowledge: Shelves | None = None
    quote: bool | None = None
    route: RouteNoun | None = None


class Fork(Noun):
    """`message` is the last one of the branch that is copied."""

    message: str = Field(pattern=ID)
    title: str = Field(min_length=1, max_length=MOST_TITLE)


class MessageChange(Noun):
    """`liked`: what its reader thinks of an answer, 1 good, -1 bad, null nothing. Told to nobody."""

    liked: Literal[1, -1] | None


class FolderChange(Noun):
    """The folder `name` is to be called `to`; "" for none dissolves it, its chats stay."""

    name: str = Field(min_length=1, max_length=MOST_FOLDER)
    to: str = Field(max_length=MOST_FOLDER)


# ---- what is given ----


class ChatNoun(Noun):
    """`leaf` is the message the reader is at; `writing` the run that writes in this chat, if one does.

    `folder` is a name, "" for none. Of a `temporary` chat nothing is stored. Times are seconds since 1970.
    `knowledge` are the ids of the shelves that it asks; with `quote` their sentences alone answer.
    """

    id: str
    title: str
    system: str
    model: str
    leaf: str | None
    created: float
    changed: float
    pinned: bool
    archived: bool
    folder: str
    temporary: bool
    settings: SettingsNoun
    knowledge: list[str]
    quote: bool
    writing: str | None

    @classmethod
    def of(cls, chat: Chat, running: list[Asked], *, temporary: bool = False) -> Self:
        writing = next((asked.answer for asked in running if asked.chat == chat.id), None)
        return cls(
            id=chat.id,
            title=chat.title,
            system=chat.system,
            model=chat.model,
            leaf=chat.leaf,
            created=chat.created,
            changed=chat.changed,
            pinned=chat.pinned,
            archived=chat.archived,
            folder=chat.folder,
            temporary=temporary,
            settings=SettingsNoun.of(chat.settings),
            knowledge=list(chat.shelves),
            quote=chat.quote,
            writing=writing,
        )


class UsageNoun(Noun):
    """Tokens; `reused` of the prompt's were not computed again."""

    prompt: int
    reused: int
    answer: int


class TimingsNoun(Noun):
    """Seconds, and tokens per second."""

    first_token: float
    total: float
    prompt_per_second: float
    answer_per_second: float


class ProblemNoun(Noun):
    code: str
    sentence: Told


class AttachmentNoun(Noun):
    """A text given along with a question; it has an address of its own."""

    number: int
    name: str
    characters: int

    @classmethod
    def of(cls, listed: Listed) -> Self:
        return cls(number=listed.number, name=listed.name, characters=listed.characters)


class NoticeNoun(Noun):
    """Something to know beside an answer, in a sentence. `code` is stable."""

    code: str
    text: str

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """Return it in the reader's language, but as it was said what is for the one who asked."""
        return cls(code=notice.code, text=notice.text if notice.code in AS_SAID else told(notice.text))


class ToolNoun(Noun):
    """One use of an exact tool that an answer comes from."""

    name: str
    arguments: dict[str, str]
    result: str

    @classmethod
    def of(cls, used: Computed) -> Self:
        return cls(name=used.name, arguments=dict(used.arguments), result=used.result)


class MessageNoun(Noun):
    """One message of the branch shown. `alternatives` are all that could stand here, itself among them.

    `reasoning` is what the model thought before it answered, `thought` for how many seconds. `below` counts
    the messages that follow it on all branches; `liked` is 1, -1 or null. `made` is where an answer was made:
    here, or the address of another machine; "" where nobody here knows, since it was imported. `elsewhere`
    says who gave it there.

    `grounds` are the passages that were found for a question; `claims` and `citations` what of an answer they
    support, `supported_share` which part of its claims. `notices` are what its reader was told beside it.
    `reason` is not_on_shelf, quotes, computed, helped or language where no model wrote it, `tools` what
    computed it. `card` is the crisis card that the program wrote, as a notice or as the beginning of `text`;
    "" where there is none. `replaced`: no word of `text` is the model's, whose answer it stands in place of.
    `offer` is what its reader is asked: whether a model elsewhere shall answer, in its place or at all.
    """

    id: str
    parent: str | None
    role: str
    state: str
    text: str
    model: str
    created: float
    alternatives: list[str]
    reason: str | None
    usage: UsageNoun | None
    timings: TimingsNoun | None
    problem: ProblemNoun | None
    attachments: list[AttachmentNoun]
    reasoning: str
    thought: float | None
    below: int
    liked: int | None
    made: str
    elsewhere: ElsewhereNoun | None
    grounds: list[GroundNoun]
    claims: list[ClaimNoun]
    citations: list[CitationNoun]
    supported_share: float | None
    notices: list[NoticeNoun]
    tools: list[ToolNoun]
    card: str
    replaced: bool
    offer: OfferNoun | None

    @classmethod
    def of(cls, shown: Shown) -> Self:
        message, facts = shown.message, shown.message.facts
        reason, thought = facts.get("reason"), facts.get("thought")
        cited = CitedNoun.of(read_cited(facts))
        return cls(
            id=message.id,
            parent=message.parent,
            role=message.role.value,
            state=message.state.value,
            text=message.text,
            model=message.model,
            created=message.created,
            alternatives=list(shown.alternatives),
            reason=reason if isinstance(reason, str) else None,
            usage=_read(UsageNoun, facts.get("usage")),
            timings=_read(TimingsNoun, facts.get("timings")),
            problem=_read(ProblemNoun, facts.get("error")),
            attachments=[AttachmentNoun.of(one) for one in shown.attached],
            reasoning=message.reasoning,
            thought=float(thought) if isinstance(thought, int | float) else None,
            below=shown.below,
            liked=message.liked,
            made=made if isinstance(made := facts.get(MADE), str) else "",
            elsewhere=_read(ElsewhereNoun, facts.get(ELSEWHERE)),
            grounds=passages(shown.grounds),
            claims=cited.claims,
            citations=cited.citations,
            supported_share=cited.supported_share,
            notices=[NoticeNoun.of(one) for one in notices.kept(facts)],
            tools=[ToolNoun.of(one) for one in computed.kept(facts)],
            replaced=facts.get(REPLACED) is True,
            offer=None if (offer := offering.read(facts)) is None else OfferNoun.of(offer),
            card=_card(message.text, reason, notices.kept(facts)),
        )


class OpenChat(Noun):
    """`runs` are the answers being written in it, the oldest first: more than one where they are compared.

    `always` names the model elsewhere that answers it without being asked for each time, "" where none does.
    `route` is where its questions go; null: by the rules and the settings.
    """

    chat: ChatNoun
    context: ContextNoun
    messages: list[MessageNoun]
    always: str = ""
    route: RouteNoun | None = None
    runs: list[RunNoun] = []  # noqa: RUF012  (pydantic copies it)


class Versions(Noun):
    """All that could stand in a message's place, in the order of writing."""

    messages: list[MessageNoun]


class ChatList(Noun):
    """`further`, given as `before`, asks for the chats after these; null: these are the last."""

    chats: list[ChatNoun]
    further: str | None


class FolderNoun(Noun):
    """A folder is there as long as a chat is in it. `chats` counts those that are not archived."""

    name: str
    chats: int
    archived: int

    @classmethod
    def of(cls, folder: Folder) -> Self:
        return cls(name=folder.name, chats=folder.chats, archived=folder.archived)


class FolderList(Noun):
    folders: list[FolderNoun]


class CopyNoun(Noun):
    """An answer as a clipboard takes it. With a signed mark, where it is known how it was made."""

    markdown: str
    html: str

    @classmethod
    def of(cls, message: StoredMessage, pen: Pen) -> Self:
        return cls(markdown=copying.as_markdown(message, pen), html=copying.as_html(message, pen))


class ImportNoun(Noun):
    """What an import did. `present` chats were here before; `skipped` and `mended` count by reason."""

    chats: int
    messages: int
    present: int
    skipped: dict[str, int]
    mended: dict[str, int]

    @classmethod
    def of(cls, report: Report) -> Self:
        return cls(
            chats=report.chats,
            messages=report.messages,
            present=report.present,
            skipped=dict(report.skipped),
            mended=dict(report.mended),
        )


class HitNoun(Noun):
    """A message found. `marks` are the places in the excerpt to point out, as start and end."""

    chat: str
    message: str
    title: str
    role: str
    excerpt: str
    marks: list[tuple[int, int]]
    created: float

    @classmethod
    def of(cls, hit: Hit) -> Self:
        return cls(
            chat=hit.chat,
            message=hit.message,
            title=hit.title,
            role=hit.role,
            excerpt=hit.excerpt,
            marks=list(hit.marks),
            created=hit.created,
        )


class Hits(Noun):
    hits: list[HitNoun]


def _read(kind: Any, facts: object) -> Any:
    """Return stored facts as a noun, or None where another program wrote something else there."""
    if not isinstance(facts, dict):
        return None
    names = kind.model_fields
    try:
        return kind.model_validate({name: facts[name] for name in names if name in facts}, strict=False)
    except ValidationError:
        return None


def _card(text: str, reason: object, told: tuple[Notice, ...]) -> str:
    """Return the crisis card that begins an answer or stands beside it; "" where nobody here wrote one."""
    begins = [text.partition("\n\n")[0]] if reason == REFUSED else []
    said = [*begins, *(notice.text for notice in told if notice.code == CRISIS)]
    return next((one for one in said if one in crisis.cards()), "")
